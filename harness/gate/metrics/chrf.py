"""chrF++: overlap of character and word n-grams with the reference, in any script (Popovic 2017; sacrebleu)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from harness.gate.metrics.metric import Metric, Sample

__all__ = ["chrf"]


@lru_cache(maxsize=1)
def _scorer() -> Any:
    from sacrebleu.metrics import CHRF  # a third of a second, for those who measure

    return CHRF(word_order=2)


def chrf() -> Metric:
    """Return chrF++ of the sentence, scaled from sacrebleu's 0..100 to 0..1."""
    scorer = _scorer()
    scorer.sentence_score("a", ["a"])  # the signature knows the number of references only afterwards
    return Metric("chrf", _chrf, "higher", 0.0, 1.0, 0.0, "continuous", f"chrf|scale:0..1|{scorer.get_signature()}")


def _chrf(sample: Sample) -> float:
    return min(1.0, float(_scorer().sentence_score(sample.answer, [sample.reference]).score) / 100)
