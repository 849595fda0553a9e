"""The anchor: small steps down that each pass do not add up unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.verdict.verdict import Verdict
from tests.unit.gate.comparison import SCORE, Made, policy_of, rule, scores_of

N = 400
PINNED = "e" * 64
STEP = scores_of(N, 0.0, sd=0.05)


def anchor(above: float, **made: Any) -> PairedEvidence:
    """Return evidence of an earlier candidate that was better than the baseline of today by `above`."""
    baseline = np.asarray(STEP[0])
    noise = np.asarray(scores_of(N, above, sd=0.05, seed=5)[1]) - 0.5
    return Made({"score": (baseline - 0.3, baseline + noise)}, **made).evidence()


def verdict(given: PairedEvidence | None, **section: Any) -> Verdict:
    """Return the verdict on a candidate that equals today's baseline."""
    policy = policy_of(anchor={"evidence": "anchor.jsonl", "sha256": PINNED, **section})
    return Made({"score": STEP}).verdict(policy, anchor=given)


@pytest.mark.parametrize(("above", "outcome"), [(0.0, "PROMOTE"), (0.01, "PROMOTE_WARN"), (0.06, "BLOCK")])
def test_the_loss_since_the_anchor_has_a_margin_of_its_own(above: float, outcome: str) -> None:
    """An equal candidate is blocked when it is surely, and by more than 0.03, below the anchor."""
    found = verdict(anchor(above))

    assert (found.outcome, rule(found, "score").outcome) == (outcome, "pass")
    assert (rule(found, "anchor:score").limit, found.anchor_sha256) == (-0.03, PINNED)


def test_either_side_of_the_evidence_can_be_the_anchor() -> None:
    """With the role baseline, the model that was in service then is the anchor."""
    assert verdict(anchor(0.06), role="baseline").outcome == "PROMOTE"


def test_a_policy_with_an_anchor_does_not_do_without_it() -> None:
    """Without the anchor's evidence there is no verdict."""
    assert verdict(None).outcome == "INVALID"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"digest": "f" * 64}, "pins evidence"),
        ({"ids": tuple("abc")}, "was not asked"),
        ({"metrics": {"score": replace(SCORE, signature="old")}}, "another signature"),
        ({"metrics": {}}, "another signature"),
        (
            {"header": {"decoding": {"temperature": 0.7}}},
            "with temperature 0.7, the candidate with no parameters",
        ),
        ({"header": {"repeats": 2}}, "asked 2 times, the candidate once"),
    ],
)
def test_an_anchor_that_cannot_be_compared_with_is_refused(change: dict[str, Any], said: str) -> None:
    """Other evidence than is pinned, other questions, other measures: each is named."""
    given = anchor(0.0)
    parts = {**change, "header": replace(given.header, **change.get("header", {}))}
    found = verdict(replace(given, **parts))

    assert (found.outcome, said in found.reasons[0]) == ("INVALID", True)


def test_an_anchor_may_have_been_asked_more() -> None:
    """At the first of two looks the anchor's evidence holds more conversations, and those in common are compared."""
    first = Made({"score": tuple(np.asarray(each)[: N // 2] for each in STEP)})  # type: ignore[dict-item]
    policy = policy_of(anchor={"evidence": "a", "sha256": PINNED})

    assert rule(first.verdict(policy, anchor=anchor(0.0)), "anchor:score").n == N // 2
