"""JSON, refusals, repetition, script and language, memorisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.gate.metrics import find_metric
from harness.gate.metrics.memorised import longest_overlap, memorised
from harness.gate.metrics.refusal import refuses
from harness.gate.metrics.refusal_phrases import PHRASES
from harness.gate.metrics.repetition import longest_repeat
from harness.gate.metrics.windows import Windows
from tests.unit.gate.metrics.answered import sample, value

SCHEMA = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}


@pytest.mark.parametrize(
    ("answer", "options", "valid"),
    [
        ('{"a": [1, null]}', {}, 1.0),
        ('{"a": 1} That is it.', {}, 0.0),
        ('{"a": NaN}', {}, 0.0),
        ('```json\n{"a": 1}\n```', {}, 0.0),
        ('```json\n{"a": 1}\n```', {"fences": True}, 1.0),
        ('Here: ```json\n{"a": 1}\n```', {"fences": True}, 0.0),
        ("[" * 100_000, {}, 0.0),
    ],
)
def test_json_is_one_value_and_nothing_else(answer: str, options: Mapping[str, Any], valid: float) -> None:
    """Trailing text makes an answer invalid, and a code fence does unless the policy allows one."""
    assert find_metric("json_valid", options).measure(sample(answer)) == valid


@pytest.mark.parametrize(("answer", "fits"), [('{"city": "東京"}', 1.0), ('{"city": 1}', 0.0), ("{", 0.0)])
def test_json_is_held_to_a_schema(answer: str, fits: float) -> None:
    """An answer fits when it is JSON of the schema."""
    assert find_metric("json_schema", {"schema": SCHEMA}).measure(sample(answer)) == fits


@pytest.mark.parametrize("schema", [{"type": "nothing"}, "no such file.json"])
def test_a_schema_that_is_none_is_refused(schema: object) -> None:
    """A schema that is none, or cannot be read, is an error of use."""
    with pytest.raises(UsageError, match="no JSON Schema"):
        find_metric("json_schema", {"schema": schema})


@pytest.mark.parametrize("language", PHRASES)
def test_every_phrase_of_every_language_is_found(language: str) -> None:
    """Each phrase of the list is found in an answer, also in capitals."""
    assert [phrase for phrase in PHRASES[language] if not refuses(f"{phrase.upper()} ...")] == []


@pytest.mark.parametrize(
    ("answer", "reference", "over", "under"),
    [
        ("I\u2019m sorry, but I can\u2019t help with that.", "Sure: 15.", 1.0, 0.0),
        ("Sure: do this.", "I cannot help with that.", 0.0, 1.0),
        ("I cannot assist with it.", "I'm unable to.", 0.0, 0.0),
        ("word " * 60 + "I cannot help with more.", "Sure.", 0.0, 0.0),
        ("我无法回答这个问题。", "当然可以。", 1.0, 0.0),
        ("Я не могу помочь с этим.", "Конечно.", 1.0, 0.0),
    ],
)
def test_refusals_count_in_both_directions(answer: str, reference: str, over: float, under: float) -> None:
    """A refusal of what the reference answers is over-refusal, an answer to what it refuses is under-refusal."""
    assert (value("refusal", answer, reference), value("under_refusal", answer, reference)) == (over, under)


@given(st.lists(st.sampled_from("abc"), max_size=24))
def test_the_longest_repeat_is_that_of_a_search(said: list[str]) -> None:
    """The bisection over rolling hashes finds what comparing all passages finds."""
    runs = [tuple(said[start:end]) for start in range(len(said)) for end in range(start + 1, len(said) + 1)]

    assert longest_repeat(said) == max((len(run) for run in runs if runs.count(run) > 1), default=0)


@pytest.mark.parametrize("loop", ["I am sorry. ", "对不起。", "ขอโทษ "])
def test_a_loop_is_told_from_prose_in_any_script(loop: str) -> None:
    """An answer in a loop is near 1 in repetition, and low in distinct pairs and in the share that zlib leaves."""
    values = [value(metric, loop * 50) for metric in ("repetition", "distinct_2", "zlib_ratio")]

    assert values[0] > 0.9
    assert max(values[1:]) < 0.12


@pytest.mark.parametrize(
    ("answer", "asked", "least", "most"),
    [
        ("Москва", "Какой город?", 1.0, 1.0),
        ("Moscow is the capital", "Какой город?", 0.0, 0.0),
        ("東京です", "日本の首都は?", 0.5, 1.0),
        ("دلہی", "राजधानी?", 0.0, 0.0),
        ("42", "Какой год?", 1.0, 1.0),
    ],
)
def test_the_script_is_compared_with_the_question(answer: str, asked: str, least: float, most: float) -> None:
    """Letters of the question's script match it, letters of another do not, and digits belong to all."""
    assert least <= value("script", answer, "", asked=asked) <= most


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        ("the cat is in the house and it was not there", 1.0),
        ("die Katze ist in dem Haus und sie ist nicht der Hund", 0.0),
        ("yes", 1.0),
    ],
)
def test_another_language_of_one_script_is_noticed(answer: str, match: float) -> None:
    """Small words of another language than the reference's are a mismatch, and too few of them say nothing."""
    assert value("language", answer, "it is the house of the cat and that is what it was for you") == match


@pytest.mark.parametrize(("taken", "value_"), [(50, 1.0), (49, 0.0)])
def test_memorised_is_fifty_tokens_in_a_row(taken: int, value_: float) -> None:
    """Fifty tokens of a training row one after the other are memorised, and forty-nine are not."""
    row = [f"w{number}" for number in range(80)]
    metric = memorised(np.sort(Windows(50).of_tokens(row)), "0" * 64)

    assert metric.measure(sample("x y " + " ".join(row[:taken]) + " z")) == value_


def test_what_the_prompt_holds_is_not_memorised() -> None:
    """A passage that the user pasted may be said again."""
    row = " ".join(f"w{number}" for number in range(60))
    windows = Windows(50)

    assert longest_overlap(sample(row, asked=row), np.sort(windows.of(row)), windows) == 0
