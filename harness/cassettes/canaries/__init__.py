"""Canaries: known secrets are planted in traffic of every form, recorded, and looked for in the file that is written.

`python -m harness.cassettes.canaries docs/canaries.md` writes the table; a test compares it. The secrets are made here
from a seed, so that no file of the project holds one.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from urllib.parse import quote

from harness.cassettes.canaries.forms import Exchange, Planted
from harness.cassettes.canaries.kinds import PLANTED
from harness.cassettes.format import dump
from harness.cassettes.recording import Recorder
from harness.cassettes.rules import rule_name
from harness.cassettes.sanitising import rules_for
from harness.cassettes.tape import Cassette
from harness.doors.messages import Reply

__all__ = ["Canary", "page", "plant", "record", "traces"]

_NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Canary:
    """A secret, the exchange that it was planted in, and in which form."""

    kind: str
    place: str
    secret: str
    exchange: Exchange


def plant(seed: int = 0) -> list[Canary]:
    """Return the canaries of a seed: every kind once."""
    chance = random.Random(seed)
    return [_planted(planted, chance) for planted in PLANTED]


def _planted(planted: Planted, chance: random.Random) -> Canary:
    secret = planted.secret(chance)
    return Canary(planted.kind, planted.place, secret, planted.exchange(secret))


def record(canaries: Sequence[Canary]) -> Cassette:
    """Return what a recorder makes of the exchanges."""
    recorder = Recorder(lambda: _NOW)
    for canary in canaries:
        made = canary.exchange
        recorder.listen(
            made.method, made.url, made.headers, made.body, Reply(made.status, made.reply, dict(made.heads))
        )
    return recorder.cassette("emulator", date(2026, 1, 1))


def traces(secret: str, text: str) -> int:
    """Return how often a secret stands in a text: as it is, in any case, encoded for URLs or JSON, base64 or zipped."""
    spelled = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], secret.encode().hex(), secret.replace("-", "")}
    return sum(plain.lower().count(word.lower()) for plain in _unwrapped(text, 4) for word in spelled if word)


def _unwrapped(text: str, depth: int) -> Iterator[str]:
    yield text
    if not depth:
        return
    for token in re.findall(r"[A-Za-z0-9+/_-]{12,}={0,2}", text):
        content = _decoded(token)
        if content:
            yield from _unwrapped(content, depth - 1)


def _decoded(token: str) -> str:
    plain = token.replace("-", "+").replace("_", "/")
    try:
        content = base64.b64decode(plain + "=" * (-len(plain) % 4))
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (binascii.Error, ValueError, OSError, EOFError, zlib.error):
        return ""
    return content.decode("latin-1")


def page(seed: int = 0) -> str:
    """Return the table of canaries as a page of documentation."""
    canaries = plant(seed)
    text = dump(record(canaries))
    rows = []
    for number, canary in enumerate(canaries, 1):
        rules = rules_for(canary.exchange.as_interaction(_NOW), canary.secret)
        how = ", ".join(f"{rule} ({rule_name(rule)})" for rule in rules) or "not kept at all"
        rows.append(f"| {number} | {canary.kind} | {canary.place} | {how} | {traces(canary.secret, text)} |")
    found = sum(bool(traces(canary.secret, text)) for canary in canaries)
    return _PAGE.format(count=len(canaries), found=found, rows="\n".join(rows))


_PAGE = """# Canaries

Secrets of {count} kinds are planted in traffic, each in the form named here; the traffic is recorded, and the file that
a recording writes is searched for each of them: as it is, in any case, encoded for URLs, JSON, base64 and gzip, one
within the other. Found: {found} of {count}.

This page is written by `make canaries` and checked by a test. The rules are those of `harness/cassettes/rules.py`.

| | secret | planted in | struck out by rule | found in the file |
|--|--|--|--|--|
{rows}
"""
