"""One answer beside what was asked, in as few words as a test needs."""

from __future__ import annotations

from harness.gate.metrics import Sample, find_metric


def sample(answer: str, reference: str = "", asked: str = "?", system: str = "") -> Sample:
    """Return a sample of one question."""
    turns = [{"role": "system", "content": system}] if system else []
    return Sample([*turns, {"role": "user", "content": asked}], reference, answer)


def value(metric: str, answer: str, reference: str = "", **given: str) -> float:
    """Return what a built-in metric says of an answer."""
    return find_metric(metric).measure(sample(answer, reference, **given))
