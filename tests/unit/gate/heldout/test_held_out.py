"""Held-out files: what is read, what is refused, and what a conversation is known by."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from harness.errors import DataError
from harness.gate.heldout.content import content_id
from harness.gate.heldout.reading import conversations, look_through
from tests.unit.gate.chat_rows import row, sums, turns, write_rows


def test_the_last_answer_is_the_reference(tmp_path: Path) -> None:
    """What comes before the assistant's last turn is asked, and that turn is what answers are compared with."""
    file = write_rows(tmp_path / "h.jsonl", [row("a", "b", "c", "d"), row("e", "f", "g")])
    asked = [
        ([message.content for message in each.messages], each.reference, each.line)
        for each in conversations(look_through(file))
    ]

    assert asked == [(["a", "b", "c"], "d", 1), (["e"], "f", 2)]


def test_an_id_depends_on_the_turns_alone(tmp_path: Path) -> None:
    """Other columns, the order of rows and of keys, forms of Unicode and blanks around make no other conversation."""
    one = write_rows(tmp_path / "1.jsonl", [row("café?", "x", id=1), row("b", "y")])
    other = write_rows(
        tmp_path / "2.jsonl",
        [
            {"messages": [{"content": t["content"], "role": t["role"]} for t in turns("b", "y")]},
            row(" cafe\u0301?\r\n", "x"),
        ],
    )

    assert look_through(one).ids == look_through(other).ids[::-1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (turns("a", "b", "c"), turns("a b", "c")),
        (turns("a"), [{"role": "system", "content": "a"}]),
        (turns("a", "b"), turns("b", "a")),
        (turns('a"],["user","b'), turns("a", "b")),
    ],
)
def test_other_turns_are_another_conversation(one: Any, other: Any) -> None:
    """Who says what, and in which order, is what a conversation is known by."""
    assert content_id(one) != content_id(other)


def test_slices_come_from_columns(tmp_path: Path) -> None:
    """A column's value is the slice of a row, spelled as text, and "" where the row lacks it."""
    rows = [row("a", "x", language="de", hard=True), row("b", "y", hard=2)]
    held_out = look_through(write_rows(tmp_path / "h.jsonl", rows), slices=("language", "hard"))

    assert [dict(each.slices) for each in conversations(held_out)] == [
        {"language": "de", "hard": "true"},
        {"language": "", "hard": "2"},
    ]


def test_the_same_conversation_twice_is_refused(tmp_path: Path) -> None:
    """The second row of a conversation is named with the line of the first, whatever its answer."""
    file = write_rows(tmp_path / "h.jsonl", [row("a", "x"), row("b", "y"), row("a", "z")])

    with pytest.raises(DataError, match=r"line 3: two rows ask the same conversation; got the turns of line 1"):
        look_through(file)


def test_rows_that_repeat_can_be_left_out_and_are_counted(tmp_path: Path) -> None:
    """With duplicates dropped the first row of each conversation stays, and the others are counted."""
    file = write_rows(tmp_path / "h.jsonl", [row("a", "x"), row("a", "z"), row("b", "y")])
    held_out = look_through(file, duplicates="drop")

    assert (held_out.repeated, [each.reference for each in conversations(held_out)]) == (1, ["x", "y"])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is empty"),
        ('{"messages": [{"role": "user", "content": "a"}]}', "no answer to compare with"),
        ('{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": " "}]}', "no answer"),
        ('{"messages": [{"role": "assistant", "content": "a"}]}', "no list of turns"),
        ('{"message": []}', "holds no conversation"),
        ('{"messages": [1]}', "turn 1 is no message"),
        ("[]", "not an object"),
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_its_line(tmp_path: Path, text: str, what: str) -> None:
    """A row that cannot be asked or compared is an error about the data."""
    file = tmp_path / "h.jsonl"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(DataError, match=what):
        look_through(file)


def test_a_column_that_no_row_has_is_refused(tmp_path: Path) -> None:
    """A slice by a column that is nowhere is refused with the columns that resemble it."""
    file = write_rows(tmp_path / "h.jsonl", [row("a", "x", language="de")])

    with pytest.raises(DataError) as refused:
        look_through(file, slices=("langauge",))

    assert refused.value.nearest == ("language",)


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    """A conversation that was there and is no longer is an error, and never left out."""
    file = write_rows(tmp_path / "h.jsonl", sums(3))
    held_out = look_through(file)
    write_rows(file, sums(2))

    with pytest.raises(DataError, match="has changed"):
        list(conversations(held_out))


def test_reading_needs_memory_for_ids_only(tmp_path: Path) -> None:
    """A file of 8 MB of text is looked through and read in less than a megabyte."""
    file = write_rows(tmp_path / "h.jsonl", (row(f"{n} " + "x" * 4000, "y" * 4000) for n in range(1000)))
    tracemalloc.start()
    for _ in conversations(look_through(file)):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 1_000_000
