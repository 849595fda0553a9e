"""Connecting: credentials, run ids, and workspaces that are only half known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from hypothesis import given
from hypothesis import strategies as st

from harness.decide.names import asset_name, make_endpoint_name
from harness.errors import EnvironmentMissing
from harness.lifecycle import connect as connecting
from harness.lifecycle.clients import Clients
from harness.lifecycle.connect import connect, find_credential, new_run_id
from harness.spec import LifecycleSpec

NOON = datetime(2024, 5, 10, 12, tzinfo=timezone.utc)


def candidate(name: str, works: bool) -> type[Any]:
    """A credential class that gets a token or does not."""

    def get_token(self: Any, scope: str) -> str:
        if not works:
            raise ClientAuthenticationError(f"{name} has nothing")
        return scope

    return type(name, (), {"get_token": get_token})


@pytest.fixture
def only_the_browser_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without credentials, and a person in front of it."""
    monkeypatch.setattr(connecting, "DefaultAzureCredential", candidate("DefaultAzureCredential", False))
    monkeypatch.setattr(connecting, "InteractiveBrowserCredential", candidate("InteractiveBrowserCredential", True))


def test_the_default_chain_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with credentials opens no browser, terminal or not."""
    monkeypatch.setattr(connecting, "DefaultAzureCredential", candidate("DefaultAzureCredential", True))

    assert type(find_credential({}, interactive=True)).__name__ == "DefaultAzureCredential"


def test_a_person_at_a_terminal_is_shown_a_browser(only_the_browser_works: None) -> None:
    """Without credentials a browser is opened where somebody can use it."""
    assert type(find_credential({}, interactive=True)).__name__ == "InteractiveBrowserCredential"


@pytest.mark.parametrize(("environ", "interactive"), [({}, False), ({"CI": "true"}, True)])
def test_no_browser_opens_where_nobody_sits(
    only_the_browser_works: None, environ: Mapping[str, str], interactive: bool
) -> None:
    """Without a terminal, and wherever CI is set, the default chain is all there is."""
    with pytest.raises(EnvironmentMissing, match="DefaultAzureCredential has nothing") as failure:
        find_credential(environ, interactive)

    assert "Browser" not in str(failure.value)
    assert "az login" in failure.value.remedy


def test_variables_that_hold_nonsense_are_a_missing_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    """azure-identity refuses a malformed tenant with a ValueError; it is told like any other failure."""

    def refuse() -> None:
        raise ValueError("Invalid tenant ID provided.")

    refuse.__name__ = "DefaultAzureCredential"
    monkeypatch.setattr(connecting, "DefaultAzureCredential", refuse)

    with pytest.raises(EnvironmentMissing, match="Invalid tenant ID"):
        find_credential({}, interactive=False)


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, "AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP, AZUREML_WORKSPACE_NAME"),
        ({"AZURE_SUBSCRIPTION_ID": "s"}, "AZURE_RESOURCE_GROUP, AZUREML_WORKSPACE_NAME"),
        ({"AZURE_SUBSCRIPTION_ID": "s", "AZURE_RESOURCE_GROUP": ""}, "AZURE_RESOURCE_GROUP, AZUREML_WORKSPACE_NAME"),
        ({"AZURE_SUBSCRIPTION_ID": "s", "AZUREML_WORKSPACE_NAME": "w"}, "AZURE_RESOURCE_GROUP"),
    ],
)
def test_half_a_configuration_names_what_is_missing(
    environ: dict[str, str], missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The remedy lists the variables that are not set, and no other."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EnvironmentMissing) as failure:
        connect(LifecycleSpec(), environ=environ, interactive=False, clients=Clients(credential=SimpleNamespace()))

    assert failure.value.remedy.startswith(f"Set {missing}, or")


class Workspaces:
    """The SDK's client, as far as it finds out where to go."""

    def __init__(self, _: Any, subscription: str = "", group: str = "", name: str = "", **__: Any) -> None:
        self.subscription_id, self.resource_group_name, self.workspace_name = subscription, group, name
        self.workspaces = SimpleNamespace(get=lambda _: SimpleNamespace(location="here", mlflow_tracking_uri=""))

    @classmethod
    def from_config(cls, credential: Any, **_: Any) -> Workspaces:
        """What the config.json says."""
        return cls(credential, "file", "file", "file")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, ("file", "file", "file")),
        ({"workspace_name": "spec"}, ("file", "file", "spec")),
        ({"subscription_id": "spec", "resource_group": "spec"}, ("spec", "spec", "file")),
        ({"subscription_id": "spec", "resource_group": "spec", "workspace_name": "spec"}, ("spec", "spec", "spec")),
    ],
)
def test_each_id_comes_from_the_first_place_that_has_it(keys: dict[str, str], expected: tuple[str, ...]) -> None:
    """The spec wins over the config.json, and that over the environment, id by id."""
    environ = dict.fromkeys(("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZUREML_WORKSPACE_NAME"), "variable")
    spec = LifecycleSpec().with_overrides({f"workspace.{key}": value for key, value in keys.items()})
    clients = Clients(Workspaces, credential=SimpleNamespace())
    found = connect(spec, environ=environ, interactive=False, clients=clients).workspace

    assert (found.subscription_id, found.resource_group_name, found.workspace_name) == expected


@pytest.mark.parametrize("content", ["{", "[]", "{}", '"text"', '{"Scope": "nowhere"}'])
def test_an_unusable_config_file_is_said_to_be_one(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A config.json that is found and cannot be read is not passed over in silence."""
    monkeypatch.chdir(tmp_path)
    Path("config.json").write_text(content, encoding="utf-8")

    with pytest.raises(EnvironmentMissing, match=r"config\.json that the SDK finds .* cannot be used"):
        connect(LifecycleSpec(), environ={}, interactive=False, clients=Clients(credential=SimpleNamespace()))


def test_a_run_id_begins_with_the_tutorials_timestamp() -> None:
    """Seconds since 1970, as `int(time.time())` gives them, and four digits."""
    assert new_run_id(NOON, "here").startswith(f"{int(NOON.timestamp())}-")


def test_two_runs_of_one_second_differ() -> None:
    """Another place gives another id, the same place the same one."""
    here, there = new_run_id(NOON, "here"), new_run_id(NOON, "there")

    assert (here == new_run_id(NOON, "here"), here == there) == (True, False)


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2200, 1, 1)), st.text())
def test_a_run_id_fits_into_every_name(now: datetime, salt: str) -> None:
    """Endpoints with the tutorial's prefix, models and versions take it."""
    run_id = new_run_id(now.replace(tzinfo=timezone.utc), salt)

    assert make_endpoint_name("ultrachat-completion", run_id).endswith(run_id)
    assert asset_name(run_id) == run_id
