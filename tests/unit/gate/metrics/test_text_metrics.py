"""Closeness to the reference: chrF++, ROUGE-L, exact and number match, in several scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import rouge_scorer
from sacrebleu.metrics import CHRF

from harness.gate.metrics.exact import last_number
from harness.gate.metrics.rouge import rouge_l_f1
from harness.gate.metrics.tokens import tokens
from tests.unit.gate.metrics.answered import value

SENTENCES = {
    "Chinese": "北京是中华人民共和国的首都。",
    "Japanese": "東京は日本の首都であり、大きな都市です。",
    "Thai": "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย",
    "Arabic": "القاهرة هي عاصمة جمهورية مصر العربية",
    "Hindi": "नई दिल्ली भारत की राजधानी है",
    "Russian": "Москва является столицей России",
    "Korean": "서울은 대한민국의 수도이다",
}
OTHERS = {
    "Chinese": "猫喜欢吃鱼",
    "Japanese": "猫とねこ",
    "Thai": "แมวชอบกินปลา",
    "Arabic": "القطط تحب السمك",
    "Hindi": "बिल्ली मछली खाती",
    "Russian": "Кошки любят рыбу",
    "Korean": "고양이가 생선을 먹는다",
}


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("metric", ["chrf", "rouge_l", "exact_match", "length"])
def test_the_reference_itself_scores_one_in_every_script(metric: str, language: str) -> None:
    """The reference as the answer gets the best value whatever it is written in."""
    assert value(metric, SENTENCES[language], SENTENCES[language]) == 1.0


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("metric", ["chrf", "rouge_l"])
def test_another_sentence_scores_far_less_in_every_script(metric: str, language: str) -> None:
    """A sentence about something else is told from the reference whatever it is written in."""
    assert value(metric, OTHERS[language], SENTENCES[language]) < 0.35


@given(
    st.text(st.sampled_from("abc D_.,9\n-"), max_size=60),
    st.text(st.sampled_from("abc D_.,9\n-"), max_size=60),
)
def test_rouge_l_equals_rouge_score_on_ascii(answer: str, reference: str) -> None:
    """On ASCII text our ROUGE-L is rouge_score's, to the last bit."""
    theirs = rouge_scorer.RougeScorer(["rougeL"]).score(reference, answer)["rougeL"].fmeasure

    assert rouge_l_f1(answer, reference) == theirs


def test_chrf_is_sacrebleus_sentence_score() -> None:
    """The value is that of sacrebleu's CHRF with word order 2, on a scale of 0 to 1."""
    theirs = CHRF(word_order=2).sentence_score("the cat sat", ["the cat sat down"]).score

    assert value("chrf", "the cat sat", "the cat sat down") == pytest.approx(theirs / 100)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("मैं हिन्दी बोलता हूँ", ["मैं", "हिन्दी", "बोलता", "हूँ"]),
        ("السلام عَلَيْكُمْ", ["السلام", "عَلَيْكُمْ"]),
        ("我会 English", ["我", "会", "english"]),
        ("พูดไทย", ["พู", "ด", "ไ", "ท", "ย"]),
        ("Cafe\u0301 Straße", ["café", "strasse"]),
        ("한국어를 합니다", ["한국어를", "합니다"]),
    ],
)
def test_tokens_keep_marks_with_their_letters(text: str, parts: list[str]) -> None:
    """Words are parted by blanks where a script has them, characters elsewhere, and marks stay with their letter."""
    assert tokens(text) == parts


@pytest.mark.parametrize(
    ("answer", "equal"),
    [(" Seven\n plus ", True), ("ＳＥＶＥＮ plus", True), ("seven, plus", False), ("", False)],
)
def test_exact_match_ignores_case_width_and_blanks_only(answer: str, equal: bool) -> None:
    """Case, full-width forms and runs of blanks make no difference, and everything else does."""
    assert value("exact_match", answer, "seven PLUS") == equal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7 plus 8 makes 15.", "15"),
        ("1,234.5", "1234.5"),
        ("1.234.567,8", "1234567.8"),
        ("1 234", "1234"),
        ("2020 or 3", "3"),
        ("٣٫٥", "3.5"),
        ("१२३", "123"),
        ("１２", "12"),
        ("pages 3-4", "4"),
        ("it is \u22127", "-7"),
        ("3, 4", "4"),
    ],
)
def test_the_last_number_is_read_in_any_digits(text: str, number: str) -> None:
    """The last number of a text is read with its sign, its groups and the digits of its script."""
    assert str(last_number(text)) == number


def test_numbers_are_compared_by_value() -> None:
    """An answer with the reference's number in other digits is right, and one without a number is wrong."""
    assert (value("number_match", "約１５です", "15.0"), value("number_match", "fifteen", "15")) == (1.0, 0.0)


def test_a_longer_and_a_shorter_answer_lose_alike() -> None:
    """Twice as long and half as long as the reference get the same length ratio."""
    assert value("length", "a b c d", "a b") == value("length", "a", "a b") == 0.5
