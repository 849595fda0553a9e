"""A live run that cannot succeed is refused before its first test; the Azure of these tests is the emulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.emulator import Emulator
from fakes.world.faults import HttpFault
from harness.backends import Machine

SCENARIO = """
from harness.lifecycle.connect import connect
from harness.spec import LifecycleSpec

def test_workspace_is_there(surroundings):
    found = connect(LifecycleSpec(), environ=surroundings.environ, interactive=False)
    assert found.workspace.workspace_name == "acceptance"
"""


@pytest.fixture
def cloud() -> Iterator[Emulator]:
    """What these tests take for Azure; inside, the environment names it."""
    with Emulator() as azure:
        yield azure


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite of one scenario; what it would send when it is wrong goes to a port of this machine that is closed."""
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(pytester.path))
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    pytester.makeconftest('pytest_plugins = ("harness.plugin",)')
    pytester.makepyfile(SCENARIO)
    return pytester


def _refused(suite: pytest.Pytester, *options: str) -> str:
    """Run the scenario on Azure and return the usage error; nothing may have been tested."""
    result = suite.runpytest_inprocess("-m", "live", *options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "passed" not in result.stdout.str()
    return result.stderr.str()


def test_what_is_there_is_tested(cloud: Emulator, suite: pytest.Pytester) -> None:
    """With credentials that work and a workspace that exists the scenarios run."""
    result = suite.runpytest_inprocess("-m", "live", "-v")

    result.assert_outcomes(passed=1, deselected=3)
    result.stdout.fnmatch_lines(["*test_workspace_is_there[[]live[]] PASSED*"])


def test_wrong_secret_is_told_in_entras_words(
    cloud: Emulator, suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service principal that cannot sign in stops the run with Entra's code and the variable to set."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")
    said = _refused(suite)

    assert "AADSTS7000215" in said
    assert "Set AZURE_CLIENT_SECRET to the secret's value" in said


def test_unknown_workspace_is_named(cloud: Emulator, suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace that does not exist stops the run with its name, its group, and where the name comes from."""
    monkeypatch.setenv("AZUREML_WORKSPACE_NAME", "acceptence")
    said = _refused(suite)

    assert "there is no workspace acceptence in resource group acceptance" in said
    assert "which come from: environment" in said


def test_expired_token_is_not_taken_for_a_wrong_workspace(cloud: Emulator, suite: pytest.Pytester) -> None:
    """A token that Azure takes for expired stops the run with the advice to sign in again and to look at the clock."""
    cloud.faults.on("Workspaces_Get", HttpFault(401, "ExpiredAuthenticationToken", "The access token is too old."))
    said = _refused(suite)

    assert "ExpiredAuthenticationToken" in said
    assert "az login" in said
    assert "clock" in said


def test_lacking_role_is_not_taken_for_a_missing_sign_in(cloud: Emulator, suite: pytest.Pytester) -> None:
    """A principal that may not read the workspace is told to get a role in it."""
    cloud.faults.on("Workspaces_Get", HttpFault(403, "AuthorizationFailed", "The client does not have authorization"))
    said = _refused(suite)

    assert "AuthorizationFailed" in said
    assert "role" in said


def test_processes_of_xdist_hand_on_the_refusal(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pytest-xdist, whose processes collect, the run ends with the same usage error."""
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TOKEN_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    said = _refused(suite, "-n", "1", "-p", "xdist")

    assert "no credentials for Azure" in said


def test_nobody_at_a_terminal_is_shown_a_browser(
    cloud: Emulator, suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person at a terminal without credentials gets the usage error too, since a suite cannot stop for a browser."""
    names = dict.fromkeys(("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZUREML_WORKSPACE_NAME"), "x")
    monkeypatch.setattr("harness.plugin.preflight.look_around", lambda: Machine(names, terminal=True))

    assert "no credentials for Azure" in _refused(suite)


def test_collecting_asks_nobody(cloud: Emulator, suite: pytest.Pytester) -> None:
    """Listing the live scenarios sends nothing."""
    result = suite.runpytest_inprocess("-m", "live", "--collect-only", "-q")

    assert result.ret == pytest.ExitCode.OK
    assert cloud.calls == []
