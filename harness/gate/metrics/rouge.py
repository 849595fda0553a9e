"""ROUGE-L: the longest common subsequence of tokens with the reference, as F1 (Lin 2004)."""

from __future__ import annotations

from importlib.metadata import version

from rapidfuzz.distance import LCSseq

from harness.gate.metrics.metric import Metric, Sample, signed
from harness.gate.metrics.tokens import TOKENS_VERSION, tokens

__all__ = ["rouge_l", "rouge_l_f1"]


def rouge_l() -> Metric:
    """Return ROUGE-L F1; on ASCII it equals rouge_score without a stemmer, which knows no other script."""
    signature = signed("rouge_l", 1, score="f1", tokens=TOKENS_VERSION, rapidfuzz=version("rapidfuzz"))
    measure = _rouge_l
    return Metric("rouge_l", measure, "higher", 0.0, 1.0, 0.0, "continuous", signature)


def rouge_l_f1(answer: str, reference: str) -> float:
    """Return F1 of the longest common subsequence, 0 when either text has no token."""
    said, wanted = tokens(answer), tokens(reference)
    if not said or not wanted:
        return 0.0
    common = LCSseq.similarity(said, wanted)
    precision, recall = common / len(said), common / len(wanted)
    return 2 * precision * recall / (precision + recall) if common else 0.0


def _rouge_l(sample: Sample) -> float:
    return rouge_l_f1(sample.answer, sample.reference)
