"""Which backend a run gets: the decision table, row by row."""

from __future__ import annotations

import pytest

from harness.backends import BackendChoice, Machine, choose_backend, choose_backends
from harness.decide.ci_job import CI_SERVICES
from harness.errors import EnvironmentMissing, UsageError

PRINCIPAL = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s"}
GITHUB = dict.fromkeys(CI_SERVICES["GitHub Actions"], "g")
WORKSPACE = {"AZURE_SUBSCRIPTION_ID": "s", "AZURE_RESOURCE_GROUP": "g", "AZUREML_WORKSPACE_NAME": "w"}
OFFLINE = ("fake", "emulator", "replay")


@pytest.mark.parametrize(
    ("machine", "credentials", "interactive"),
    [
        (Machine({**WORKSPACE, **PRINCIPAL}), "the environment", False),
        (Machine({**WORKSPACE, **PRINCIPAL}, terminal=True), "the environment", True),
        (Machine({**WORKSPACE, "AZURE_FEDERATED_TOKEN_FILE": "f"}), "AZURE_FEDERATED_TOKEN_FILE", False),
        (Machine({**WORKSPACE, "IDENTITY_ENDPOINT": "http://x"}), "IDENTITY_ENDPOINT", False),
        (Machine({**WORKSPACE, "AZURE_TOKEN_CREDENTIALS": "prod"}), "AZURE_TOKEN_CREDENTIALS", False),
        (Machine({**WORKSPACE, **GITHUB}, signed_in=True), "GitHub Actions", False),
        (Machine(WORKSPACE, signed_in=True), "the Azure CLI", False),
        (Machine({**WORKSPACE, "CI": "1"}, signed_in=True, terminal=True), "the Azure CLI", False),
        (Machine(WORKSPACE, terminal=True), "a browser", True),
    ],
)
def test_live_uses_the_first_credentials_there_are(machine: Machine, credentials: str, interactive: bool) -> None:
    """A live run says where its credentials come from, and opens a browser on a terminal only, never on CI."""
    choice = choose_backend("live", machine)

    assert f"credentials from {credentials}" in choice.reason
    assert choice.interactive is interactive


@pytest.mark.parametrize(
    ("machine", "missing"),
    [
        (Machine(WORKSPACE), "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET"),
        (Machine({**WORKSPACE, "CI": "true"}, terminal=True), "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET"),
        (Machine({**WORKSPACE, "AZURE_CLIENT_ID": "c"}), "AZURE_TENANT_ID, AZURE_CLIENT_SECRET"),
        (
            Machine({**WORKSPACE, "AZURE_CLIENT_SECRET": "s", "AZURE_TENANT_ID": "t"}, signed_in=True),
            "AZURE_CLIENT_ID",
        ),
        (Machine({**WORKSPACE, "AZURE_CLIENT_SECRET": "s"}, terminal=True), "AZURE_TENANT_ID, AZURE_CLIENT_ID"),
        (Machine({**WORKSPACE, **PRINCIPAL, "AZURE_CLIENT_ID": ""}), "AZURE_CLIENT_ID"),
        (Machine({}, config=True), "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET"),
        (Machine(PRINCIPAL), "AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP, AZUREML_WORKSPACE_NAME"),
        (Machine({**PRINCIPAL, "AZURE_RESOURCE_GROUP": "g"}), "AZURE_SUBSCRIPTION_ID, AZUREML_WORKSPACE_NAME"),
        (Machine({**PRINCIPAL, **WORKSPACE, "AZURE_SUBSCRIPTION_ID": ""}), "AZURE_SUBSCRIPTION_ID"),
    ],
)
def test_live_names_exactly_what_is_missing(machine: Machine, missing: str) -> None:
    """A live run that cannot start ends with 3 and the variables that would let it start."""
    with pytest.raises(EnvironmentMissing) as refused:
        choose_backend("live", machine)

    assert refused.value.expected == missing
    assert refused.value.exit_code == 3


@pytest.mark.parametrize(
    ("machine", "workspace", "place"),
    [
        (Machine({**PRINCIPAL, **WORKSPACE}), (None, None, None), "the environment"),
        (Machine(PRINCIPAL), ("s", "g", "w"), "the spec"),
        (Machine({**PRINCIPAL, "AZURE_SUBSCRIPTION_ID": "s"}), (None, "g", "w"), "the environment"),
        (Machine(PRINCIPAL, config=True), (None, None, None), "config.json"),
        (Machine({**PRINCIPAL, "AZURE_SUBSCRIPTION_ID": "s"}, config=True), (None, None, None), "config.json"),
        (Machine({**PRINCIPAL, **WORKSPACE}, config=True), (None, None, None), "config.json"),
    ],
)
def test_live_says_where_the_workspace_is_named(
    machine: Machine, workspace: tuple[str | None, ...], place: str
) -> None:
    """The spec, the environment and config.json can each name the workspace."""
    assert choose_backend("live", machine, workspace=workspace).reason.endswith(f"the workspace from {place}")


@pytest.mark.parametrize("name", ["fake", "emulator"])
@pytest.mark.parametrize("machine", [Machine({}), Machine({**PRINCIPAL, **WORKSPACE}, True, True, True)])
def test_local_backends_need_nothing(name: str, machine: Machine) -> None:
    """Whatever the machine has, a local backend has the tutorial's registry at Azure's pace and opens no browser."""
    choice = choose_backend(name, machine)

    assert choice == BackendChoice(name, choice.reason, False, "2024-04", "recorded")
    assert "neither account nor network" in choice.reason


def test_replay_needs_its_cassette_alone() -> None:
    """A replay has the registry and the pace of its recording, whatever a scenario asks for."""
    choice = choose_backend("replay", Machine({}), catalog="2026-07", cassette="a.yaml")

    assert choice == BackendChoice("replay", "a.yaml needs neither account nor network", cassette="a.yaml")


@pytest.mark.parametrize(
    ("asked", "markers", "names"),
    [
        ((), "", OFFLINE),
        ((), "not slow", OFFLINE),
        ((), "not live", OFFLINE),
        ((), "not  live and slow", OFFLINE),
        ((), "delivered", OFFLINE),
        ((), "live", (*OFFLINE, "live")),
        ((), "live and not slow", (*OFFLINE, "live")),
        ((), "slow or live", (*OFFLINE, "live")),
        (("emulator",), "", ("emulator",)),
        (("emulator", "fake", "emulator"), "slow", ("emulator", "fake")),
        (("live",), "", ("live",)),
        (("live", "fake"), "live", ("live", "fake")),
        (("live", "fake"), "not live", ("live", "fake")),
        (("fake",), "live or slow", ("fake",)),
    ],
)
def test_azure_is_only_ever_asked_for_by_name(asked: tuple[str, ...], markers: str, names: tuple[str, ...]) -> None:
    """A run takes what `--backend` names, else the offline backends, and Azure with them only when `-m` names it."""
    assert choose_backends(asked, markers) == names


@pytest.mark.parametrize(
    ("asked", "markers"), [(("fake",), "live"), (("fake", "emulator"), " live "), (("live",), "not live")]
)
def test_options_that_exclude_each_other_are_refused(asked: tuple[str, ...], markers: str) -> None:
    """Options that leave no scenario to run are named with both their values."""
    with pytest.raises(UsageError, match="no scenario can be both") as refused:
        choose_backends(asked, markers)

    assert all(name in refused.value.got for name in (*asked, repr(markers.strip())))


@pytest.mark.parametrize("options", [{"catalog": "2024-12"}, {"pace": "instant"}])
def test_live_refuses_what_only_a_local_azure_has(options: dict[str, str]) -> None:
    """An era or a pace given to a live run is refused, not ignored."""
    with pytest.raises(UsageError, match=f"--{next(iter(options))} cannot be used"):
        choose_backend("live", Machine({**PRINCIPAL, **WORKSPACE}), **options)


def test_unknown_backend_names_the_nearest() -> None:
    """A mistyped backend is answered with the one that was meant."""
    with pytest.raises(UsageError, match="nearest: emulator"):
        choose_backend("emulater", Machine({}))


def test_a_catalog_without_a_name_is_not_taken_for_the_default() -> None:
    """It is kept as given, and refused with the eras that there are."""
    assert choose_backend("emulator", Machine({}), catalog="").catalog == ""
