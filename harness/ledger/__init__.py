"""What runs have asked Azure to create and may still cost money: on disk before each request, so no crash hides it.

One file a run, JSON lines, appended and synced; the last line about a resource is its state. A run that left nothing
ends its file; one without an end is what a sweep is for. Knows no SDK: what Azure shows reaches it as plain values.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.ledger.book import Ledger
from harness.ledger.file import LedgerFile
from harness.ledger.head import RunHead
from harness.ledger.resources import EXPIRES_TAG, RUN_TAG, CreatedResource, ResourceKind

__all__ = [
    "EXPIRES_TAG",
    "LEDGER_VARIABLE",
    "RUN_TAG",
    "CreatedResource",
    "Ledger",
    "LedgerFile",
    "ResourceKind",
    "RunHead",
    "ledger_folder",
]

LEDGER_VARIABLE = "HARNESS_LEDGER"
"""Names the folder of the ledgers where no option does."""

_FOLDER = Path("runs", "ledger")


def ledger_folder(option: Path | None, environ: Mapping[str, str], base: Path = Path()) -> Path:
    """Return the folder of the ledgers: as the option says, else the environment, else runs/ledger below `base`."""
    named = environ.get(LEDGER_VARIABLE)
    return option or (Path(named) if named else base / _FOLDER)
