"""What scenarios create is noted as a run's things are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.backends import Surroundings, choose_backend, open_backend
from harness.backends.live import look_around
from harness.ledger.file import liveness
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec, load_spec

SPEC = Path(__file__).parents[2] / "samples" / "specs" / "chat-completion.toml"


@pytest.fixture
def around() -> Iterator[Surroundings]:
    """An Azure ML in memory."""
    with open_backend(choose_backend("fake", look_around(), pace="instant")) as around:
        yield around


def states(folder: Path) -> list[tuple[str, str]]:
    """What the only ledger of a folder says, without its head."""
    (file,) = folder.iterdir()
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    return [(line["state"], line.get("kind", "")) for line in lines]


def test_scenarios_endpoint_is_noted_and_tagged(around: Surroundings, tmp_path: Path) -> None:
    """The ledger has it while it is there, and is closed once it is deleted."""
    lifecycle = Lifecycle(around, tmp_path, tmp_path / "ledger")
    with lifecycle.endpoint(LifecycleSpec()) as endpoint:
        endpoint.deploy("blue", "foundation")
        during = states(tmp_path / "ledger")
        tags = endpoint.client.online_endpoints.get(endpoint.name).tags

    assert during[-2:] == [("intended", "deployment"), ("created", "deployment")]
    assert tags["harness-run"] in endpoint.name
    assert states(tmp_path / "ledger")[-3:] == [("gone", "endpoint"), ("gone", "deployment"), ("closed", "")]


def test_what_a_scenario_makes_up_is_pinned(around: Surroundings, tmp_path: Path) -> None:
    """Run id and expiry are sent to Azure, so a replay has to be given them back."""
    pinned: dict[str, str] = {}

    def pin(name: str, make: Any) -> str:
        return pinned.setdefault(name, make())

    with Lifecycle(replace(around, pinned=pin), tmp_path).endpoint(LifecycleSpec(), name="chat-1") as endpoint:
        tags = endpoint.client.online_endpoints.get("chat-1").tags

    assert tags["harness-run"] == pinned["run id of run-1"]
    assert tags["harness-expires"].rstrip("Z") in pinned["expiry of run-1"]


def test_kept_endpoint_goes_when_the_scenario_is_over(around: Surroundings, tmp_path: Path) -> None:
    """Nobody looks at it afterwards."""
    lifecycle = Lifecycle(around, tmp_path, tmp_path / "ledger")
    report = lifecycle.run(load_spec(SPEC).with_overrides({"keep_endpoint": "true", "data.percent": "50"}))
    before = [made.kind for made in report.left()]
    lifecycle.tidy()

    assert (before, list(report.left())) == (["endpoint", "deployment"], [])
    assert list(around.azure.world.home.endpoints) == []


def test_ledger_is_closed_when_the_endpoint_stays(
    around: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be deleted is left to a sweep, which must find the run dead though pytest goes on."""
    monkeypatch.setattr("harness.plugin.endpoint.LiveEndpoint.delete", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError), Lifecycle(around, tmp_path, tmp_path / "ledger").endpoint(LifecycleSpec()):
        pass

    assert states(tmp_path / "ledger")[-1] == ("created", "endpoint")
    (file,) = (tmp_path / "ledger").iterdir()
    assert liveness(file, same_host=True, locked=True) == "dead"
