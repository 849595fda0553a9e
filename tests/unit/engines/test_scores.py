"""Scores on texts whose values are known by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.engines.scores import (
    classification_scores,
    corpus_bleu,
    entities,
    entity_scores,
    rouge_scores,
    squad_scores,
    token_f1,
)

LABELS = st.tuples(st.sampled_from("abc"), st.sampled_from("abc"))
TEXTS = st.text(alphabet="ab .", max_size=20)


@pytest.mark.parametrize(
    ("predicted", "truth", "expected"),
    [("The cat.", "the CAT", 1.0), ("a b", "b c", 0.5), ("a", "b", 0.0), ("", "", 1.0), ("", "a", 0.0)],
)
def test_token_f1(predicted, truth, expected):
    """Case and punctuation do not count; order does not either."""
    assert expected == token_f1(predicted, truth)


@given(TEXTS, TEXTS)
def test_token_f1_is_symmetric_and_bounded(left, right):
    """Neither text is special, and the value is a share."""
    assert 0.0 <= token_f1(left, right) == token_f1(right, left) <= 1.0


def test_squad_scores_ignore_articles():
    """SQuAD's normalisation takes the articles away before it compares."""
    assert squad_scores("the red fox", "Red fox!") == {"exact": 100.0, "f1": 100.0}


def test_rouge_of_a_known_pair():
    """Three of four words agree, one of three pairs, and the longest common subsequence has three words."""
    scores = rouge_scores("police killed the gunman", "police kill the gunman")

    assert scores == pytest.approx({"rouge1": 75.0, "rouge2": 100 / 3, "rougeL": 75.0, "rougeLsum": 75.0})


def test_rouge_lsum_joins_sentences():
    """Swapped sentences cost ROUGE-L half its value and ROUGE-Lsum nothing."""
    scores = rouge_scores("one two. three four.", "three four. one two.")

    assert (scores["rougeL"], scores["rougeLsum"]) == (50.0, 100.0)


def test_bleu_of_a_known_pair():
    """Precisions 5/6, 3/5, 1/4 and a smoothed 1/6 without brevity penalty."""
    expected = 100.0 * math.exp(math.fsum(map(math.log, (5 / 6, 3 / 5, 1 / 4, 1 / 2 / 3))) / 4)

    assert expected == pytest.approx(corpus_bleu([("the cat sat on the mat", "the cat is on the mat")]))


@pytest.mark.parametrize(("predicted", "expected"), [("a b c d", 100.0), ("x", 0.0), ("", 0.0)])
def test_bleu_at_its_ends(predicted, expected):
    """Equal texts score 100, texts without a common word 0."""
    assert expected == pytest.approx(corpus_bleu([(predicted, "a b c d")]))


def test_bleu_punishes_brevity():
    """Half the length costs a factor of 1 / e."""
    assert corpus_bleu([("a b c d", "a b c d e f g h")]) == pytest.approx(100.0 / math.e)


def test_classification_scores_of_a_known_table():
    """Two of three right: a is found twice of twice and guessed three times, b never."""
    scores = classification_scores([("a", "a"), ("a", "a"), ("a", "b")])

    assert scores == pytest.approx(
        {"accuracy": 2 / 3, "f1_macro": 0.4, "mcc": 0.0, "precision_macro": 1 / 3, "recall_macro": 0.5}
    )


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"))).map(lambda drawn: [*drawn, ("a", "b")]))
def test_classification_scores_agree_with_scikit_learn(pairs):
    """The plain Python formulas give scikit-learn's values."""
    from sklearn.metrics import f1_score, matthews_corrcoef

    guessed, true = zip(*pairs, strict=True)
    scores = classification_scores(pairs)

    assert scores["f1_macro"] == pytest.approx(f1_score(true, guessed, average="macro"))
    assert scores["mcc"] == pytest.approx(matthews_corrcoef(true, guessed))


def test_entities_of_bio_tags():
    """B- always opens, I- continues its own type and opens after another."""
    found = entities(["B-PER", "I-PER", "B-PER", "O", "I-LOC", "I-ORG"])

    assert found == {("PER", 0, 1), ("PER", 2, 2), ("LOC", 4, 4), ("ORG", 5, 5)}


def test_entity_scores_count_whole_entities():
    """A half-found entity is wrong, although three of four tags are right."""
    scores = entity_scores([(["B-PER", "O", "O", "B-LOC"], ["B-PER", "I-PER", "O", "B-LOC"])])

    assert scores == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "accuracy": 0.75}
