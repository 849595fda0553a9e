"""The MLflow model folder of a fine-tuned model, in the layout of Azure's converter (source, hftransformers).

It says only what is true of this model: the loader module is this project's own, and the entries of the
real flavor that name PyTorch, transformers or their classes are left out. Equal jobs give equal bytes.
"""

from __future__ import annotations

import json
import platform
import uuid
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import yaml

from fakes.engines.tasks import Task, task_by_name
from fakes.world.engine import FineTuneRequest, ForeignModelError

LOADER_MODULE = "fakes.engines.mlflow_loader"
DATA = "data"
_CONFIG = "config/config.json"
_REQUIREMENTS = ("azureml-acceptance-harness", "mlflow-skinny", "numpy", "pandas", "scikit-learn", "scipy")


def mlflow_folder(
    request: FineTuneRequest, task: Task, model: Mapping[str, bytes], fallback: str | None
) -> dict[str, bytes]:
    """Every file of the folder; `model` are the index's own files, relative to the data folder."""
    data = {f"{DATA}/{path}": content for path, content in {**model, _CONFIG: config(request, fallback)}.items()}
    requirements = _requirements()
    return {
        "MLmodel": _yaml(_mlmodel(request, task)),
        "conda.yaml": _yaml(_conda(requirements)),
        "python_env.yaml": _yaml(_python_env()),
        "requirements.txt": "".join(f"{line}\n" for line in requirements).encode(),
        **data,
    }


def config(request: FineTuneRequest, fallback: str | None) -> bytes:
    """What is needed beside the index to answer: the task, the columns it was trained on, the fallback."""
    values = {
        "model_type": "tfidf-nearest-neighbour",
        "base_model": request.base_model,
        "task": request.task,
        "parameters": dict(request.parameters),
        "fallback": fallback,
    }
    return (json.dumps(values, indent=2, sort_keys=True) + "\n").encode()


def read_config(data: Mapping[str, bytes]) -> tuple[Task, str | None]:
    """The task and the fallback of a data folder; KeyError or ValueError where it is malformed."""
    values = json.loads(data[_CONFIG])
    return task_by_name(values["task"], values["parameters"]), values["fallback"]


def data_files(folder: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files below `data`; ForeignModelError if this engine did not write them, ValueError without an MLmodel."""
    if "MLmodel" not in folder:
        raise ValueError(f"Not an MLflow model: no MLmodel file among {sorted(folder)[:10]}.")
    loader = _loader_module(folder["MLmodel"])
    if loader != LOADER_MODULE:
        raise ForeignModelError(f"this model is one of {loader}")
    below = f"{DATA}/"
    return {path.removeprefix(below): content for path, content in folder.items() if path.startswith(below)}


def _loader_module(mlmodel: bytes) -> Any:
    try:
        return yaml.safe_load(mlmodel)["flavors"]["python_function"]["loader_module"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise ValueError(f"MLmodel names no python_function.loader_module: {error!r}.") from None


def _mlmodel(request: FineTuneRequest, task: Task) -> dict[str, Any]:
    content = {
        "flavors": {
            "hftransformersv2": {
                "code": None,
                "hf_predict_module": LOADER_MODULE,
                "model_data": DATA,
                "task_type": request.task,
            },
            "python_function": {
                "data": DATA,
                "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
                "loader_module": LOADER_MODULE,
                "python_version": platform.python_version(),
            },
        },
        "metadata": {
            "base_model_asset_id": request.base_model_id,
            "base_model_name": request.base_model,
            "base_model_task": request.task,
            "finetuning_task": request.task,
            "is_acft_model": True,
            "is_finetuned_model": True,
        },
        "mlflow_version": version("mlflow-skinny"),
        "model_uuid": uuid.uuid5(uuid.NAMESPACE_URL, f"azureml:/{request.run_id}/trained_model").hex,
        "run_id": request.run_id,
        "utc_time_created": request.created.strftime("%Y-%m-%d %H:%M:%S.%f"),
    }
    if task.signature:
        content["signature"] = {"inputs": task.signature, "outputs": '[{"type": "string"}]', "params": None}
    return content


def _requirements() -> list[str]:
    found = []
    for name in _REQUIREMENTS:
        try:
            found.append(f"{name}=={version(name)}")
        except PackageNotFoundError:
            continue  # run from a source tree that is not installed
    return found


def _conda(requirements: list[str]) -> dict[str, Any]:
    dependencies = [f"python={platform.python_version()}", "pip", {"pip": requirements}]
    return {"channels": ["conda-forge"], "dependencies": dependencies, "name": "mlflow-env"}


def _python_env() -> dict[str, Any]:
    return {
        "build_dependencies": ["pip"],
        "dependencies": ["-r requirements.txt"],
        "python": platform.python_version(),
    }


def _yaml(value: Mapping[str, Any]) -> bytes:
    return yaml.safe_dump(dict(value), sort_keys=True, allow_unicode=True).encode()
