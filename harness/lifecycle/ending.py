"""How a run ends: the last step is carried out whatever happened before it, and says what it could not do."""

from __future__ import annotations

from harness.errors import HarnessError, Interrupted, LeftBehind
from harness.ledger import EXPIRES_TAG, Ledger
from harness.lifecycle.connect import Connection
from harness.lifecycle.delete import CleanUp, removal_command
from harness.lifecycle.journal import Journal
from harness.lifecycle.report import LifecycleReport
from harness.lifecycle.waiting import Clock
from harness.lifecycle.watching import Watcher
from harness.spec import LifecycleSpec

__all__ = ["end_run", "stopped"]


def end_run(
    journal: Journal,
    azure: Connection | None,
    spec: LifecycleSpec,
    ledger: Ledger,
    *,
    succeeded: bool,
    clock: Clock,
    deadline_s: float,
    watch: Watcher,
) -> bool:
    """Carry out the step delete, and tell whether the user interrupted it: the second Ctrl-C ends it.

    The first one starts it again, which does no harm: what has gone already is left alone. An endpoint is kept
    only when the spec wants it and the run `succeeded`. A failure becomes the report's error unless it has one.
    """
    keep_endpoint = spec.keep_endpoint and succeeded
    for again in (False, True):
        try:
            if again:
                journal.progress("interrupted; still deleting what bills, press Ctrl-C again to leave it")
            if azure is None:
                journal.skip()  # nothing was created, and there is nobody to ask
            else:
                journal.skip(but="delete")
                cleaner = CleanUp(azure.workspace, clock=clock, deadline_s=deadline_s, watch=watch)
                _delete(journal, azure, cleaner, ledger, keep_endpoint=keep_endpoint, keep_compute=spec.keep_compute)
        except KeyboardInterrupt:
            continue
        return again
    return True


def _delete(
    journal: Journal, azure: Connection, cleaner: CleanUp, ledger: Ledger, *, keep_endpoint: bool, keep_compute: bool
) -> None:
    report = journal.report
    try:
        journal.step("delete", lambda: cleaner.run(ledger, keep_endpoint=keep_endpoint, keep_compute=keep_compute))
    except HarnessError as error:
        if report.error is None:
            report.error = error
        else:
            journal.warned(str(error))
    else:
        _warn_of_kept(journal, azure, ledger)


def stopped(report: LifecycleReport, azure: Connection | None) -> Interrupted:
    """Return the error of a run that the user stopped: what is left that bills, and how to remove it."""
    left = list(report.left())
    if azure is None or not left:
        return Interrupted("stopped by the user; nothing is left that bills")
    commands = dict.fromkeys(removal_command(azure.workspace, resource) for resource in left)
    names = ", ".join(f"{resource.kind} {resource.name}" for resource in left)
    return LeftBehind(
        f"stopped by the user before all was removed; left: {names}",
        remedy=f"It goes on billing. Remove it with `harness sweep`, or with: {'; '.join(commands)}",
    )


def _warn_of_kept(journal: Journal, azure: Connection, ledger: Ledger) -> None:
    for kept in journal.report.left():
        if kept.kind == "endpoint":
            command, until = removal_command(azure.workspace, kept), ledger.tags[EXPIRES_TAG]
            journal.warned(
                f"endpoint {kept.name} is kept and goes on billing; `harness sweep` leaves it until {until}, "
                f"remove it before with: {command}"
            )
