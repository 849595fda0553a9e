"""From the options of `harness run` to the spec that runs: options win over the file, `--set` over all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import SpecError, UsageError, excerpt
from harness.spec import LifecycleSpec, load_spec

__all__ = ["RunRequest", "find_samples", "key_and_value", "spec_for"]

_SAMPLES = Path("samples")
_SAMPLES_OF_CHAT = "ultrachat_200k"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run, as the command line says it; None and False say nothing."""

    spec: Path | None = None
    data: str | None = None
    percent: int | None = None
    settings: Sequence[str] = ()
    strict: bool = False
    keep_endpoint: bool = False
    max_hours: float | None = None
    max_cost: float | None = None
    backend: str = "emulator"
    catalog: str | None = None
    pace: str | None = None
    folder: Path | None = None
    ledger: Path | None = None


def find_samples() -> Path | None:
    """Return the folder of the sample data: this folder's own, else that of the checkout that the harness runs from."""
    checkout = Path(__file__).resolve().parents[2]
    folders = (base / _SAMPLES for base in (Path(), checkout))
    return next((folder for folder in folders if (folder / _SAMPLES_OF_CHAT).is_dir()), None)


def spec_for(request: RunRequest, samples: Path | None) -> LifecycleSpec:
    """Return the spec to run; SpecError for what it cannot be, UsageError when there is nothing to train on.

    What neither file nor options nor settings say, the published notebook says; but for the data, which are then the
    task's samples, and for the share of local data, which are then taken whole.
    """
    if request.data is not None and not request.data.strip():
        raise _no_data("--data", request.data)
    base = LifecycleSpec() if request.spec is None else load_spec(request.spec)
    given = {**dict(_options(request)), **dict(key_and_value(setting) for setting in request.settings)}
    spec, said = base.with_overrides(given), base.said_with(given)
    if "data.source" not in said:
        given["data.source"] = json.dumps(str(_samples_of(spec, samples)))
        spec = base.with_overrides(given)
    if "data.percent" not in said and Path(spec.data.source).expanduser().exists():
        spec = base.with_overrides({**given, "data.percent": "100"})
    return spec


def _samples_of(spec: LifecycleSpec, samples: Path | None) -> Path:
    chat = spec.task.payload == "messages"
    folder = samples / (_SAMPLES_OF_CHAT if chat else spec.finetune.task) if samples is not None else None
    if folder is None or not folder.is_dir():
        raise _nothing_to_train_on()
    return folder


def _options(request: RunRequest) -> list[tuple[str, str]]:
    """The options as settings of the spec, with their values as TOML."""
    given = (
        ("data.source", json.dumps(request.data) if request.data is not None else ""),
        ("data.percent", str(request.percent) if request.percent is not None else ""),
        ("finetune.strict", "true" if request.strict else ""),
        ("keep_endpoint", "true" if request.keep_endpoint else ""),
        ("budget.max_hours", str(request.max_hours) if request.max_hours is not None else ""),
        ("budget.max_cost", str(request.max_cost) if request.max_cost is not None else ""),
    )
    return [(key, text) for key, text in given if text]


def key_and_value(setting: str) -> tuple[str, str]:
    """Return the two sides of a `--set`; SpecError when it has not two."""
    key, equals, value = setting.partition("=")
    if not equals or not key.strip():
        raise SpecError(
            "a setting needs a key and a value",
            where="--set",
            got=setting,
            expected="key=value, such as finetune.parameters.num_train_epochs=1",
            remedy="Write the key, an equals sign and the value, without blanks around the sign.",
        )
    return key.strip(), value


def _no_data(where: str, got: str) -> UsageError:
    return UsageError(
        "the data have no name",
        where=where,
        got=excerpt(got),
        expected="a folder, a .jsonl file or a hub id",
        remedy="Name the data, or leave the option out to run on the samples.",
    )


def _nothing_to_train_on() -> UsageError:
    return UsageError(
        "there is nothing to train on: the samples are not here",
        where="--data",
        got="no data.source in the spec, and no --data",
        expected=f"{(_SAMPLES / _SAMPLES_OF_CHAT).as_posix()} in this folder, or data of your own",
        remedy=(
            "Run in a checkout of the harness, or give --data a folder, a .jsonl file or a hub id such as "
            "HuggingFaceH4/ultrachat_200k."
        ),
    )
