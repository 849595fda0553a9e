"""Open backends: what a run finds inside the block, and that nothing stays behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.backends import LOCAL_BACKENDS, BackendChoice, open_backend
from harness.backends.live import look_around
from harness.errors import UsageError
from harness.lifecycle.connect import connect
from harness.lifecycle.waiting import RealClock
from harness.spec import LifecycleSpec


def test_emulator_names_its_workspace_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside the block the environment names the local workspace, and afterwards what it named before."""
    monkeypatch.setenv("AZUREML_WORKSPACE_NAME", "mine")
    with open_backend(BackendChoice("emulator", "")) as surroundings:
        inside = surroundings.environ["AZUREML_WORKSPACE_NAME"]

    assert (inside, os.environ["AZUREML_WORKSPACE_NAME"]) == ("acceptance", "mine")


def test_fake_leaves_the_process_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake names its workspace to who asks it, and sets no variable for others."""
    monkeypatch.setenv("AZUREML_WORKSPACE_NAME", "mine")
    with open_backend(BackendChoice("fake", "")) as surroundings:
        assert surroundings.environ["AZUREML_WORKSPACE_NAME"] == "acceptance"
        assert os.environ["AZUREML_WORKSPACE_NAME"] == "mine"


def test_fake_answers_through_clients_of_its_own() -> None:
    """A client of the fake's finds the workspace, and no HTTP call is made for it."""
    with open_backend(BackendChoice("fake", "")) as surroundings:
        assert surroundings.clients is not None
        connection = connect(
            surroundings.settled(LifecycleSpec()),
            environ=surroundings.environ,
            interactive=False,
            clients=surroundings.clients,
        )

        assert connection.workspace.workspace_name == "acceptance"
        assert (surroundings.calls(), len(surroundings.azure.calls) > 0) == (0, True)


@pytest.mark.parametrize("backend", LOCAL_BACKENDS)
def test_a_spec_runs_in_the_local_workspace(backend: str) -> None:
    """Ids of a real workspace in the spec do not make a local backend look for it."""
    spec = LifecycleSpec().with_overrides({"workspace.workspace_name": "production"})
    with open_backend(BackendChoice(backend, "")) as surroundings:
        settled = surroundings.settled(spec).workspace

    assert (settled.workspace_name, settled.resource_group) == ("acceptance", "acceptance")


def test_azure_leaves_the_spec_as_it_is() -> None:
    """On Azure the workspace is the spec's."""
    spec = LifecycleSpec().with_overrides({"workspace.workspace_name": "production"})
    with open_backend(BackendChoice("live", "")) as surroundings:
        assert surroundings.settled(spec) == spec


@pytest.mark.parametrize("backend", LOCAL_BACKENDS)
def test_local_backends_bring_their_own_time(backend: str) -> None:
    """Waiting on a local backend's clock takes virtual time only, beginning when its registry's era opened."""
    with open_backend(BackendChoice(backend, "", catalog="2024-12")) as surroundings:
        began = surroundings.clock.now()
        surroundings.clock.sleep(3600)

        assert (surroundings.clock.now() - began).total_seconds() == 3600
        assert (began.year, began.month) == (2024, 12)


def test_live_is_azure_as_it_is() -> None:
    """The live backend puts nothing in the place of Azure: real environment, real clock, no emulator."""
    with open_backend(BackendChoice("live", "")) as surroundings:
        assert isinstance(surroundings.clock, RealClock)
        assert (surroundings.environ, surroundings.azure) == (os.environ, None)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (BackendChoice("emulator", "", catalog="2024-05"), "--catalog: .* nearest: 2024-04"),
        (BackendChoice("emulator", "", pace="instantly"), "--pace: .* nearest: instant"),
        (BackendChoice("fake", "", catalog="2024-05"), "--catalog: the fake .* nearest: 2024-04"),
        (BackendChoice("fake", "", pace="instantly"), "--pace: .* nearest: instant"),
    ],
)
def test_unknown_era_or_pace_names_the_nearest(choice: BackendChoice, expected: str) -> None:
    """What the emulator does not know is refused with what was probably meant."""
    with pytest.raises(UsageError, match=expected), open_backend(choice):
        pass


def test_machine_knows_its_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A config.json in a folder above, and a sign-in of the Azure CLI, are noticed."""
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "azureProfile.json").write_text("{}")
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "deeper")
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path))
    machine = look_around()

    assert (machine.config, machine.signed_in) == (True, True)
