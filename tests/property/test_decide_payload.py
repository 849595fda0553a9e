"""Laws of scoring requests and responses: what is built can be read, and nothing crashes the reader."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.decide.answer import read_answer
from harness.decide.payload import (
    MAX_PAYLOAD_BYTES,
    build_columns_payload,
    build_payload,
    build_texts_payload,
    cut_answer,
    normalise_request,
)
from harness.errors import PayloadError, ScoringFailed

TEXT = st.text(min_size=1).filter(str.strip)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
SHAPES = st.sampled_from(
    [lambda a: [{"0": a}], lambda a: [a], lambda a: {"output": a}, lambda a: json.dumps([{"0": a}])]
)


@st.composite
def conversations(draw: st.DrawFn) -> list[dict[str, str]]:
    """A system turn or none, then user and assistant in turn, the user last."""
    texts = draw(st.lists(TEXT, min_size=1, max_size=7).filter(lambda texts: len(texts) % 2 == 1))
    turns = [{"content": text, "role": ("user", "assistant")[i % 2]} for i, text in enumerate(texts)]
    return [{"content": "Be brief.", "role": "system"}, *turns] if draw(st.booleans()) else turns


@given(conversations(), st.booleans())
def test_what_is_built_is_read_back_after_the_wire(turns: list[dict[str, str]], flat: bool) -> None:
    """Encoded as the SDK does and decoded by a server, nested or flat, the conversation is unchanged."""
    body = json.loads(json.dumps(build_payload(turns, {})))
    if flat:
        body["input_data"]["input_string"] = body["input_data"]["input_string"][0]

    assert normalise_request(body) == turns


def asked(body: Any) -> list[dict[str, str]]:
    """Return the conversation of a body, as a server decodes it."""
    decoded: list[dict[str, str]] = json.loads(json.dumps(body))["input_data"]["input_string"][0]
    return decoded


@given(conversations())
def test_the_last_turn_is_the_user_s(turns: list[dict[str, str]]) -> None:
    """Whatever is sent ends with a question."""
    assert asked(build_payload(turns, {}))[-1]["role"] == "user"


@given(conversations(), TEXT, st.sampled_from(["user", "assistant", "system"]))
def test_one_turn_more_is_refused(turns: list[dict[str, str]], text: str, role: str) -> None:
    """A conversation that has been answered, or in which the user speaks twice, is not sent."""
    with pytest.raises(PayloadError):
        build_payload([*turns, {"role": role, "content": text}], {})


@given(conversations())
def test_roles_take_turns(turns: list[dict[str, str]]) -> None:
    """After an optional system turn the user begins, and no role speaks twice in a row."""
    roles = [turn["role"] for turn in asked(build_payload(turns, {}))]

    assert roles[0] in ("system", "user")
    assert all(before != after for before, after in pairwise(roles))
    assert "system" not in roles[1:]


@given(conversations(), st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_parameters_are_kept(turns: list[dict[str, str]], parameters: dict[str, Any]) -> None:
    """Every parameter arrives as it was given, and none is added."""
    body = json.loads(json.dumps(build_payload(turns, parameters)))

    assert body["input_data"]["parameters"] == parameters
    assert body["params"] == {}


@given(st.text(alphabet=st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_text_beyond_ascii_is_kept(text: str) -> None:
    """Letters of any script, signs and emoji arrive unchanged, whether or not the encoder escapes them."""
    body = build_payload([{"role": "user", "content": text}], {})

    for escaped in (True, False):
        encoded = json.dumps(body, ensure_ascii=escaped).encode("utf-8")
        assert normalise_request(json.loads(encoded))[0]["content"] == text


@given(conversations())
def test_both_shapes_are_one_conversation(turns: list[dict[str, str]]) -> None:
    """Nested or flat, a body normalises to the same conversation, and building from that changes nothing."""
    nested, flat = ({"input_data": {"input_string": shape}} for shape in ([turns], turns))

    assert normalise_request(nested) == normalise_request(flat) == turns
    assert normalise_request(build_payload(normalise_request(flat), {})) == turns


@given(st.integers(min_value=1, max_value=100_000), st.sampled_from(["a", "é", "日", "😀", '"']))
def test_too_large_is_refused_with_limit_and_size(more: int, letter: str) -> None:
    """A body above the limit is refused in numbers, counted as the SDK encodes it; one at the limit is sent."""
    width = len(json.dumps(letter)) - 2
    room = MAX_PAYLOAD_BYTES - len(json.dumps(build_payload([{"role": "user", "content": "?"}], {}))) + 1
    fits, extra = letter * (room // width), letter * -(-more // width)

    build_payload([{"role": "user", "content": fits}], {})
    with pytest.raises(PayloadError, match=f"at most {MAX_PAYLOAD_BYTES:,} bytes") as refused:
        build_payload([{"role": "user", "content": fits + letter + extra}], {})
    assert "bytes" in str(refused.value.got)


@given(st.sampled_from([build_texts_payload, lambda texts, given: build_columns_payload([{"a": texts[0]}], given)]))
def test_every_task_has_the_same_limit(build: Any) -> None:
    """Texts and data frames are held to the limit as conversations are."""
    with pytest.raises(PayloadError, match=f"at most {MAX_PAYLOAD_BYTES:,} bytes"):
        build(["a" * MAX_PAYLOAD_BYTES], {})


@given(conversations(), TEXT)
def test_cutting_the_answer_undoes_appending_it(turns: list[dict[str, str]], answer: str) -> None:
    """A row is its conversation and its answer, and cutting twice cuts once."""
    asked, truth = cut_answer([*turns, {"role": "assistant", "content": answer}])

    assert (asked, truth) == (turns, answer)
    assert cut_answer(asked) == (asked, None)


@given(conversations(), st.integers(min_value=0, max_value=7), st.sampled_from(["user", "assistant", "bot", ""]))
def test_conversation_with_one_role_changed_is_refused_or_still_sound(
    turns: list[dict[str, str]], position: int, role: str
) -> None:
    """Changing the role of any turn to another one never slips through."""
    index = position % len(turns)
    changed = [*turns[:index], {**turns[index], "role": role}, *turns[index + 1 :]]
    try:
        build_payload(changed, {})
    except PayloadError:
        return
    assert role == turns[index]["role"]


@given(st.text(), SHAPES)
def test_answer_survives_every_shape(answer: str, shape: Any) -> None:
    """Whatever the model says comes out as it went in."""
    assert read_answer(json.dumps(shape(answer))) == answer


@given(st.one_of(st.binary(), st.text(), JSON.map(json.dumps)))
def test_any_response_is_an_answer_or_a_failure(raw: str | bytes) -> None:
    """No response of an endpoint can crash the reader."""
    with suppress(ScoringFailed):
        assert isinstance(read_answer(raw), str)


@given(JSON)
def test_any_body_is_a_conversation_or_refused(body: Any) -> None:
    """No body can crash the check."""
    with suppress(PayloadError):
        assert normalise_request({"input_data": {"input_string": body}})
