"""How hypothesis searches here: failures are kept on a developer's machine, CI tries the same examples every time."""

from __future__ import annotations

from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[2] / "conftest.py"
SMALLEST = 2**30 + 12_345
PROPERTY = f"""
from hypothesis import given, settings
from hypothesis import strategies as st

def test_small():
    seen = []

    @given(st.integers(0, 2**40))
    def check(number):
        seen.append(number)
        assert number < {SMALLEST}

    try:
        check()
    except AssertionError:
        pass
    print("\\nexamples", settings().max_examples, *seen[:9])
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite with this project's conftest and a law that does not hold, on a developer's machine."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(CONFTEST.parent))
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    pytester.makepyfile(PROPERTY)
    return pytester


def _tried(suite: pytest.Pytester, *options: str) -> list[int]:
    """Run the suite and return how many examples it may try, then the first ones that it tried."""
    printed = suite.runpytest_subprocess("-s", *options).outlines
    return [int(word) for line in printed if line.startswith("examples ") for word in line.split()[1:]]


def test_what_failed_is_kept_and_tried_first(suite: pytest.Pytester) -> None:
    """A developer's next run begins with the example that failed in the last one."""
    limit, first, *_ = _tried(suite)
    _, again, *_ = _tried(suite)

    assert limit == 50
    assert first != again == SMALLEST


def test_thorough_search_is_an_option(suite: pytest.Pytester) -> None:
    """A developer who asks for the profile of CI gets as many examples, and still the kept ones first."""
    _tried(suite)

    assert _tried(suite, "--hypothesis-profile", "ci")[:2] == [300, SMALLEST]


def test_ci_tries_the_same_every_time(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """On CI two runs try the same examples, thoroughly, and keep nothing that would change the next one."""
    monkeypatch.setenv("CI", "true")
    once, again = _tried(suite), _tried(suite)

    assert once == again
    assert once[0] == 300
    assert not (suite.path / ".hypothesis" / "examples").exists()
