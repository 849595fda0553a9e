"""junit.xml: one test case a rule, and one for the verdict, so that a report is green only where one may promote."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from harness.gate.report import words
from harness.gate.verdict.verdict import RuleResult, Verdict

__all__ = ["junit"]

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""

_ELEMENTS = {"failed": "failure", "skipped": "skipped", "error": "error"}


def junit(verdict: Verdict) -> bytes:
    """Return the verdict as JUnit XML.

    A rule that showed nothing fails only where that kept the candidate from being promoted; else, and where a rule
    could not be tested, it is skipped. What cannot be trusted is an error.
    """
    cases = [_verdict_case(verdict), *(_rule_case(rule, verdict) for rule in verdict.rules)]
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    numbers = {name: str(number) for name, number in counts.items()}
    root = Element("testsuites", {"name": "harness gate", "time": "0", **numbers})
    suite = SubElement(
        root, "testsuite", {"name": "gate", "time": "0", "timestamp": f"{verdict.decided}T00:00:00", **numbers}
    )
    suite.append(_properties(_provenance(verdict)))
    suite.extend(cases)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def _provenance(verdict: Verdict) -> dict[str, str]:
    return {
        "verdict": verdict.outcome,
        "candidate": verdict.candidate.model,
        "baseline": verdict.baseline.model,
        "evidence_sha256": verdict.evidence_sha256,
        "policy_sha256": verdict.policy_sha256,
        "attempts": str(verdict.attempts),
    }


def _verdict_case(verdict: Verdict) -> Element:
    case = _case("gate", "verdict")
    said = " ".join((words.explanation(verdict), *verdict.reasons))
    if verdict.outcome == "INVALID":
        _say(case, "error", verdict.outcome, said)
    elif not words.promotes(verdict):
        _say(case, "failure", verdict.outcome, said)
    else:
        SubElement(case, "system-out").text = _clean(said)
    return case


def _rule_case(rule: RuleResult, verdict: Verdict) -> Element:
    case = _case(f"gate.{rule.kind}", rule.name)
    element = _ELEMENTS.get(words.weight(rule.outcome, verdict))
    if element:
        _say(case, element, rule.outcome, rule.detail)
    else:
        SubElement(case, "system-out").text = _clean(f"{words.RULE_OUTCOMES[rule.outcome]}: {rule.detail}")
    return case


def _say(case: Element, element: str, kind: str, said: str) -> None:
    said = _clean(said)
    attributes = {"message": said} if element == "skipped" else {"message": said, "type": kind}
    SubElement(case, element, attributes).text = said


def _case(suite: str, name: str) -> Element:
    return Element("testcase", {"classname": suite, "name": _clean(name), "time": "0"})


def _properties(values: dict[str, str]) -> Element:
    properties = Element("properties")
    for name, value in values.items():
        SubElement(properties, "property", {"name": name, "value": _clean(value)})
    return properties


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
