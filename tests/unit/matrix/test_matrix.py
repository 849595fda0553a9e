"""The SDK matrix: which versions, what their runs came to, and the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.outcome import Outcome, read_outcome
from matrix.page import page
from matrix.versions import OLDEST, newest, versions, without_sdk

ROOT = Path(__file__).parents[3]
XML = """<testsuites><testsuite>
<testcase classname="tests.a" name="one" />
<testcase classname="tests.a" name="two"><failure message="assert 1 == 2">...</failure></testcase>
<testcase classname="tests.a" name="three"><error message="failed on setup">...</error></testcase>
<testcase classname="tests.a" name="four"><skipped type="pytest.skip" message="no tool" /></testcase>
<testcase classname="tests.a" name="five"><skipped type="pytest.xfail" message="jobs.update is not there" /></testcase>
<testcase classname="tests.a" name="six"><failure message="call">...</failure></testcase>
<testcase classname="tests.a" name="six"><error message="failed on teardown">...</error></testcase>
</testsuite></testsuites>"""


def test_every_outcome_is_counted_once() -> None:
    """Passed, failed, skipped and expected failures are told apart, and a test that fails twice is one test."""
    outcome = read_outcome("1.30.0", "3.11.7", XML)

    assert (outcome.passed, outcome.skipped) == (1, 1)
    assert outcome.failed == ("tests.a::two", "tests.a::three", "tests.a::six")
    assert outcome.missing == {"jobs.update is not there": 1}


@pytest.mark.parametrize(
    ("outcome", "good", "verdict"),
    [
        (Outcome("1", passed=5), True, "passes"),
        (Outcome("1", passed=5, missing={"no update": 1}), True, "passes, with gaps"),
        (Outcome("1", passed=5, failed=["one"]), False, "fails"),
        (Outcome("1", problem="no such version"), False, "did not run"),
        (Outcome("1", skipped=5), False, "did not run"),
    ],
)
def test_verdict_is_good_only_when_tests_ran_and_none_failed(outcome: Outcome, good: bool, verdict: str) -> None:
    """A run of nothing is no pass."""
    assert (outcome.good, outcome.verdict) == (good, verdict)


def test_page_says_what_each_version_lacks_and_what_fails() -> None:
    """The page has a row for each version, the reasons of expected failures, and the names of the others."""
    text = page(
        [Outcome("1.30.0", "3.11", 5, missing={"a | b": 2}), Outcome("1.35.2", "3.11", 6, failed=["x::y"])], ["a"]
    )

    assert "| 1.30.0 | 3.11 | 5 | 0 | 0 | 2 | passes, with gaps |" in text
    assert "| 1.30.0 | 2 | a \\| b |" in text
    assert "- 1.35.2: x::y" in text
    assert "Install six beside 1.30.0, which" in text


def test_bounds_are_the_projects_own() -> None:
    """The oldest version is the lower bound of pyproject.toml, the newest the pin of constraints.txt."""
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")

    assert f'"azure-ai-ml>={OLDEST.removesuffix(".0")}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"azure-ai-ml=={newest(constraints)}\n" in constraints
    assert constraints.replace(f"azure-ai-ml=={newest(constraints)}\n", "") == without_sdk(constraints)


def test_page_is_of_these_versions() -> None:
    """The published page has a row for every version of the matrix, and none of them fails."""
    text = (ROOT / "docs" / "sdk-matrix.md").read_text(encoding="utf-8")
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in text.splitlines() if " | passes" in line}

    assert tuple(rows) == versions(ROOT)
