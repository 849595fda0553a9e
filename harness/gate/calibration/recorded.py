"""Recorded answers as the dose test takes them: with what was asked, and with the scores that faults would have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace

from harness.gate.calibration.faults import faults_for
from harness.gate.calibration.operating import Tell
from harness.gate.evidence.paired import PairedEvidence
from harness.gate.evidence.records import Answer, Conversation, Record
from harness.gate.metrics.metric import Metric, Sample
from harness.gate.scoring.measures import Values, values_of

__all__ = ["MOST", "answered_by_both", "baseline_answers", "faulty_values"]

MOST = 2_000
"""Conversations whose answers are given faults. Ids are hashes, so the first by id are any of them."""


def answered_by_both(evidence: PairedEvidence) -> list[str]:
    """Return the ids to give faults: of conversations that neither model failed."""
    both = evidence.answered[0] & evidence.answered[1]
    return [each for each, answered in zip(evidence.ids, both.tolist(), strict=True) if answered][:MOST]


def baseline_answers(records: Iterable[Record], ids: Sequence[str]) -> list[Sample]:
    """Return what the baseline answered first to each of these conversations, in their order."""
    wanted, asked, answers = set(ids), dict[str, Conversation](), dict[str, str]()
    for record in records:
        if isinstance(record, Conversation) and record.id in wanted:
            asked[record.id] = record
        elif isinstance(record, Answer) and record.id in wanted and _is_first(record):
            answers.setdefault(record.id, record.text)
    return [_sample(asked[each], answers[each]) for each in ids]


def faulty_values(
    samples: Sequence[Sample], metrics: Mapping[str, Metric], tell: Tell
) -> Mapping[str, Mapping[str, Sequence[float]]]:
    """Return the scores of the answers with a fault in each: by fault, by metric, in their order."""
    answers, found = [sample.answer for sample in samples], {}
    for name, fault in faults_for(answers).items():
        tell(f"measuring {len(answers)} answers with the fault: {name}")
        each = [_values(replace(sample, answer=fault(answers, n)), metrics) for n, sample in enumerate(samples)]
        found[name] = {metric: [values[metric] for values in each] for metric in metrics}
    return found


def _is_first(answer: Answer) -> bool:
    return answer.role == "baseline" and not (answer.warmup or answer.repeat)


def _values(sample: Sample, metrics: Mapping[str, Metric]) -> Values:
    return values_of(metrics, tuple(metrics), sample, "an answer with a fault")


def _sample(asked: Conversation, answer: str) -> Sample:
    return Sample([asdict(turn) for turn in asked.messages], asked.reference or "", answer)
