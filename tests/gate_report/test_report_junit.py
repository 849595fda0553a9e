"""junit.xml: read back as others read it, and red exactly where one may not promote."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_case import POISON, report_facts

from harness.gate.report.junit import junit
from harness.gate.verdict.verdict import Outcome, RuleOutcome, Verdict

_VERDICT = report_facts(60).verdict


def _with(outcome: Outcome, *outcomes: RuleOutcome, detail: str = "found") -> Verdict:
    rules = tuple(replace(_VERDICT.rules[n], outcome=each, detail=detail) for n, each in enumerate(outcomes))
    return replace(_VERDICT, outcome=outcome, rules=rules)


def _kinds(verdict: Verdict) -> list[str]:
    """Return what each test case ended with, the verdict's own first."""
    return [_kind(case) for case in fromstring(junit(verdict)).iter("testcase")]


def _kind(case: Element) -> str:
    return next((child.tag for child in case if child.tag != "system-out"), "passed")


def test_every_rule_is_a_case_of_its_name() -> None:
    """There is one case a rule, after one for the verdict."""
    names = [case.get("name") for case in fromstring(junit(_VERDICT)).iter("testcase")]

    assert names == ["verdict", *(rule.name for rule in _VERDICT.rules)]


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ("PROMOTE", "passed"),
        ("PROMOTE_WARN", "passed"),
        ("BLOCK", "failure"),
        ("INCONCLUSIVE", "failure"),
        ("INVALID", "error"),
    ],
)
def test_the_verdict_is_a_case_too(outcome: Outcome, kind: str) -> None:
    """A verdict that hangs on no single rule is red all the same."""
    assert _kinds(_with(outcome, "pass")) == [kind, "passed"]


@pytest.mark.parametrize(
    ("outcome", "promoted", "otherwise"),
    [
        ("pass", "passed", "passed"),
        ("warn", "passed", "passed"),
        ("waived", "passed", "passed"),
        ("fail", "failure", "failure"),
        ("inconclusive", "skipped", "failure"),
        ("not_testable", "skipped", "skipped"),
        ("invalid", "error", "error"),
    ],
)
def test_a_rule_ends_as_it_weighs(outcome: RuleOutcome, promoted: str, otherwise: str) -> None:
    """What shows nothing is a failure only where it kept the candidate from being promoted."""
    assert [_kinds(_with(each, outcome))[1] for each in ("PROMOTE", "INCONCLUSIVE")] == [promoted, otherwise]


def test_the_counts_are_those_of_the_cases() -> None:
    """Readers that look at the counts alone come to the same end."""
    root = fromstring(junit(_with("BLOCK", "pass", "fail", "inconclusive", "not_testable", "invalid")))
    counts = {name: int(root.get(name, "")) for name in ("tests", "failures", "errors", "skipped")}

    assert counts == {"tests": 6, "failures": 3, "errors": 1, "skipped": 1}
    assert all(root[0].get(name) == str(number) for name, number in counts.items())


@given(st.text())
def test_any_sentence_is_xml(detail: str) -> None:
    """Whatever a rule has found, the file can be read; what XML cannot hold is replaced."""
    message = fromstring(junit(_with("BLOCK", "fail", detail=detail))).findall(".//failure")[1].get("message", "")

    assert len(message) == len(detail)


def test_hostile_text_is_read_back_as_it_was() -> None:
    """Markup in a sentence is text when it is read back."""
    [_, failure] = fromstring(junit(_with("BLOCK", "fail", detail=POISON))).iter("failure")

    assert failure.text == POISON.replace("\x07", "\N{REPLACEMENT CHARACTER}")
