"""The shape of a row, and the place that an error about it names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import DataError
from harness.lifecycle.rows import CHAT_LAYOUT, DataLayout, Line, check_row, parse_line, read_lines

SENTENCES = DataLayout(columns=("sentence", "label"), splits=("train", "validation", "test"))


def chat_row(*roles: str, **changed: Any) -> dict[str, Any]:
    """A row of one message a role."""
    messages = [{"content": f"turn {n}", "role": role} for n, role in enumerate(roles)]
    return {"prompt": "turn 0", "prompt_id": "0" * 64, "messages": messages, **changed}


def error_of(row: dict[str, Any], layout: DataLayout = CHAT_LAYOUT) -> str:
    """The message about a row at one fixed place, which always says what to do."""
    with pytest.raises(DataError) as caught:
        check_row(row, "train_sft.jsonl line 17", layout)
    assert caught.value.remedy.endswith(".")
    return str(caught.value)


def read(path: Path, content: bytes) -> list[dict[str, Any]]:
    """The rows of a file of that content."""
    path.write_bytes(content)
    return [parse_line(line) for line in read_lines(path)]


def error_reading(path: Path, content: bytes) -> str:
    """The message about a file of that content, without its folder."""
    with pytest.raises(DataError) as caught:
        read(path, content)
    return str(caught.value).removeprefix(f"{path.parent}/")


@pytest.mark.parametrize(
    "roles",
    [
        ("user",),
        ("user", "assistant"),
        ("system", "user", "assistant", "user"),
    ],
)
def test_a_conversation_alternates_after_an_optional_system_turn(roles: tuple[str, ...]) -> None:
    """System once in front, then user and assistant in turn, ending with either."""
    check_row(chat_row(*roles), "here", CHAT_LAYOUT)


@given(st.lists(st.sampled_from(["system", "user", "assistant"]), max_size=6))
def test_exactly_the_alternating_conversations_pass(roles: list[str]) -> None:
    """A conversation passes if and only if user and assistant alternate behind at most one system turn."""
    spoken = roles[1:] if roles[:1] == ["system"] else roles
    valid = bool(spoken) and all(role == ("user", "assistant")[n % 2] for n, role in enumerate(spoken))

    try:
        check_row(chat_row(*roles), "here", CHAT_LAYOUT)
    except DataError:
        assert not valid
    else:
        assert valid


def test_a_misspelled_role_is_named_with_its_place_and_the_nearest_one() -> None:
    """The message gives file, line, turn, both valid roles and the likely one."""
    assert error_of(chat_row("user", "assistant", "usre")) == (
        "train_sft.jsonl line 17: messages[2].role is 'usre'; expected 'user' or 'assistant'; nearest: user. "
        "Correct the role, or remove the row."
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (chat_row("assistant"), "messages[0].role is 'assistant' out of turn; expected 'user'"),
        (chat_row("user", "user"), "messages[1].role is 'user' out of turn; expected 'assistant'"),
        (chat_row("user", "system"), "messages[1].role is 'system'; expected 'assistant'"),
        (chat_row("system"), "messages holds a system turn only"),
        (chat_row(), "messages is empty"),
        (chat_row(messages="hello"), "messages is a string; got 'hello'; expected a list"),
        (chat_row(messages=None), "messages is null; got null; expected a list"),
        (chat_row(messages=["hello"]), "messages[0] is a string; got 'hello'; expected {content, role}"),
        (
            chat_row(messages=[{"content": "x"}]),
            "messages[0].role is missing; got the keys content; expected {content, role}",
        ),
        (
            chat_row(messages=[{"role": "user", "contents": "x"}]),
            "content is missing; got the keys role, con",
        ),
        (chat_row(messages=[{"role": "user", "content": " "}]), "messages[0].content is empty"),
        (chat_row(messages=[{"role": "user", "content": 3}]), "messages[0].content is a number; got 3"),
        (
            chat_row(messages=[{"role": "user", "content": None}]),
            "messages[0].content is null; got null; expected a str",
        ),
        (chat_row(messages=[{"role": None, "content": "x"}]), "messages[0].role is null; expected 'user' or"),
        (chat_row(messages=[[True, None]]), "messages[0] is a list; got [true, null]; expected"),
        (chat_row(messages=[{"role": ["user"], "content": "x"}]), "messages[0].role is ['user']; expected"),
        (chat_row("user", prompt=["x"]), "prompt is a list; got ['x']; expected a string"),
        (chat_row("user", prompt=""), "prompt is empty"),
        (chat_row("user", prompt_id=True), "prompt_id is a boolean"),
        ({"prompt": "x", "prompt_id": "y", "mesages": []}, "'messages' is missing; got the columns prompt"),
    ],
)
def test_a_fault_in_a_chat_row_is_named(row: dict[str, Any], message: str) -> None:
    """Each fault is told with the place and what stands there."""
    assert message in error_of(row)


def test_a_missing_column_comes_with_the_nearest_one_present() -> None:
    """A misspelled column is suggested."""
    row = {"prompt": "x", "prompt_id": "y", "mesages": []}

    assert "nearest: mesages" in error_of(row)


@pytest.mark.parametrize("value", [0, False, 1.5, "joy", ["a"], {"text": []}])
def test_a_sibling_column_takes_any_value_that_is_not_empty(value: object) -> None:
    """A label may be a number, and 0 is a label."""
    check_row({"sentence": "hello", "label": value}, "here", SENTENCES)


@pytest.mark.parametrize("value", [None, "", "  ", [], {}])
def test_a_sibling_column_must_hold_something(value: object) -> None:
    """Null, blank text and empty containers are refused."""
    assert "label is empty" in error_of({"sentence": "hello", "label": value}, SENTENCES)


def test_lines_keep_their_number_and_blank_ones_are_passed_over(tmp_path: Path) -> None:
    """A blank line is no row, yet it counts for the line numbers; CRLF and a byte order mark do no harm."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\n  \n{"a": "\xc3\xa9"}')

    lines = list(read_lines(path))

    assert [(line.number, parse_line(line)) for line in lines] == [(1, {"a": 1}), (4, {"a": "é"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1}\n{"a": 1,}\n', "rows.jsonl line 2: not JSON: "),
        (b"[\n", "rows.jsonl line 1: not JSON: Expecting value at column 2"),
        (b'{"a": NaN}', "rows.jsonl line 1: not JSON: NaN is no JSON value"),
        (b"[" * 100_000, "rows.jsonl line 1: not JSON: nested too deeply"),
        (b"[1, 2]", "rows.jsonl line 1: not a row; got a list, [1, 2]; expected one JSON object on each line"),
        (b"\n7", "rows.jsonl line 2: not a row; got a number, 7"),
        (b"null", "rows.jsonl line 1: not a row; got null, null"),
        (b'{"a": 1}\n\xff', "rows.jsonl line 2: byte 9 of the file is not UTF-8; got 0xff"),
        ('{"a": "é"}'.encode("latin-1"), "rows.jsonl line 1: byte 7 of the file is not UTF-8; got 0xe9"),
        ("\ufeff{}".encode("utf-16-le"), "rows.jsonl line 1: byte 0 of the file is not UTF-8; got 0xff"),
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    """Bad JSON, a row of the wrong type and bytes outside UTF-8 are told with file and line."""
    assert error_reading(tmp_path / "rows.jsonl", content).startswith(message)


def test_a_byte_order_mark_does_not_shift_the_byte_that_is_named(tmp_path: Path) -> None:
    """Offsets count from the start of the file."""
    error = error_reading(tmp_path / "rows.jsonl", b"\xef\xbb\xbf\xff")

    assert "byte 3 of the file" in error


def test_a_folder_is_no_file_to_read(tmp_path: Path) -> None:
    """What the system says about an unreadable path is passed on."""
    with pytest.raises(DataError, match="the file cannot be read; got Is a directory"):
        list(read_lines(tmp_path))


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_what_json_wrote_is_read_back(row: dict[str, Any]) -> None:
    """Parsing is the inverse of json.dumps for one line, with characters escaped or not."""
    raw = json.dumps(row, ensure_ascii=False).encode(errors="replace")

    assert parse_line(Line(Path("x"), 1, 0, raw)) == json.loads(raw)
