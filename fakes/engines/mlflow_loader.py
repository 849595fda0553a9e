"""Makes a fine-tuned model folder loadable by `mlflow.pyfunc.load_model` where this project is installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fakes.engines.retrieval import load_predictor
from fakes.world.engine import Predictor


@dataclass(frozen=True, slots=True)
class PyfuncModel:
    """What mlflow wraps: takes the input of a scoring request, or a data frame, and returns a data frame."""

    predictor: Predictor

    def predict(self, model_input: Any, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """One row an item, in column "0"."""
        if isinstance(model_input, pd.DataFrame):
            model_input = model_input.to_dict(orient="split")
        return pd.DataFrame(self.predictor.predict(model_input, params or {}))


def _load_pyfunc(path: str) -> PyfuncModel:
    """MLflow's entry point; `path` is the model's data folder."""
    root = Path(path)
    files = {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}
    return PyfuncModel(load_predictor(files))
