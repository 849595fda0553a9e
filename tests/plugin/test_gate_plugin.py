"""The gate as tests: `pytest --gate-policy FILE --gate-evidence FILE`, as a user's own suite meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.plugin import gate_verdict
from tests.gate_report.report_case import Case, write_evidence

LOADED = (gate_verdict,)
"""Loaded before pytester begins: it forgets what a run has loaded, and numpy cannot be loaded twice in a process."""

CONFTEST = 'pytest_plugins = ("harness.plugin",)'
POLICY = """
[decision]
resamples = 999

[[primary]]
metric = "chrf"

[[primary]]
metric = "rouge_l"

[[guardrail]]
metric = "repetition"
"""
_GATE = ("--gate-policy", "gate.toml", "--gate-evidence", "evidence.jsonl")


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite with one test of its own, beside a policy."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_own="def test_own(): ...")
    pytester.path.joinpath("gate.toml").write_text(POLICY)
    return pytester


def _gate(suite: pytest.Pytester, case: Case, *options: str) -> pytest.RunResult:
    write_evidence(suite.path / "evidence.jsonl", case)
    return suite.runpytest_inprocess("-p", "no:cacheprovider", *_GATE, *options)


def test_each_rule_is_a_test_beside_the_suites_own(suite: pytest.Pytester) -> None:
    """The verdict and its rules are collected once each, as tests of the policy's file beside the suite's own."""
    result = _gate(suite, Case(500, 0.01), "--collect-only", "-q")

    tests = [line for line in result.outlines if "::" in line]

    rules = ("verdict", "chrf", "rouge_l", "repetition", "error_rate")
    assert {"test_own.py::test_own", *(f"gate.toml::test_gate[{rule}]" for rule in rules)} < set(tests)
    assert len(tests) == len(set(tests))


def test_tests_are_called_after_the_policy_wherever_the_data_lie(
    suite: pytest.Pytester, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An option's value in another folder, which pytest takes for a path to find its root by, is in no test's name."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write_evidence(elsewhere / "evidence.jsonl", Case(60))
    options = ("--gate-policy", "gate.toml", "--gate-evidence", str(elsewhere / "evidence.jsonl"))
    items, _ = suite.inline_genitems("-p", "no:cacheprovider", f"--rootdir={elsewhere}", "gate.toml", *options)

    assert {item.nodeid.partition("::")[0] for item in items} == {"gate.toml"}


def test_a_candidate_that_may_be_promoted_is_green(suite: pytest.Pytester) -> None:
    """Nothing fails; what could not be tested is skipped with its reason."""
    result = _gate(suite, Case(500, 0.01), "-rs")
    outcomes = result.parseoutcomes()

    assert (result.ret, outcomes["skipped"], "failed" in outcomes) == (0, 1, False)
    result.stdout.fnmatch_lines(["SKIPPED*not testable: the baseline was asked once*"])


def test_a_blocked_candidate_fails_where_it_is_worse(suite: pytest.Pytester) -> None:
    """The verdict and each failed rule fail, with what was found and no traceback."""
    result = _gate(suite, Case(300, -0.06), "-rf")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert result.parseoutcomes()["failed"] == 3
    result.stdout.fnmatch_lines(["*test_gate[[]chrf]*", "failed: difference -0.*, 300 conversations"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*harness/plugin/gate.py*")


@pytest.mark.parametrize(("options", "outcome"), [((), "failed"), (("--gate-inconclusive", "xfail"), "xfailed")])
def test_what_shows_nothing_fails_unless_told_otherwise(
    suite: pytest.Pytester, options: tuple[str, ...], outcome: str
) -> None:
    """An inconclusive verdict is red; --gate-inconclusive=xfail lets it stand aside."""
    result = _gate(suite, Case(60, -0.01), *options)
    outcomes = result.parseoutcomes()

    assert outcomes[outcome] >= 3
    assert {"failed", "xfailed"} & outcomes.keys() == {outcome}
    assert result.ret == (0 if options else 1)


def test_harm_is_no_matter_of_being_inconclusive(suite: pytest.Pytester) -> None:
    """With xfail, too, what failed is a failure."""
    assert _gate(suite, Case(300, -0.06), "--gate-inconclusive", "xfail").parseoutcomes()["failed"] == 3


def test_evidence_that_cannot_be_trusted_fails(suite: pytest.Pytester) -> None:
    """A broken precondition is a failure of its own, whatever is said about inconclusive rules."""
    result = _gate(suite, Case(60, failed_baseline=True), "--gate-inconclusive", "xfail", "-rf")

    result.stdout.fnmatch_lines(["FAILED*test_gate[[]precondition:baseline_errors]*"])


@pytest.mark.parametrize("chosen", [("-k", "chrf"), ("gate.toml::test_gate[chrf]",)])
def test_a_rule_can_be_chosen(suite: pytest.Pytester, chosen: tuple[str, ...]) -> None:
    """By -k and by id, as any test."""
    outcomes = _gate(suite, Case(300, -0.06), *chosen).parseoutcomes()
    outcomes.pop("deselected", None)

    assert outcomes == {"failed": 1}


def test_the_policy_alone_can_be_run(suite: pytest.Pytester) -> None:
    """Where the policy's file is what is asked for, no other test runs."""
    result = _gate(suite, Case(500, 0.01), "gate.toml", "-v")

    result.stdout.no_fnmatch_line("*test_own*")
    result.stdout.fnmatch_lines(["gate.toml::test_gate[[]verdict] PASSED*"])


def test_a_waived_rule_warns(suite: pytest.Pytester) -> None:
    """What passes under a waiver, or within its margin, is a warning that a reader sees."""
    result = _gate(suite, Case(2_000, -0.012), "-k", "chrf or verdict")

    assert result.parseoutcomes()["warnings"] == 2
    result.stdout.fnmatch_lines(["*GateWarning: chrf: warning: difference -0.01*"])


def test_a_policy_that_is_none_is_told(suite: pytest.Pytester) -> None:
    """Wrong files are errors of collection, in the words of the gate, with a remedy."""
    suite.path.joinpath("gate.toml").write_text("[[primary]]\nmetrik = 'chrf'\n")
    result = _gate(suite, Case(60))

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*there is no key primary.0.metrik*nearest: metric*"])


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        (("--gate-evidence", "e.jsonl"), "--gate-policy"),
        (("--gate-policy", "gate.toml"), "--gate-evidence"),
        ((*_GATE, "--gate-candidate", "green"), "--gate-endpoint --gate-baseline --gate-held-out"),
    ],
)
def test_options_that_need_others_are_a_usage_error(
    suite: pytest.Pytester, options: tuple[str, ...], missing: str
) -> None:
    """Half of what a comparison needs is refused before anything is collected or asked."""
    result = suite.runpytest_inprocess(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*these options of the gate need others*expected {missing}.*"])


def test_several_processes_come_to_one_verdict(suite: pytest.Pytester) -> None:
    """Under pytest-xdist every rule is one test, run once."""
    result = _gate(suite, Case(300, -0.06), "-n", "2")

    assert result.parseoutcomes()["failed"] == 3


def test_without_the_options_nothing_is_there(suite: pytest.Pytester) -> None:
    """A TOML file is no test where no policy is named."""
    assert suite.runpytest_inprocess("-p", "no:cacheprovider").parseoutcomes() == {"passed": 1}
    assert Path(suite.path / "gate.toml").exists()
