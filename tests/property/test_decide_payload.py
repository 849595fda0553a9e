"""Laws of scoring requests and responses: what is built can be read, and nothing crashes the reader."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.decide.answer import read_answer
from harness.decide.payload import build_payload, cut_answer, normalise_request
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
