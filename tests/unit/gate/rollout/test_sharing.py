"""The last rung: the model in a registry, once; and what happens to traffic when that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from fakes.world.faults import HttpFault
from harness.decide.traffic import Division
from harness.errors import Interrupted, StepFailed, UsageError
from harness.gate.rollout.asset import model_name, write_tags
from tests.unit.gate.rollout.stage import POLICY, Stage

GREEN = Division.of({"green": 100})


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A stage whose policy shares to a registry."""
    return Stage(tmp_path, POLICY + 'registry = "azureml"\n')


def test_a_promoted_model_is_shared_with_its_verdict(stage: Stage) -> None:
    """The copy says which model it is, and what was found about it; before the top there is none."""
    seen: list[bool] = []
    stage.on_post = lambda: seen.append(_shared(stage))
    ended = stage.promote()
    copy = stage.azure.registry_client("azureml").models.get("m", "2")

    assert (ended.course.passed[-1].facts, any(seen)) == (
        {"registry": "shared to registry azureml as m version 2"},
        False,
    )
    assert (copy.tags["gate.verdict"], copy.tags["gate.model_digest"]) == ("PROMOTE", ended.course.began.digest)


def test_the_same_model_is_shared_once(stage: Stage) -> None:
    """A copy with the same digest is what was wanted."""
    stage.promote()
    stage.roll_back()

    assert stage.promote().course.passed[-1].facts == {"registry": "registry azureml has it already"}


def test_another_model_of_that_version_is_refused_before_anything_moves(stage: Stage) -> None:
    """A version is never written twice: the refusal comes before the first rung."""
    stage.promote()
    stage.roll_back()
    model = stage.client.models.get("m", "2")
    model.tags = {**model.tags, "sha256": "ab" * 32}
    stage.client.models.create_or_update(model)
    stage.files(POLICY + 'registry = "azureml"\n')
    asked = len(stage.asked)

    with pytest.raises(UsageError, match="holds another model m version 2"):
        stage.promote()
    assert (len(stage.asked), stage.tags) == (asked, {})


def test_a_failed_share_leaves_the_candidate_in_service(stage: Stage) -> None:
    """It has shown itself on every rung: what is left is done with --resume."""
    stage.azure.faults.on("Registry_Import", HttpFault(403))
    with pytest.raises(StepFailed, match="sharing to registry azureml failed"):
        stage.promote()
    assert (stage.traffic, stage.journal[-1].is_open) == (GREEN, True)

    assert stage.promote(resume=True).outcome == "promoted"
    assert _shared(stage)


def test_ctrl_c_while_sharing_leaves_it_in_service(stage: Stage) -> None:
    """The error says so, and how to go on."""

    class Impatient:
        def __getattr__(self, _name: str) -> Any:
            return lambda *_: None

        def started(self, step: str, _title: str) -> None:
            if step == "share":
                raise KeyboardInterrupt

    stage.watch = Impatient()
    with pytest.raises(Interrupted, match="stopped by the user at share; the candidate is in service"):
        stage.promote()

    assert stage.traffic == GREEN


def test_tags_that_do_not_stay_are_a_failure(stage: Stage) -> None:
    """They are read back."""

    class Forgetful:
        def __init__(self) -> None:
            self.models = self

        def get(self, name: str, version: str) -> object:
            return stage.client.models.get(name, version)

        def create_or_update(self, _model: object) -> None:
            pass

    with pytest.raises(StepFailed, match="tags that were written are not there"):
        write_tags(Forgetful(), "m", "2", {"gate.verdict": "PROMOTE"})


@pytest.mark.parametrize(
    ("asset_id", "name"),
    [
        ("/subscriptions/s/resourceGroups/g/workspaces/w/models/chat/versions/3", "chat"),
        ("azureml:chat:3", "chat"),
        ("azureml://registries/r/models/chat/versions/3", "chat"),
        ("", ""),
    ],
)
def test_a_models_name_is_in_its_id(asset_id: str, name: str) -> None:
    """Whichever way Azure spells it."""
    assert model_name(asset_id) == name


def _shared(stage: Stage) -> bool:
    try:
        stage.azure.registry_client("azureml").models.get("m", "2")
    except ResourceNotFoundError:
        return False
    return True
