"""Ledgers read back: whose they are, whether that run lives, and what may still be there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.ledger.file import SUFFIX, Liveness, liveness
from harness.ledger.head import RunHead
from harness.ledger.lines import whole_lines
from harness.ledger.resources import EXPIRES_TAG, KINDS, ResourceKind, read_expiry

__all__ = ["STATES", "Entry", "RunRecord", "read_ledger", "read_ledgers"]

STATES = ("intended", "created", "doubtful", "ended", "kept", "gone")
"""What is last known of a resource: asked for; there; asked for, and who knows; there and free; kept; not there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a ledger says last of a resource. since: when it was said; confirmed: it was seen to be created."""

    kind: ResourceKind
    name: str
    state: str
    bills: bool
    since: datetime
    confirmed: bool


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as its ledger has it. closed: it left nothing; problems: lines that cannot be read."""

    path: Path
    head: RunHead
    entries: tuple[Entry, ...]
    closed: bool
    liveness: Liveness
    problems: tuple[str, ...] = ()


def read_ledgers(folder: Path, host: str) -> tuple[list[RunRecord], list[str]]:
    """Return the runs whose ledgers are in a folder, the oldest first, and what is wrong with those of no run.

    host: the name of this machine. A folder that is not there holds none; UsageError for one that cannot be read.
    """
    try:
        files = sorted(folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise _unreadable(folder, error) from error
    records, broken = [], []
    for file in files:
        if file.suffix == SUFFIX and file.is_file():
            try:
                record = read_ledger(file, host)
            except (ValueError, OSError) as error:
                broken.append(f"{file}: {error}")
                continue
            if record is not None:
                records.append(record)
    return sorted(records, key=lambda record: (record.head.started, record.head.run)), broken


def read_ledger(file: Path, host: str) -> RunRecord | None:
    """Return what a ledger says; None when its run died before it said anything. ValueError when it is no ledger.

    Its lines are those after the look whether the run lives: it may end, and say that it keeps something, meanwhile.
    """
    first = whole_lines(file.read_bytes())[:1]
    if not first:
        return None
    head = RunHead.of_line(_parsed(first[0]))
    lives = liveness(file, same_host=head.host == host, locked=head.locked)
    lines = whole_lines(file.read_bytes())
    entries: dict[tuple[str, str], Entry] = {}
    closed, problems = False, []
    for number, text in enumerate(lines[1:], 2):
        try:
            line = _parsed(text)
            closed = line.get("state") == "closed"
            if not closed:
                _enter(line, entries)
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    return RunRecord(file, head, tuple(entries.values()), closed, lives, tuple(problems))


def _parsed(text: bytes) -> Mapping[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:  # also what is no UTF-8
        raise ValueError(f"no JSON: {text[:60].decode(errors='replace')}") from None
    if not isinstance(line, dict):
        raise ValueError(f"no JSON object: {text[:60].decode(errors='replace')}")
    return line


def _enter(line: Mapping[str, Any], entries: dict[tuple[str, str], Entry]) -> None:
    kind, name, state = (_word(line, key) for key in ("kind", "name", "state"))
    since = read_expiry({EXPIRES_TAG: str(line.get("at", ""))})
    known = next((each for each in KINDS if each == kind), None)
    if known is None or state not in STATES or since is None:
        raise ValueError(f"says nothing that a ledger says: {json.dumps(line, ensure_ascii=False)[:80]}")
    before = entries.get((kind, name))
    confirmed = state in ("created", "ended", "kept") or (before is not None and before.confirmed)
    entries[kind, name] = Entry(known, name, state, bool(line.get("bills")), since, confirmed and state != "gone")


def _word(line: Mapping[str, Any], key: str) -> str:
    value = line.get(key)
    return value if isinstance(value, str) else ""


def _unreadable(folder: Path, error: OSError) -> UsageError:
    return UsageError(
        "the ledgers cannot be read",
        where=str(folder),
        got=error.strerror or type(error).__name__,
        expected="the folder that `harness run` wrote them to",
        remedy="Name it with --ledger.",
    )
