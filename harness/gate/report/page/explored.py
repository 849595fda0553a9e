"""Slices as the data have them, without a rule: plain means to look at, which decide nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from harness.gate.evidence.paired import BoolArray
from harness.gate.report import words
from harness.gate.report.facts import ReportFacts
from harness.gate.report.page.markup import Markup, Part, el
from harness.gate.report.page.tables import Column, table

__all__ = ["MOST_VALUES", "explored"]

MOST_VALUES = 20
"""Rows of one table: the largest slices."""

_MOST_NAMES = 8


def explored(facts: ReportFacts) -> Iterator[Markup]:
    """Yield a table for each name that the conversations are sliced by."""
    evidence = facts.evidence
    metrics = [each.metric for each in facts.policy.primary if each.metric in evidence.metrics]
    columns = [Column("Slice"), Column("Conversations", number=True)]
    for metric in metrics:
        columns += [Column(f"{metric}: {what}", number=True) for what in ("baseline", "candidate", "difference")]
    for name in list(evidence.slices)[:_MOST_NAMES]:
        labels = np.array(evidence.slices[name])
        values = [value for value, _ in Counter(labels.tolist()).most_common()]
        rows = [_row(facts, metrics, value, labels == value) for value in values[:MOST_VALUES]]
        yield table(f"By {name}, as it is: means that decide nothing", columns, rows)
        if len(values) > MOST_VALUES:
            yield el("p", f"{words.count(len(values) - MOST_VALUES)} smaller ones are not shown.", class_="quiet")


def _row(facts: ReportFacts, metrics: list[str], value: str, rows: BoolArray) -> tuple[Part, ...]:
    cells: list[Part] = [el("bdi", value) if value else "(none)", words.count(int(np.sum(rows)))]
    for metric in metrics:
        baseline, candidate = (float(np.mean(scores[rows])) for scores in facts.evidence.scores[metric])
        better = 1 if facts.evidence.metrics[metric].direction == "higher" else -1
        cells += [words.quantity(baseline, "score"), words.quantity(candidate, "score")]
        cells.append(words.quantity(better * (candidate - baseline), "score", signed=True))
    return tuple(cells)
