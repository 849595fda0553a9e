"""From the options of `harness run` to the spec that runs: options win over the file, `--set` over all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import SpecError, UsageError
from harness.spec import LifecycleSpec, load_spec

__all__ = ["RunRequest", "find_samples", "spec_for"]

_SAMPLES = Path("samples", "ultrachat_200k")


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run, as the command line says it; None and False say nothing."""

    spec: Path | None = None
    data: str | None = None
    percent: int | None = None
    settings: Sequence[str] = ()
    strict: bool = False
    keep_endpoint: bool = False
    backend: str = "emulator"
    catalog: str | None = None
    pace: str | None = None
    folder: Path | None = None


def find_samples() -> Path | None:
    """Return the sample conversations of this folder, else of the checkout that the harness runs from."""
    checkout = Path(__file__).resolve().parents[2]
    return next((base / _SAMPLES for base in (Path(), checkout) if (base / _SAMPLES).is_dir()), None)


def spec_for(request: RunRequest, samples: Path | None) -> LifecycleSpec:
    """Return the spec to run; SpecError for what it cannot be, UsageError when there is nothing to train on.

    Without a spec the published notebook's values hold, on `samples`; local data are then taken whole, data
    of the hub by the spec's percentage.
    """
    settings = dict(_key_and_value(setting) for setting in request.settings)
    options = dict(_options(request))
    if request.spec is not None:
        return load_spec(request.spec).with_overrides({**options, **settings})
    data = settings.get("data.source", request.data)
    if data is None:
        if samples is None:
            raise _nothing_to_train_on()
        data = str(samples)
        options["data.source"] = json.dumps(data)
    if Path(data).expanduser().exists():
        options.setdefault("data.percent", "100")
    return LifecycleSpec().with_overrides({**options, **settings})


def _options(request: RunRequest) -> list[tuple[str, str]]:
    """The options as settings of the spec, with their values as TOML."""
    given = (
        ("data.source", json.dumps(request.data) if request.data is not None else ""),
        ("data.percent", str(request.percent) if request.percent is not None else ""),
        ("finetune.strict", "true" if request.strict else ""),
        ("keep_endpoint", "true" if request.keep_endpoint else ""),
    )
    return [(key, text) for key, text in given if text]


def _key_and_value(setting: str) -> tuple[str, str]:
    key, equals, value = setting.partition("=")
    if not equals or not key.strip():
        raise SpecError(
            "a setting needs a key and a value",
            where="--set",
            got=setting,
            expected="key=value, such as finetune.parameters.num_train_epochs=1",
        )
    return key.strip(), value


def _nothing_to_train_on() -> UsageError:
    return UsageError(
        "there is nothing to train on: the samples are not here",
        where="--data",
        expected=f"{_SAMPLES.as_posix()} in this folder, or data of your own",
        remedy=(
            "Run in a checkout of the harness, or give --data a folder, a .jsonl file or a hub id such as "
            "HuggingFaceH4/ultrachat_200k."
        ),
    )
