"""The page's last part: the dose test, on answers that are made up from the samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from harness.gate.calibration.dose import DOSES, DoseResult, DoseTest, dose_test, smallest
from harness.gate.calibration.made_up import Asked, answered, as_documents
from harness.gate.calibration.operating import Tell
from harness.gate.calibration.recorded import answered_by_both, baseline_answers, faulty_values
from harness.gate.calibration.table import share_of, table
from harness.gate.evidence.paired import pair
from harness.gate.policy import GatePolicy
from harness.gate.scoring.choosing import choices_of
from harness.gate.scoring.measures import made

__all__ = ["JSON_POLICY", "dosed", "doses"]

JSON_POLICY = GatePolicy.model_validate(
    {
        "decision": {"conversations": 900},
        "primary": [{"metric": "chrf"}, {"metric": "json_valid"}],
        "guardrail": [{"metric": "length"}, {"metric": "refusal"}],
    }
)
"""For answers that are JSON documents."""


_TEXT = """## How much of a fault it takes

The smallest share of answers with a fault from which on the gate blocks, and does not promote, with probability 0.9.
Tried were {shares}, in {runs:,} runs each, with that probability of the fault for
every answer.

No model has answered here. {recorded} questions and references are those of `samples/ultrachat_200k`. Both models'
answers are the reference, in which some words, a tenth on average, are left out or taken from other references. So the
two are alike, and differ: chrF++ scatters by {scatter:.2f}. A run has {conversations} conversations, drawn from these
with replacement, and in each one chance says which of the two answers is whose. Prose is decided by
`samples/policies/chat.toml`. JSON is the same answers in a document, decided by chrf and json_valid, with length and
refusal for guardrails. `harness gate calibrate --doses` does the same with recorded answers and a policy of your own.
"""


def doses(runs: int, tell: Tell, asked: Sequence[Asked], policy: GatePolicy, seed: int) -> Iterator[str]:
    """Yield the lines of the part; `runs` comparisons for each dose of each fault."""
    prose, scatter = dosed(asked, policy, runs=runs, seed=seed, tell=tell)
    documents, _ = dosed(as_documents(asked), JSON_POLICY, runs=runs, seed=seed, tell=tell)
    yield _TEXT.format(
        shares=", ".join(map(_percent, DOSES)),
        runs=runs,
        recorded=prose.recorded,
        scatter=scatter,
        conversations=prose.conversations,
    )
    columns = [{each.fault: each for each in found.faults} for found in (prose, documents)]
    rows = [[name, *(cell for column in columns for cell in _cells(column.get(name)))] for name in columns[1]]
    titles = [
        "fault",
        "prose: blocked from",
        "prose: not promoted from",
        "JSON: blocked from",
        "JSON: not promoted from",
    ]
    yield from table(titles, rows)
    yield f"Without a fault, of prose {_sound(prose)}; of JSON {_sound(documents)}.\n"


def dosed(asked: Sequence[Asked], policy: GatePolicy, *, runs: int, seed: int, tell: Tell) -> tuple[DoseTest, float]:
    """Return the dose test of a policy on made-up answers, and the scatter of its first primary's differences."""
    metrics = made(choices_of(policy))
    records = list(answered(asked, metrics, seed))
    evidence = pair(records, "")
    ids = answered_by_both(evidence)
    faulty = faulty_values(baseline_answers(records, ids), metrics, tell)
    baseline, candidate = evidence.scores[policy.primary[0].metric]
    found = dose_test(evidence, policy, ids, faulty, runs=runs, seed=seed, tell=tell)
    return found, float(np.std(candidate - baseline))


def _cells(found: DoseResult | None) -> tuple[str, str]:
    """Return from where on a fault is blocked and not promoted; of one that prose cannot have, dashes."""
    if found is None:
        return "-", "-"
    blocked, held_back = smallest(found), smallest(found, blocked=False)
    return _from(blocked), _from(held_back)


def _from(share: float | None) -> str:
    return f"more than {_percent(DOSES[-1])}" if share is None else _percent(share)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _sound(found: DoseTest) -> str:
    blocked, held_back = (share_of(each, found.sound.runs) for each in (found.sound.blocked, found.sound.held_back))
    return f"{blocked} of the runs were blocked and {held_back} not promoted"
