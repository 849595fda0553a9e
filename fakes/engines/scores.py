"""Text and label scores that the engine reports, in plain Python.

Names and scales are those that Azure's trainer logs (source of azureml-acft-contrib-hf-nlp 0.0.91). Unlike
there, words are not stemmed for ROUGE and BLEU uses a simplified 13a tokenisation, so values compare within
this engine only.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"\w+")
_BLEU_TOKEN = re.compile(r"\w+|[^\w\s]")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_ARTICLES = frozenset({"a", "an", "the"})

Pair = tuple[str, str]
"""(predicted, truth)."""


def words(text: str) -> list[str]:
    """Lower-case words of a text, without punctuation."""
    return _WORD.findall(text.lower())


def _f1(overlap: int, predicted: int, truth: int) -> float:
    return 2.0 * overlap / (predicted + truth) if predicted + truth else 1.0


def token_f1(predicted: str, truth: str) -> float:
    """F1 of the two bags of words, 0 to 1; two empty texts agree."""
    left, right = Counter(words(predicted)), Counter(words(truth))
    return _f1((left & right).total(), left.total(), right.total())


def squad_scores(predicted: str, truth: str) -> Mapping[str, float]:
    """`exact` and `f1` of one answer, 0 to 100, without case, punctuation and articles, as SQuAD has it."""
    left = [word for word in words(predicted) if word not in _ARTICLES]
    right = [word for word in words(truth) if word not in _ARTICLES]
    overlap = (Counter(left) & Counter(right)).total()
    return {"exact": 100.0 * (left == right), "f1": 100.0 * _f1(overlap, len(left), len(right))}


def _ngrams(tokens: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[start : start + size]) for start in range(len(tokens) - size + 1))


def _rouge_n(predicted: Sequence[str], truth: Sequence[str], size: int) -> float:
    left, right = _ngrams(predicted, size), _ngrams(truth, size)
    return _f1((left & right).total(), left.total(), right.total()) if left and right else 0.0


def _common_subsequence(truth: Sequence[str], predicted: Sequence[str]) -> set[int]:
    """Positions in `truth` of one longest common subsequence."""
    table = [[0] * (len(predicted) + 1) for _ in range(len(truth) + 1)]
    for row, word in enumerate(truth, 1):
        above, current = table[row - 1], table[row]
        for column, other in enumerate(predicted, 1):
            current[column] = above[column - 1] + 1 if word == other else max(above[column], current[column - 1])
    found, row, column = set(), len(truth), len(predicted)
    while row and column:
        if truth[row - 1] == predicted[column - 1]:
            found.add(row - 1)
            row, column = row - 1, column - 1
        elif table[row - 1][column] >= table[row][column - 1]:
            row -= 1
        else:
            column -= 1
    return found


def _rouge_lsum(predicted: str, truth: str) -> float:
    candidates = [words(sentence) for sentence in _SENTENCE_END.split(predicted)]
    references = [words(sentence) for sentence in _SENTENCE_END.split(truth)]
    spent, available = Counter[str](), Counter(word for sentence in candidates for word in sentence)
    for reference in references:
        union = set[int]().union(*(_common_subsequence(reference, candidate) for candidate in candidates))
        spent.update(reference[position] for position in sorted(union))
    hits = (spent & available).total()
    return _f1(hits, available.total(), sum(map(len, references)))


# A run with many evaluations scores the same pairs again and again.
@lru_cache(maxsize=8192)
def rouge_scores(predicted: str, truth: str) -> Mapping[str, float]:
    """ROUGE-1, -2, -L and -Lsum F-measures of one text, 0 to 100."""
    left, right = words(predicted), words(truth)
    return {
        "rouge1": 100.0 * _rouge_n(left, right, 1),
        "rouge2": 100.0 * _rouge_n(left, right, 2),
        "rougeL": 100.0 * _f1(len(_common_subsequence(right, left)), len(left), len(right)),
        "rougeLsum": 100.0 * _rouge_lsum(predicted, truth),
    }


def corpus_bleu(pairs: Sequence[Pair]) -> float:
    """BLEU-4 of a corpus, 0 to 100, with brevity penalty and exponential smoothing of empty orders."""
    hits, totals, length, reference_length = [0] * 4, [0] * 4, 0, 0
    for predicted, truth in pairs:
        left, right = _BLEU_TOKEN.findall(predicted), _BLEU_TOKEN.findall(truth)
        length, reference_length = length + len(left), reference_length + len(right)
        for order in range(4):
            grams = _ngrams(left, order + 1)
            hits[order] += (grams & _ngrams(right, order + 1)).total()
            totals[order] += grams.total()
    orders = [order for order in range(4) if totals[order]]
    if not orders or not hits[0]:
        return 0.0
    logs, smoothing = [], 1.0
    for order in orders:
        smoothing = smoothing if hits[order] else smoothing * 2.0
        logs.append(math.log((hits[order] or 1.0 / smoothing) / totals[order]))
    penalty = min(1.0, math.exp(1.0 - reference_length / length))
    return 100.0 * penalty * math.exp(sum(logs) / len(orders))


def classification_scores(pairs: Sequence[Pair]) -> Mapping[str, float]:
    """Accuracy, Matthews correlation, and macro F1, precision and recall, 0 to 1 (correlation -1 to 1)."""
    labels = sorted({label for pair in pairs for label in pair})
    right = Counter(truth for predicted, truth in pairs if predicted == truth)
    guessed, true = Counter(predicted for predicted, _ in pairs), Counter(truth for _, truth in pairs)
    precision = [right[label] / guessed[label] if guessed[label] else 0.0 for label in labels]
    recall = [right[label] / true[label] if true[label] else 0.0 for label in labels]
    f1 = [_f1(right[label], guessed[label], true[label]) for label in labels]
    total, count = len(pairs), len(labels)
    covariance = right.total() * total - sum(guessed[label] * true[label] for label in labels)
    spread = math.prod(total**2 - sum(n**2 for n in side.values()) for side in (guessed, true))
    return {
        "accuracy": right.total() / total,
        "f1_macro": sum(f1) / count,
        "mcc": covariance / math.sqrt(spread) if spread else 0.0,
        "precision_macro": sum(precision) / count,
        "recall_macro": sum(recall) / count,
    }


def entities(tags: Sequence[str]) -> set[tuple[str, int, int]]:
    """(type, first, last) of every entity in BIO tags; a tag without prefix is a type by itself."""
    found, start = set(), 0
    kinds = [tag.rpartition("-")[2] for tag in tags]
    opens = [
        position == 0 or tag.startswith("B-") or kinds[position] != kinds[position - 1]
        for position, tag in enumerate(tags)
    ]
    for start, end in pairwise([*(position for position, first in enumerate(opens) if first), len(tags)]):
        if tags[start] != "O":
            found.add((kinds[start], start, end - 1))
    return found


def entity_scores(sentences: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Mapping[str, float]:
    """Entity-level precision, recall and F1 and tag accuracy over (predicted, true) tag lists, 0 to 1."""
    right = guessed = true = hits = total = 0
    for predicted, truth in sentences:
        left, reference = entities(predicted), entities(truth)
        right, guessed, true = right + len(left & reference), guessed + len(left), true + len(reference)
        hits += sum(tag == other for tag, other in zip(predicted, truth, strict=True))
        total += len(truth)
    return {
        "precision": right / guessed if guessed else 0.0,
        "recall": right / true if true else 0.0,
        "f1": 2.0 * right / (guessed + true) if guessed + true else 0.0,
        "accuracy": hits / total if total else 0.0,
    }
