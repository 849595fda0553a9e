"""Ledgers to test with: a head, a book on a file, and what stands in it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from harness.ledger import Ledger, LedgerFile, RunHead

NOON = datetime(2024, 5, 10, 12, tzinfo=timezone.utc)
RUN = "1715342400-ab12"
PLACE = {"subscription_id": "s", "resource_group": "g", "workspace_name": "w"}


def head(**given: Any) -> RunHead:
    """A run that began at noon on this machine and may take until six."""
    return RunHead(**{"run": RUN, "started": NOON, "expires": NOON + timedelta(hours=6), "host": "here", **given})


def book(folder: Path, **given: Any) -> Ledger:
    """The ledger of such a run, on a file in `folder`."""
    made = head(**given)
    ledger = Ledger(made, lambda: NOON, LedgerFile(folder, made.run))
    ledger.at(PLACE)
    return ledger


def lines(folder: Path, run: str = RUN) -> list[dict[str, Any]]:
    """What stands in the file."""
    return [json.loads(line) for line in (folder / f"{run}.jsonl").read_text(encoding="utf-8").splitlines()]


def states(folder: Path) -> list[tuple[str, str]]:
    """The states in the file with the names that they are of, in order."""
    return [(line["state"], line.get("name", "")) for line in lines(folder)[1:]]
