"""`harness run`: choose the backend, run the lifecycle, tell what came of it."""

from __future__ import annotations

import contextlib
import os
import platform
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.text import Text

from harness.backends import OFFLINE_BACKENDS, BackendChoice, Surroundings, choose_backend, open_backend
from harness.backends.live import look_around
from harness.cli.failures import as_error
from harness.cli.interrupts import INTERRUPTS
from harness.cli.outcome import Outcome, Presentation, refused
from harness.cli.progress import watching
from harness.cli.quiet import sdk_noise_to
from harness.cli.request import RunRequest, find_samples, spec_for
from harness.cli.screen import screens
from harness.cli.telling import REPORT_FILE, tell
from harness.decide.durations import usual
from harness.ledger import LEDGER_VARIABLE, Ledger, ledger_folder
from harness.lifecycle.connect import new_run_id
from harness.lifecycle.folder import made
from harness.lifecycle.journal import LAST_STEP
from harness.lifecycle.ledgers import make_ledger
from harness.lifecycle.report import LifecycleReport, StepRecord
from harness.lifecycle.run import run_lifecycle
from harness.lifecycle.waiting import RealClock
from harness.lifecycle.watching import Unbreakable
from harness.spec import LifecycleSpec

__all__ = ["RunRequest", "run_and_show"]

_NOISE_FILE = "sdk.log"


def run_and_show(request: RunRequest, presentation: Presentation) -> int:
    """Run the lifecycle, tell what came of it, and return the exit code."""
    out, errors = screens()
    try:
        INTERRUPTS.check()
        INTERRUPTS.each()
        outcome = _run(request, errors if presentation.as_json else out)
    except (Exception, KeyboardInterrupt) as error:
        outcome = refused(as_error(error, errors))
    INTERRUPTS.hold()
    return tell(outcome, presentation, out, errors)


class _UntilTheEnd(Unbreakable):
    """Passes news on, as long as somebody takes them, and holds interruptions back once the last step is over.

    From there to the report there is nothing left to stop, and an interruption would lose what there is to report.
    """

    def started(self, step: str, title: str) -> None:
        """A step begins, and can be interrupted: also the last one, when it is carried out once more."""
        INTERRUPTS.each()
        super().started(step, title)

    def finished(self, record: StepRecord) -> None:
        """A step has ended."""
        if record.name == LAST_STEP:
            INTERRUPTS.hold()
        super().finished(record)


def _run(request: RunRequest, progress: Console) -> Outcome:
    spec = spec_for(request, find_samples())
    where = spec.workspace
    choice = choose_backend(
        request.backend,
        look_around(),
        catalog=request.catalog,
        pace=request.pace,
        workspace=(where.subscription_id, where.resource_group, where.workspace_name),
    )
    with open_backend(choice) as surroundings:
        run_id = new_run_id(RealClock().now(), f"{platform.node()}:{os.getpid()}")
        folder = made(request.folder or Path("runs", run_id), (REPORT_FILE, _NOISE_FILE))
        spec = surroundings.settled(spec)
        ledger = make_ledger(
            spec, run_id, surroundings.clock, folder=_ledgers(request, choice.name), backend=choice.name
        )
        with contextlib.suppress(OSError):  # nobody reads along; the run goes on
            progress.print(_heading(spec, choice), soft_wrap=not progress.is_terminal)
        with sdk_noise_to(folder / _NOISE_FILE):
            report = _lifecycle(spec, surroundings, folder, run_id, ledger, choice.interactive, progress)
        return Outcome(report, folder, choice.name, surroundings.calls())


def _ledgers(request: RunRequest, backend: str) -> Path | None:
    """Return where to write down what is created; a local Azure ML ends with the process, so only where one says so."""
    if backend in OFFLINE_BACKENDS and request.ledger is None and LEDGER_VARIABLE not in os.environ:
        return None
    return ledger_folder(request.ledger, os.environ)


def _lifecycle(
    spec: LifecycleSpec,
    surroundings: Surroundings,
    folder: Path,
    run_id: str,
    ledger: Ledger,
    interactive: bool,
    progress: Console,
) -> LifecycleReport:
    real = surroundings.clock if surroundings.azure is None else None
    with watching(progress, clock=real, usual=partial(usual, job_hours=spec.budget.job_hours)) as watch:
        return run_lifecycle(
            spec,
            folder=folder,
            clock=surroundings.clock,
            environ=surroundings.environ,
            interactive=interactive,
            clients=surroundings.clients,
            watch=_UntilTheEnd(watch),
            run_id=run_id,
            ledger=ledger,
            studio=surroundings.azure is None,
        )


def _heading(spec: LifecycleSpec, choice: BackendChoice) -> Text:
    era = f", registry as of {choice.catalog}" if choice.name in OFFLINE_BACKENDS else ""
    return Text.assemble(
        (f"{spec.finetune.task} with {spec.model.name}", "bold"),
        f" on {spec.data.source} ({spec.data.percent} %); backend {choice.name}{era}",
    )
