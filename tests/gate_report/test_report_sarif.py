"""sarif.json: each regression at its line, in the shape that the standard asks for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from report_case import report_facts

from harness.gate.report import sarif as module
from harness.gate.report.facts import ReportFacts
from harness.gate.report.sarif import sarif

_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_PLACE = {
    "type": "object",
    "required": ["artifactLocation", "region"],
    "properties": {
        "artifactLocation": {
            "type": "object",
            "properties": {
                "uri": {"type": "string", "pattern": r"^[A-Za-z0-9._~!$&'()*+,;=@%/-]+$"},
                "index": {"const": 0},
            },
            "required": ["uri"],
        },
        "region": {
            "type": "object",
            "required": ["startLine"],
            "properties": {"startLine": {"type": "integer", "minimum": 1}},
        },
    },
}
_RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    "additionalProperties": False,
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": _TEXT,
        "locations": {"type": "array", "minItems": 1, "items": {"properties": {"physicalLocation": _PLACE}}},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "fullDescription", "help"],
    "properties": {"id": {"type": "string"}, "shortDescription": _TEXT, "fullDescription": _TEXT, "help": _TEXT},
}
_RUN = {
    "type": "object",
    "required": ["tool", "results", "invocations"],
    "properties": {
        "tool": {
            "properties": {"driver": {"required": ["name"], "properties": {"rules": {"type": "array", "items": _RULE}}}}
        },
        "results": {"type": "array", "items": _RESULT},
        "invocations": {
            "items": {"required": ["executionSuccessful"], "properties": {"exitCode": {"type": "integer"}}}
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    },
}
_LOG = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {"version": {"const": "2.1.0"}, "runs": {"type": "array", "items": _RUN}},
}
"""What SARIF 2.1.0 asks of the parts that we write."""


def _run(facts: ReportFacts) -> dict[str, Any]:
    document = json.loads(sarif(facts))
    jsonschema.validate(document, _LOG)
    [run] = document["runs"]
    return dict(run)


@pytest.mark.parametrize("options", [{}, {"shift": -0.06, "fault": True}, {"poison": True}, {"n": 0}])
def test_the_log_is_as_the_standard_has_it(options: dict[str, Any]) -> None:
    """Every kind of verdict makes a log of the right shape, whose results name rules that are there."""
    run = _run(report_facts(**{"n": 80, **options}))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]

    assert [result["ruleId"] for result in run["results"]] == [rules[result["ruleIndex"]] for result in run["results"]]


def test_results_stand_at_the_lines_of_the_held_out_file() -> None:
    """Each regressed conversation is one result, at its own line."""
    facts = report_facts(120, -0.05)
    found = {
        result["partialFingerprints"]["conversationId/v1"]: result["locations"][0]["physicalLocation"]["region"][
            "startLine"
        ]
        for result in _run(facts)["results"]
    }
    lines = dict(zip(facts.evidence.ids, facts.evidence.lines, strict=True))

    assert found == {each.id: each.line for each in facts.regressions}
    assert all(lines[each] == line for each, line in found.items())


def test_a_fault_is_an_error_of_its_rule() -> None:
    """A conversation with a fault is named by the hard check, first of all, whatever its scores."""
    first = _run(report_facts(80, 0.01, fault=True))["results"][0]

    assert (first["ruleId"], first["level"]) == ("template_leakage", "error")
    assert first["message"]["text"].startswith("fault: template_leakage")


@pytest.mark.parametrize(("shift", "level"), [(0.02, "note"), (-0.08, "error")])
def test_a_result_weighs_as_much_as_its_rule(shift: float, level: str) -> None:
    """Where the rule failed a regression is an error, and where the candidate is promoted a note."""
    assert {result["level"] for result in _run(report_facts(500, shift))["results"]} == {level}


def test_no_more_results_than_a_reader_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the worst stay, and the log says how many are left out."""
    facts = report_facts(120, -0.05)
    monkeypatch.setattr(module, "MOST_RESULTS", 5)
    run = _run(facts)

    assert len(run["results"]) == 5
    [note] = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith(f"{len(facts.regressions) - 5} more")


@pytest.mark.parametrize(
    ("path", "uri"), [("data/a b.jsonl", "data/a%20b.jsonl"), ("data\\ü.jsonl", "data/%C3%BC.jsonl")]
)
def test_the_place_is_an_address(path: str, uri: str) -> None:
    """A path becomes a relative URI, with slashes and without what a URI cannot hold."""
    facts = replace(report_facts(60, -0.1), held_out=path)

    assert _run(facts)["artifacts"][0]["location"]["uri"] == uri
