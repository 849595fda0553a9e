"""summary.md: text that stays text, and a size that GitHub keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_case import POISON, report_facts

from harness.gate.report.markdown import code, escaped, fitted, size, table
from harness.gate.report.summary import LIMIT, summary

_FACTS = report_facts(80, -0.05)


def test_the_summary_says_what_was_decided_and_why() -> None:
    """Verdict, both models, each rule that failed and the digests are on the page."""
    text = summary(_FACTS)

    assert text.startswith("## \N{BLACK SQUARE} Block: `phi-3-mini-support:12`")
    assert "**BLOCK** over `phi-3-mini-support:11`" in text
    assert all(f"| `{rule.name}` |" in text for rule in _FACTS.verdict.rules if rule.outcome == "fail")
    assert all(each in text for each in (_FACTS.verdict.evidence_sha256, _FACTS.verdict.policy_sha256))


def test_retries_are_told() -> None:
    """How many requests were answered only after another try is said of either model."""
    evidence = replace(_FACTS.evidence, requests=(80, 80), failures=(0, 2), retried=(4, 20))

    assert "| candidate | 80 | 2.5 % | 25.0 % |" in summary(replace(_FACTS, evidence=evidence))


def test_no_conversation_is_told() -> None:
    """A step's summary is read by many, so it has lines and scores and no text of a conversation."""
    text = summary(_FACTS)

    assert f"| {_FACTS.regressions[0].line} |" in text
    assert [said for asked in _FACTS.texts.values() for said in (asked.messages[-1].content,) if said in text] == []


@pytest.mark.parametrize("limit", [LIMIT, 20_000, 2_000, 400, 100, 10, 0])
def test_the_summary_is_never_larger_than_its_limit(limit: int) -> None:
    """Thousands of rules with long sentences are cut at a whole line, and the cut is said where there is room."""
    rules = tuple(
        replace(_FACTS.verdict.rules[-1], name=f"slice:{n}", detail="\N{PILE OF POO}" * 999) for n in range(5_000)
    )
    text = summary(replace(_FACTS, verdict=replace(_FACTS.verdict, rules=rules)), limit)

    assert size(text) <= limit
    assert text == "" or "Cut here: " in text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]))), st.integers(0, 500))
def test_lines_are_kept_whole(lines: list[str], limit: int) -> None:
    """What fits is there line by line, in order, and nothing beyond the limit."""
    text = fitted(lines, limit)
    whole = "".join(f"{line}\n" for line in lines)
    kept = text.partition("\n\n*Cut here: ")[0]

    assert size(text) <= limit
    assert text == whole or (size(whole) > limit and whole.startswith(kept))


@given(st.text())
def test_a_cell_stays_a_cell(text: str) -> None:
    """Whatever a name or a sentence holds, a row of a table is one line with as many cells as it has."""
    for cell in (escaped(text), code(text)):
        *_, row = table(("a", "b"), [(cell, "x")])

        assert len(row.splitlines()) == 1
        assert row.replace("\\\\", "").replace("\\|", "").count("|") == 3


def test_markup_and_mentions_are_text() -> None:
    """A sentence opens no tag, calls nobody and links nowhere."""
    text = escaped(f"{POISON} @octocat [x](https://example.com) <b>")

    assert "<" not in text.replace("\\<", "")
    assert "@octocat" not in text
    assert "](" not in text


def test_code_may_hold_backquotes() -> None:
    """The fence is longer than any run of backquotes within."""
    assert (code("a"), code("a`b"), code("``"), code("")) == ("`a`", "``a`b``", "``` `` ```", "")
