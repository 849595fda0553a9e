"""Planted secrets are not found in what is written."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

import pytest

from harness.cassettes import walking
from harness.cassettes.canaries import page, plant, record, traces
from harness.cassettes.format import dump
from harness.cassettes.rules import MEMBERS, PARAMETERS, PATTERNS, Member, Pattern

ROOT = Path(__file__).parents[3]


def test_page_is_what_the_command_writes() -> None:
    """docs/canaries.md is as `make canaries` writes it, and it says that none was found."""
    text = page()

    assert (ROOT / "docs" / "canaries.md").read_text(encoding="utf-8") == text
    assert "Found: 0 of" in text


def test_there_are_forty_kinds_or_more() -> None:
    """The canaries are of as many kinds, each planted in a form of its own."""
    assert len({(canary.kind, canary.place) for canary in plant()}) >= 40


@pytest.mark.parametrize("seed", range(1, 6))
def test_no_canary_is_found(seed: int) -> None:
    """Whatever the secrets are, the file that is written holds none."""
    canaries = plant(seed)
    text = dump(record(canaries))

    assert [canary.kind for canary in canaries if traces(canary.secret, text)] == []


RULES = [rule for rule in (*PATTERNS, *MEMBERS, *PARAMETERS) if rule.number not in (3, 52)]
"""All but those two, which find the same signatures and stand in for each other."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"rule-{rule.number}")
def test_without_a_rule_a_canary_is_found(monkeypatch: pytest.MonkeyPatch, rule: Pattern | Member) -> None:
    """Each rule strikes out something that no other one does, and the canaries would tell if it stopped to."""
    for table in ("PATTERNS", "MEMBERS", "PARAMETERS"):
        kept = tuple(other for other in getattr(walking, table) if other is not rule)
        monkeypatch.setattr(walking, table, kept)
    canaries = plant()
    text = dump(record(canaries))

    assert any(traces(canary.secret, text) for canary in canaries)


def test_every_canary_is_there_before_it_is_struck_out() -> None:
    """The search finds each of them in the traffic as it passed."""
    unfound = []
    for canary in plant():
        made = canary.exchange
        parts = [made.url, str(made.headers), made.body.decode(), str(made.heads)]
        parts.append(
            gzip.decompress(made.reply).decode() if made.reply[:2] == b"\x1f\x8b" else made.reply.decode("latin-1")
        )
        if not traces(canary.secret, "\n".join(parts)):
            unfound.append((canary.kind, canary.place))

    assert unfound == []


@pytest.mark.parametrize(
    "text",
    [
        "so s3cret/Value= it is",
        "S3CRET/VALUE=",
        "s3cret%2FValue%3D",
        base64.b64encode(b"{'x': 's3cret/Value='}").decode(),
        base64.b64encode(gzip.compress(b"with s3cret/Value=", mtime=0)).decode(),
        b"s3cret/Value=".hex(),
    ],
)
def test_search_finds_a_secret_however_it_is_wrapped(text: str) -> None:
    """Case, encoding, base64 and gzip hide nothing from the search."""
    assert traces("s3cret/Value=", text)
