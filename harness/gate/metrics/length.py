"""Length: how far an answer's length is from the reference's, whichever way."""

from __future__ import annotations

from harness.gate.metrics.metric import Metric, Sample, signed
from harness.gate.metrics.tokens import TOKENS_VERSION, tokens

__all__ = ["length"]


def length() -> Metric:
    """Return the shorter length over the longer one, in tokens: 1 as long as the reference, 0.5 half or twice as long.

    It is exp(-|log(answer / reference)|), so that a model cannot buy recall by saying more.
    """
    signature = signed("length", 1, of="shorter/longer", tokens=TOKENS_VERSION)
    return Metric("length", _ratio, "higher", 0.0, 1.0, 0.0, "continuous", signature)


def _ratio(sample: Sample) -> float:
    said, wanted = len(tokens(sample.answer)), len(tokens(sample.reference))
    return min(said, wanted) / max(said, wanted) if said or wanted else 1.0
