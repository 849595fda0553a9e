"""How a run ends: the last step is carried out whatever happened before it, and says what it could not do."""

from __future__ import annotations

from harness.errors import HarnessError, Interrupted
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
    *,
    succeeded: bool,
    clock: Clock,
    deadline_s: float,
    watch: Watcher,
) -> bool:
    """Carry out the step delete, and tell whether the user interrupted it.

    An endpoint is kept only when the spec wants it and the run `succeeded`. A failure becomes the report's
    error unless it has one already.
    """
    report = journal.report
    keep = spec.keep_endpoint and succeeded
    try:
        if azure is None:
            journal.skip()  # nothing was created, and there is nobody to ask
            return False
        journal.skip(but="delete")
        cleaner = CleanUp(azure.workspace, clock=clock, deadline_s=deadline_s, watch=watch)
        journal.step(
            "delete",
            lambda: cleaner.run(report.created, keep_endpoint=keep, keep_compute=spec.keep_compute),
        )
    except KeyboardInterrupt:
        return True
    except HarnessError as error:
        if report.error is None:
            report.error = error
        else:
            journal.warned(str(error))
    else:
        _warn_of_kept(journal, azure)
    return False


def stopped(report: LifecycleReport, azure: Connection | None) -> Interrupted:
    """Return the error of a run that the user stopped: what is left that bills, and how to remove it."""
    left = list(report.left())
    if azure is None or not left:
        return Interrupted("stopped by the user; nothing is left that bills")
    commands = dict.fromkeys(removal_command(azure.workspace, resource) for resource in left)
    names = ", ".join(f"{resource.kind} {resource.name}" for resource in left)
    return Interrupted(
        f"stopped by the user before all was removed; left: {names}",
        remedy=f"It goes on billing. Remove it with: {'; '.join(commands)}",
    )


def _warn_of_kept(journal: Journal, azure: Connection) -> None:
    for kept in journal.report.left():
        if kept.kind == "endpoint":
            command = removal_command(azure.workspace, kept)
            journal.warned(f"endpoint {kept.name} is kept and goes on billing; remove it with: {command}")
