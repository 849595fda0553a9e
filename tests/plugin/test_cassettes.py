"""Scenarios are recorded and replayed, as a user's own suite meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.backends import emulator, recording, replay
from harness.lifecycle import connect

LOADED = (connect, emulator, recording, replay)
"""Loaded before any inner run, since pytester unloads what such a run has loaded, and numpy can be loaded once only."""

SCENARIO = """
from harness.lifecycle.connect import connect
from harness.spec import LifecycleSpec

def test_workspace(surroundings):
    spec = surroundings.settled(LifecycleSpec())
    found = connect(spec, environ=surroundings.environ, interactive=False, clients=surroundings.clients)
    job = surroundings.pinned("job", lambda: "job-of-this-run")
    tags = {"state": "Queued", "job": job}
    found.workspace.workspaces.get(spec.workspace.workspace_name)
"""
RECORD = ("--record-mode=rewrite", "--backend", "emulator")


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite of one scenario; what it would send when it is wrong goes to a port of this machine that is closed."""
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(pytester.path))
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    pytester.makeconftest('pytest_plugins = ("harness.plugin",)')
    pytester.makepyfile(test_mine=SCENARIO)
    return pytester


@pytest.fixture
def recorded(suite: pytest.Pytester) -> Path:
    """The cassette of the scenario, as it was recorded from the emulator."""
    suite.runpytest_inprocess(*RECORD).assert_outcomes(passed=1)
    return suite.path / "cassettes" / "test_mine" / "test_workspace.yaml"


def _changed(suite: pytest.Pytester, before: str, after: str) -> None:
    suite.makepyfile(test_mine=SCENARIO.replace(before, after))


def test_recorded_scenario_is_replayed(suite: pytest.Pytester, recorded: Path) -> None:
    """A plain run replays what exists, and says in the test's line and in the summary where it comes from."""
    result = suite.runpytest_inprocess("-v")

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        [
            "*test_workspace[[]replay[]] PASSED recorded from emulator 2*",
            "*1 replayed that were recorded from emulator, the oldest on 2*",
        ]
    )


def test_cassette_holds_provenance_and_no_private_id(recorded: Path) -> None:
    """The file says what it was recorded from and with, and what the scenario made up; the ids are stand-ins."""
    known = json.loads(recorded.read_text())["metadata"]

    assert (known["recorded_from"], known["variables"]) == ("emulator", {"job": "job-of-this-run"})
    assert known["sdk"]["azure-ai-ml"]
    assert known["workspace"]["workspace_name"] in ("workspace-1", "group-1")


def test_scenario_without_a_cassette_is_counted(suite: pytest.Pytester) -> None:
    """What cannot be replayed is named in the summary, and never passed over in silence."""
    result = suite.runpytest_inprocess()

    result.assert_outcomes(passed=2, deselected=1)
    result.stdout.fnmatch_lines(["1 scenarios have none and were not replayed: *test_workspace[[]replay[]]"])


def test_replay_that_was_asked_for_needs_its_cassette(suite: pytest.Pytester) -> None:
    """Who names the backend is told that the cassette is missing, and how to record it."""
    result = suite.runpytest_inprocess("--backend", "replay")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no such cassette*--record-mode=rewrite*"])


def test_other_request_is_a_miss(suite: pytest.Pytester, recorded: Path) -> None:
    """A scenario that asks something else fails with the nearest recorded request."""
    _changed(suite, "workspaces.get(spec.workspace.workspace_name)", "jobs.get(job)")
    result = suite.runpytest_inprocess("--backend", "replay")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*CassetteMiss*jobs/job-of-this-run was not recorded*the nearest: GET*"])


def test_swallowed_miss_fails_too(suite: pytest.Pytester, recorded: Path) -> None:
    """A scenario that passes although it was refused an answer is an error."""
    asked = "workspaces.get(spec.workspace.workspace_name)"
    hidden = "\n    try: found.workspace.jobs.get(job)\n    except Exception: pass"
    _changed(suite, asked, asked + hidden)
    result = suite.runpytest_inprocess("--backend", "replay")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*jobs/job-of-this-run was not recorded*"])


def test_request_that_is_not_made_any_more_fails(suite: pytest.Pytester, recorded: Path) -> None:
    """What was recorded and not asked for is an error at the end of the scenario."""
    _changed(suite, "found.workspace.workspaces.get(spec.workspace.workspace_name)", "pass")
    result = suite.runpytest_inprocess("--backend", "replay")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*1 of * recorded exchanges were not asked for; got GET https://management.azure.com/*"]
    )


def test_edited_cassette_is_refused(suite: pytest.Pytester, recorded: Path) -> None:
    """A cassette that was changed by hand is not replayed."""
    recorded.write_text(recorded.read_text().replace("eastus2", "westus2"))
    result = suite.runpytest_inprocess("--backend", "replay")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*edited by hand*"])


def test_failed_scenario_is_not_recorded(suite: pytest.Pytester) -> None:
    """A cassette is written when its scenario has passed."""
    _changed(suite, "tags =", "assert False\n    tags =")
    result = suite.runpytest_inprocess(*RECORD)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["1 not written: the scenario failed"])
    assert not (suite.path / "cassettes").exists()


def test_second_recording_validates(suite: pytest.Pytester, recorded: Path) -> None:
    """The same traffic again leaves the file as it was."""
    before = recorded.read_text()
    suite.runpytest_inprocess(*RECORD).stdout.fnmatch_lines(["1 validated"])

    assert recorded.read_text() == before


def test_existing_cassette_is_left_when_recording_once(suite: pytest.Pytester, recorded: Path) -> None:
    """`--record-mode=once` records what has no cassette yet."""
    recorded.write_text("mine")
    suite.runpytest_inprocess("--record-mode=once", "--backend", "emulator").assert_outcomes(passed=1)

    assert recorded.read_text() == "mine"


def test_what_looks_into_the_local_azure_is_not_recorded(suite: pytest.Pytester) -> None:
    """A scenario that needs the local Azure ML itself has no replay and no cassette."""
    suite.makepyfile(test_mine="def test_inside(azure): assert azure.calls == []")
    suite.runpytest_inprocess(*RECORD, "-q").assert_outcomes(passed=1, deselected=1)

    assert not (suite.path / "cassettes").exists()
    assert "replay" not in suite.runpytest_inprocess("--collect-only", "-q").stdout.str()


def test_what_arranges_something_is_recorded_here(suite: pytest.Pytester) -> None:
    """What a scenario changes in the local Azure ML is in its recording: the replay changes nothing."""
    arranged = "def test_arranged(arrange, surroundings):\n    arrange(lambda azure: azure.faults.fail_job('x'))\n"
    suite.makepyfile(test_mine=f"{SCENARIO}\n{arranged}")
    suite.runpytest_inprocess(*RECORD, "-m", "arranged").assert_outcomes(passed=1, deselected=3)

    suite.runpytest_inprocess("-m", "arranged").assert_outcomes(passed=3, deselected=3)


@pytest.mark.parametrize(
    "options",
    [
        ("--record-mode=rewrite",),
        (*RECORD, "--backend", "live"),
        ("--record-mode=new_episodes", "--backend", "emulator"),
        ("--record-mode=rewrite", "--backend", "fake"),
    ],
)
def test_recording_needs_one_source_and_one_piece(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """Without a source, with two, or when two recordings would be mixed, nothing runs."""
    result = suite.runpytest_inprocess(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "passed" not in result.stdout.str()


def test_suites_without_scenarios_record_as_they_like(suite: pytest.Pytester) -> None:
    """pytest-recording's own options mean what they meant in a suite that has no scenario."""
    suite.makepyfile(test_mine="def test_plain(): ...")

    suite.runpytest_inprocess("--record-mode=new_episodes").assert_outcomes(passed=1)


def test_names_of_cassettes_know_no_backend(suite: pytest.Pytester) -> None:
    """Parameters are part of the name, and characters that files cannot have are not."""
    suite.makepyfile(
        test_mine="""
        import pytest

        class TestIn:
            @pytest.mark.parametrize("size", ["a/b", "c"])
            def test_sized(self, size, surroundings): ...
        """
    )
    suite.runpytest_inprocess(*RECORD).assert_outcomes(passed=2)
    names = sorted(file.name for file in (suite.path / "cassettes" / "test_mine").iterdir())

    assert names == ["TestIn.test_sized[a-b].yaml", "TestIn.test_sized[c].yaml"]


def test_processes_report_together(suite: pytest.Pytester, recorded: Path) -> None:
    """Under pytest-xdist the summary counts what every process has replayed and lacked."""
    suite.makepyfile(test_other=SCENARIO)
    result = suite.runpytest_inprocess("-n", "2")

    result.stdout.fnmatch_lines(
        ["1 replayed that were recorded from emulator*", "1 scenarios have none*test_other.py*"]
    )


def test_usage_is_left_for_lint(suite: pytest.Pytester, recorded: Path) -> None:
    """What was replayed, and which cassettes the modules may have, is in pytest's cache."""
    suite.runpytest_inprocess()
    kept = json.loads((suite.path / ".pytest_cache" / "v" / "harness" / "cassettes").read_text())

    assert kept["usage"]["cassettes/test_mine/test_workspace.yaml"]["unused"] == 0
    assert kept["scenarios"] == {"test_mine.py": ["test_workspace.yaml"]}
