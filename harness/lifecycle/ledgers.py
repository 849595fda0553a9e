"""The ledger of a run, as its spec and its clock make it."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timedelta
from pathlib import Path

from harness.ledger import Ledger, LedgerFile, RunHead
from harness.lifecycle.waiting import Clock
from harness.spec import LifecycleSpec

__all__ = ["expiry", "make_ledger"]


def expiry(spec: LifecycleSpec, clock: Clock) -> datetime:
    """Return when a run that begins now is over, whatever happens: with its limits, or its budget and the deleting."""
    limits, hours = spec.limits, spec.budget.max_hours
    budgeted = limits.in_all if hours is None else hours * 3600 + limits.delete
    return clock.now() + timedelta(seconds=min(limits.in_all, budgeted))


def make_ledger(
    spec: LifecycleSpec,
    run_id: str,
    clock: Clock,
    *,
    folder: Path | None = None,
    backend: str = "",
    expires: datetime | None = None,
) -> Ledger:
    """Return the ledger of a run that begins now; without a folder it is in memory only."""
    head = RunHead(
        run_id,
        clock.now(),
        expires or expiry(spec, clock),
        backend,
        spec.keep_compute,
        host=platform.node(),
        process=os.getpid(),
    )
    return Ledger(head, clock.now, LedgerFile(folder, run_id) if folder is not None else None)
