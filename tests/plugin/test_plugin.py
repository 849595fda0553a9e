"""The pytest plugin, as a user's own suite meets it."""

from __future__ import annotations

import pytest

CONFTEST = 'pytest_plugins = ("harness.plugin",)'
SCENARIO = """
import pytest

def test_everywhere(backend): ...

def test_locally(backend, azure): ...

@pytest.mark.catalog("2024-12")
def test_era(backend): ...

@pytest.mark.parametrize("size", ["A"])
def test_sized(size, backend): ...
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite that uses the plugin, on a machine without credentials and, should it be wrong, without a network."""
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TOKEN_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(pytester.path))
    monkeypatch.setenv("CI", "1")
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(SCENARIO)
    return pytester


def _collected(result: pytest.RunResult) -> list[str]:
    return [line.rpartition("::")[2] for line in result.outlines if "::" in line]


def test_plain_run_takes_the_offline_backends(suite: pytest.Pytester) -> None:
    """Without options every scenario runs on each offline backend, whose name its id ends with."""
    collected = _collected(suite.runpytest_inprocess("--collect-only", "-q"))

    assert collected == [
        "test_everywhere[fake]",
        "test_everywhere[emulator]",
        "test_locally[fake]",
        "test_locally[emulator]",
        "test_era[fake]",
        "test_era[emulator]",
        "test_sized[A-fake]",
        "test_sized[A-emulator]",
    ]


@pytest.mark.parametrize(("named", "ids"), [(["fake"], ["fake"]), (["emulator", "fake"], ["emulator", "fake"])])
def test_backends_are_those_named(suite: pytest.Pytester, named: list[str], ids: list[str]) -> None:
    """`--backend` may be repeated, and nothing runs on a backend that it does not name."""
    options = [word for name in named for word in ("--backend", name)]
    collected = _collected(suite.runpytest_inprocess("--collect-only", "-q", *options))

    assert [test for test in collected if "everywhere" in test] == [f"test_everywhere[{name}]" for name in ids]
    assert {test.rpartition("[")[2].rstrip("]").rpartition("-")[2] for test in collected} == set(ids)


def test_live_scenarios_are_those_that_azure_can_run(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With credentials `-m live` takes what needs neither the local Azure ML nor its registry of another day."""
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.setenv(name, "x")
    for name in ("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZUREML_WORKSPACE_NAME"):
        monkeypatch.setenv(name, "x")
    for options in (["-m", "live"], ["--backend", "live"]):
        collected = _collected(suite.runpytest_inprocess("--collect-only", "-q", *options))

        assert collected == ["test_everywhere[live]", "test_sized[A-live]"]
    served = suite.runpytest_inprocess("--collect-only", "-q", "-m", "live", "--served", "2024-12")
    assert _collected(served) == ["test_era[live]"]


def test_what_is_served_needs_scenarios_that_ask_it(suite: pytest.Pytester) -> None:
    """`--served` alone would run everything offline, as if it had been tested live."""
    result = suite.runpytest_inprocess("--served", "2024-12")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--served: nothing is asked of what is served; got 2024-12*Add -m live*"])


@pytest.mark.parametrize("options", [["-m", "live"], ["--backend", "live"]])
def test_live_without_credentials_is_a_usage_error(suite: pytest.Pytester, options: list[str]) -> None:
    """A live run that cannot start stops and names what is missing; it never skips."""
    result = suite.runpytest_inprocess(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*no credentials for Azure*AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET*"])


@pytest.mark.parametrize("options", [["-m", "live", "--backend", "fake"], ["-m", "not live", "--backend", "live"]])
def test_options_that_exclude_each_other_are_a_usage_error(suite: pytest.Pytester, options: list[str]) -> None:
    """A run in which no scenario could remain is refused, since one that tests nothing looks like one that passes."""
    result = suite.runpytest_inprocess(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*no scenario can be both*Leave out one of the two options*"])


def test_costly_scenarios_wait_until_they_are_named(suite: pytest.Pytester) -> None:
    """A scenario that is slow or opens a browser runs only when `-m` names its marker."""
    suite.makepyfile("""
        import pytest

        @pytest.mark.slow
        def test_long(backend): ...

        @pytest.mark.browser
        def test_seen(backend): ...
    """)
    suite.runpytest_inprocess("--backend", "emulator").assert_outcomes(deselected=2)
    suite.runpytest_inprocess("--backend", "emulator", "-m", "slow").assert_outcomes(passed=1, deselected=1)


def test_unknown_backend_is_a_usage_error(suite: pytest.Pytester) -> None:
    """A backend that does not exist is refused with those that do."""
    result = suite.runpytest_inprocess("--backend", "emulater")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*emulater*emulator*live*"])


def test_fixtures_run_a_lifecycle(suite: pytest.Pytester) -> None:
    """A suite needs nothing but the `lifecycle` fixture to run one, and `azure` to let it fail."""
    suite.makepyfile("""
        from harness.spec import LifecycleSpec

        def test_refused(lifecycle, azure):
            report = lifecycle.run(LifecycleSpec().with_overrides({"compute.size": "Standard_NC6"}))
            assert report.error.exit_code == 2
            assert azure.calls
    """)

    suite.runpytest_inprocess("--backend", "emulator").assert_outcomes(passed=1)
