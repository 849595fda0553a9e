"""Why the verdict is what it is, and which conversations got worse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from report_case import POLICY, Case, report_facts, write_evidence

from harness.errors import DataError
from harness.gate.evidence.records import Answer, to_line
from harness.gate.report.findings import findings
from harness.gate.report.regressions import regressions
from harness.gate.report.texts import read_texts

_BLOCKED = report_facts(400, -0.06, fault=True)


def test_a_block_says_what_fell_and_by_how_much() -> None:
    """Each rule that failed is a sentence, and passed ones are none."""
    said = findings(_BLOCKED.verdict, _BLOCKED.policy)

    assert said[0].startswith("chrf is worse by 0.0")
    assert said[0].endswith("the margin is 0.02.")
    assert said[2] == ("template_leakage: 1 conversation with a new fault, 1 with any, the baseline has 0; 0 allowed.")
    assert not any("repetition" in sentence for sentence in said)


def test_many_slices_are_one_sentence_a_metric() -> None:
    """A reader is not buried under slices."""
    said = [sentence for sentence in findings(_BLOCKED.verdict, _BLOCKED.policy) if "slices" in sentence]

    assert len(said) == 2
    assert all(each in said[0] for each in ("language=en", "language=de", "failed"))


def test_not_yet_says_how_many_would_do() -> None:
    """An open primary says how bad it may be and how many conversations tell; optional slices are left out."""
    facts = report_facts(60, -0.01)
    said = findings(facts.verdict, facts.policy)

    assert facts.verdict.outcome == "INCONCLUSIVE"
    assert said[0].startswith("chrf may be worse by 0.0")
    assert "conversations would tell." in said[0]
    assert not any("slice" in sentence or "language" in sentence for sentence in said)


def test_a_required_slice_is_a_reason() -> None:
    """A slice that must show something, and does not, is told."""
    policy = {**POLICY, "slice": [{"by": "language", "values": ["he"], "min_conversations": 60, "required": True}]}
    facts = report_facts(400, 0.02, policy=policy)

    assert any("language=he" in sentence for sentence in findings(facts.verdict, facts.policy))


def test_evidence_that_cannot_be_trusted_is_told_as_it_was_found() -> None:
    """An invalid verdict says which precondition is broken."""
    facts = report_facts(60, failed_baseline=True)

    assert findings(facts.verdict, facts.policy)[0].startswith("baseline_errors: the baseline failed 60 of 60")


def test_regressions_are_those_that_lost_more_than_a_margin() -> None:
    """A conversation is one when a primary fell by more than its margin, faults first, then the deepest."""
    facts = report_facts(200, -0.03, fault=True)
    lost = {
        each
        for metric in ("chrf", "rouge_l")
        for each, before, now in zip(facts.evidence.ids, *facts.evidence.scores[metric], strict=True)
        if before - now > 0.02
    }
    found = regressions(facts.evidence, facts.policy)
    depths = [each.worst.margins for each in found if not each.faults]

    assert {each.id for each in found if not each.faults} | {found[0].id} == lost | {found[0].id}
    assert found[0].faults == ("template_leakage",)
    assert depths == sorted(depths, reverse=True)


def test_of_a_metric_that_should_be_low_more_is_worse() -> None:
    """Direction is the metric's own: a rise of what should be low is a loss."""
    facts = report_facts(50, policy={"primary": [{"metric": "repetition", "margin": 0.05}]})
    before, now = facts.evidence.scores["repetition"]

    assert len(facts.regressions) == int(np.sum(now - before > 0.05))


def test_texts_are_those_of_the_conversations_asked_for(tmp_path: Path) -> None:
    """Only the named conversations are read, with the first answer of either model and how it ended."""
    facts = report_facts(30, fail=0.4)
    path = write_evidence(tmp_path / "evidence.jsonl", Case(30, fail=0.4))
    failed = facts.evidence.ids[int(np.flatnonzero(facts.evidence.missing[1])[0])]
    later = Answer(id=failed, role="candidate", repeat=0, attempt=2, outcome="answered", text="at last", order=99)
    path.write_text(f"{path.read_text()}{to_line(later)}\n")
    found = read_texts(path, [failed])

    assert list(found) == [failed]
    assert found[failed].answers["candidate"] == ("", "timeout")
    assert found[failed].answers["baseline"][1] == "answered"


def test_evidence_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """Without its file the report cannot show texts, and says so; without regressions it needs none."""
    with pytest.raises(DataError, match="cannot be read again"):
        read_texts(tmp_path / "evidence.jsonl", ["x"])

    assert read_texts(tmp_path / "evidence.jsonl", []) == {}


def test_a_waived_rule_is_told_beside_the_promotion() -> None:
    """Who promotes under a waiver reads so first."""
    rules = (replace(_BLOCKED.verdict.rules[-1], outcome="waived", detail="waived by W-1 until 2026-03-10"),)

    assert findings(replace(_BLOCKED.verdict, outcome="PROMOTE_WARN", rules=rules), _BLOCKED.policy) == (
        f"{rules[0].name}: waived by W-1 until 2026-03-10.",
    )
