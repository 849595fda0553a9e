"""The real SDK, answered from a recording."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from azure.ai.ml import MLClient
from azure.core.exceptions import ResourceNotFoundError

from fakes.world.faults import HttpFault
from harness.backends import BackendChoice, Surroundings, open_backend
from harness.backends.recording import keep, recording
from harness.backends.replay import ReplayCredential
from harness.cassettes.format import read
from harness.doors.messages import Reply
from harness.errors import CassetteMiss


def _client(around: Surroundings) -> Any:
    ids = around.workspace
    return MLClient(ReplayCredential(), ids["subscription_id"], ids["resource_group"], ids["workspace_name"])


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    """A recording of a workspace read after a failure that the SDK retries, of a job that is not there, of a wait."""
    file = tmp_path / "a.yaml"
    with open_backend(BackendChoice("emulator", "")) as around, recording(around) as (heard, recorder):
        azure = around.azure
        azure.faults.on("Workspaces_Get", HttpFault(503))
        client = MLClient(azure.credential, azure.subscription_id, azure.resource_group, azure.workspace_name)
        client.workspaces.get(azure.workspace_name)
        with pytest.raises(ResourceNotFoundError):
            client.jobs.get("none")
        heard.clock.sleep(60)
        requests.get("https://eastus2.api.azureml.ms/discovery", timeout=5)
    keep(recorder, "emulator", file, date(2026, 1, 1))
    return file


def test_sdk_finds_what_was_recorded(cassette: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries, errors and a plain request come as they did, and nobody really waits."""
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail(f"slept {seconds} s"))
    with open_backend(BackendChoice("replay", "", cassette=str(cassette))) as around:
        client = _client(around)
        workspace = client.workspaces.get(around.workspace["workspace_name"])
        with pytest.raises(ResourceNotFoundError):
            client.jobs.get("none")
        answer = requests.get("https://eastus2.api.azureml.ms/discovery", timeout=5)

        assert workspace.location == "eastus2"
        assert answer.json()["api"]
        assert around.calls() >= 4


def test_clock_is_that_of_the_recording(cassette: Path) -> None:
    """It begins when the recording began, and has waited as long at the end."""
    began = read(cassette).metadata.began
    with open_backend(BackendChoice("replay", "", cassette=str(cassette))) as around:
        assert around.clock.now() == began
        client = _client(around)
        client.workspaces.get(around.workspace["workspace_name"])
        requests.get("https://eastus2.api.azureml.ms/discovery", timeout=5)

        assert (around.clock.now() - began).total_seconds() >= 60


def test_miss_is_not_retried(cassette: Path) -> None:
    """The SDK lets a miss through at once, and so does requests."""
    with open_backend(BackendChoice("replay", "", cassette=str(cassette))) as around:
        with pytest.raises(CassetteMiss, match="jobs/other was not recorded"):
            _client(around).jobs.get("other")
        with pytest.raises(CassetteMiss, match=r"example\.com"):
            requests.get("https://example.com/", timeout=5)
        assert (around.calls(), around.clock.now()) == (0, read(cassette).metadata.began)


def test_credential_names_its_audience() -> None:
    """Its token says for whom it is, as the SDK checks before it submits a job; it opens nothing."""
    token = ReplayCredential().get_token("https://ml.azure.com/.default").token

    assert jwt.decode(token, options={"verify_signature": False})["aud"] == "https://ml.azure.com"


def test_second_recording_that_finds_nothing_new_is_a_validation(tmp_path: Path) -> None:
    """Then only the day of the last validation moves."""
    file = tmp_path / "a.yaml"
    done = []
    for day in (1, 2):
        with open_backend(BackendChoice("emulator", "")) as around, recording(around) as (_, recorder):
            requests.get("https://eastus2.api.azureml.ms/discovery", timeout=5)
        done.append(keep(recorder, "emulator", file, date(2026, 1, day)))
    known = read(file).metadata

    assert done == ["written", "validated"]
    assert (known.recorded, known.last_validated) == ("2026-01-01", "2026-01-02")


@pytest.mark.parametrize(("via", "source"), [({}, "live"), ({"Via": "1.1 azureml-emulator"}, "emulator (socket)")])
def test_source_is_who_answered(tmp_path: Path, via: dict[str, str], source: str) -> None:
    """A recording of the backend live says live only when Azure itself answered."""
    with open_backend(BackendChoice("emulator", "")) as around, recording(around) as (_, recorder):
        recorder.listen("GET", "https://management.azure.com/x", {}, b"", Reply(200, b"", via))
    keep(recorder, "live", tmp_path / "a.yaml", date(2026, 1, 1))

    assert read(tmp_path / "a.yaml").metadata.recorded_from == source


def test_recording_s_clock_stands_at_what_was_heard() -> None:
    """What a scenario decides by the clock it decides by instants that a replay has too."""
    with open_backend(BackendChoice("emulator", "")) as around, recording(around) as (heard, recorder):
        requests.get("https://eastus2.api.azureml.ms/discovery", timeout=5)
        around.clock.sleep(20)
        before = heard.clock.now()
        requests.get("https://eastus2.api.azureml.ms/discovery", timeout=5)
        first, second = recorder.cassette("emulator", date(2026, 1, 1)).interactions[0].instants

        assert (before, heard.clock.now()) == (first, second)
