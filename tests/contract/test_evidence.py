"""Every contract test says why it is believed, and the page says what they say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from contract_page import HERE, KINDS, behaviours, page
from evidence import Evidence

DOCS = HERE.parents[1] / "docs"
SUITE = """
import pytest
from evidence import Evidence, evidence, gap

{marks}
def test_it(backend):
    assert backend != "emulator"
"""
GOOD = '@evidence(Evidence.INFERRED, "somebody")\n'


def test_the_page_is_up_to_date() -> None:
    """`docs/contract.md` has a row for each behaviour, with its evidence and gaps; `make contract` writes it."""
    assert (DOCS / "contract.md").read_text(encoding="utf-8") == page(behaviours())


def test_there_are_enough_behaviours() -> None:
    """The contract holds at least eighty behaviours, and no two of them are the same."""
    counts = Counter((behaviour.area, behaviour.fact) for behaviour in behaviours())

    assert sum(counts.values()) >= 80
    assert [said for said, count in counts.items() if count > 1] == []


def test_the_page_knows_every_kind_of_evidence() -> None:
    """The page's words for the kinds of evidence are those of the coverage page."""
    assert {kind.name: kind.value for kind in Evidence} == KINDS


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A contract suite of one test, which fails on the emulator, with this suite's own conftest."""
    monkeypatch.syspath_prepend(str(HERE))
    pytester.makeconftest('pytest_plugins = ("harness.plugin",)')
    folder = pytester.mkdir("contract")
    (folder / "conftest.py").write_text((HERE / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    return pytester


def _run(suite: pytest.Pytester, marks: str) -> pytest.RunResult:
    text = SUITE.format(marks=marks)
    Path(suite.path, "contract", "test_contract_it.py").write_text(text, encoding="utf-8")
    return suite.runpytest_inprocess("--backend", "emulator", "-p", "no:cacheprovider")


@pytest.mark.parametrize(
    "marks",
    ["", GOOD * 2, '@evidence(Evidence.INFERRED, " ")', '@evidence("inferred", "somebody")'],
    ids=["none", "two", "no source", "no kind"],
)
def test_a_contract_test_without_evidence_is_a_usage_error(suite: pytest.Pytester, marks: str) -> None:
    """A test that runs on a backend and does not carry one complete mark stops the run before it starts."""
    result = _run(suite, marks)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "a contract test carries exactly one mark @evidence" in str(result.stderr)


@pytest.mark.parametrize(
    ("marks", "outcome"),
    [
        (GOOD, "failed"),
        (f'@gap("emulator", "known")\n{GOOD}', "xfailed"),
        (f'@gap("fake", "known")\n{GOOD}', "failed"),
    ],
    ids=["no gap", "a gap here", "a gap elsewhere"],
)
def test_a_gap_is_a_test_that_must_fail(suite: pytest.Pytester, marks: str, outcome: str) -> None:
    """A gap turns the failure of its own backend into an expected one, and of no other."""
    _run(suite, marks).assert_outcomes(**{outcome: 1})
