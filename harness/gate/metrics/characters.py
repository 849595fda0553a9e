"""Answers with nothing to see, or with characters that no reader should get."""

from __future__ import annotations

import re
import unicodedata

from harness.gate.metrics.metric import Metric, Sample, digest_of, signed

__all__ = ["control_characters", "empty"]

_FORBIDDEN = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls, but for tab and the ends of lines
    r"\u202d\u202e"  # they turn the order of letters round
    r"\ufffd\ufffe\uffff"  # what is left of text that was decoded wrongly
    r"\ud800-\udfff"  # halves of a character
)
_CONTROL = re.compile(f"[{_FORBIDDEN}]")


def empty() -> Metric:
    """Return 1 for an answer without a visible character."""
    return Metric(
        "empty", _empty, "lower", 0.0, 1.0, 0.0, "count", signed("empty", 1, unicode=unicodedata.unidata_version)
    )


def control_characters() -> Metric:
    """Return how many control characters, turned orders and damaged characters are in an answer and nowhere before."""
    signature = signed("control_characters", 1, characters=digest_of([_FORBIDDEN]))
    return Metric("control_characters", _control, "lower", 0.0, float("inf"), 0.0, "count", signature)


def _empty(sample: Sample) -> float:
    return float(all(char.isspace() or unicodedata.category(char)[0] in "CZ" for char in sample.answer))


def _control(sample: Sample) -> float:
    known = set(_CONTROL.findall(sample.given))
    return float(sum(char not in known for char in _CONTROL.findall(sample.answer)))
