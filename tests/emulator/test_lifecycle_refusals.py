"""What can be refused is refused before anything is created, so that a mistake costs no money."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lifecycle_spec import run, run_small, small_spec

from fakes.emulator import Emulator
from harness.errors import ComputeNotAllowed, DataError, ParameterError, PayloadError, UsageError
from harness.lifecycle.journal import TITLES

ANOTHER_SIZE = "Standard_NC4as_T4_v3"


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ({"compute__size": "Standard_NC24s_v3"}, ComputeNotAllowed),
        ({"deploy__instance_type": "Standard_NC6s_v33"}, ComputeNotAllowed),
        ({"deploy__instance_type": ANOTHER_SIZE, "finetune__strict": "true"}, ComputeNotAllowed),
        ({"finetune__parameters__num_train_epochs": "0"}, ParameterError),
        ({"finetune__parameters__epochs": "1", "finetune__strict": "true"}, ParameterError),
        ({"finetune__inputs__sentence_key": "text"}, ParameterError),
        ({"data__percent": "1"}, DataError),
        ({"data__splits__train": "train"}, DataError),
    ],
)
def test_wrong_use_creates_nothing(
    azure: Emulator, tmp_path: Path, keys: dict[str, str], error: type[UsageError]
) -> None:
    """Sizes, parameters and data are checked before the cluster, and Azure is asked to create nothing."""
    report = run_small(azure, tmp_path, **keys)

    assert type(report.error) is error
    assert report.error.remedy
    assert report.created == []
    assert [call.operation for call in azure.calls if call.operation.endswith("CreateOrUpdate")] == []


def test_row_that_cannot_be_asked_is_found_with_the_data(azure: Emulator, tmp_path: Path) -> None:
    """A conversation that the endpoint would refuse after hours stops the run at once."""
    spec = small_spec(tmp_path / "rows")
    long = [{"role": "user", "content": "x" * 1_500_000}, {"role": "assistant", "content": "no"}]
    row = {"prompt": "x", "prompt_id": "x", "messages": long}
    (tmp_path / "rows" / "test_gen.jsonl").write_text(json.dumps(row), encoding="utf-8")
    report = run(azure, spec, tmp_path / "run")

    assert isinstance(report.error, PayloadError)
    assert report.created == []
    assert next(step.name for step in report.steps if step.outcome == "failed") == "data"


def test_size_to_deploy_on_is_a_warning_unless_strict(azure: Emulator, tmp_path: Path) -> None:
    """The model's list is advice, as in the tutorial, until the spec says that advice is to be taken."""
    report = run_small(azure, tmp_path, deploy__instance_type=ANOTHER_SIZE)

    assert report.error is None
    assert any(warning.startswith(f"deploy.instance_type: {ANOTHER_SIZE}") for warning in report.warnings)


def test_cluster_comes_after_everything_that_is_checked() -> None:
    """The order of the steps is the order in which money is risked."""
    steps = list(TITLES)

    assert steps.index("compute") > max(steps.index(name) for name in ("model", "sizes", "data", "parameters"))
    assert steps.index("compute") < min(steps.index(name) for name in ("pipeline", "register", "deploy", "score"))
