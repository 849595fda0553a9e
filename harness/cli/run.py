"""`harness run`: choose the backend, run the lifecycle, show what came of it."""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from harness.backends import OFFLINE_BACKENDS, BackendChoice, Surroundings, choose_backend, open_backend
from harness.backends.live import look_around
from harness.cli.failures import DEBUG_VARIABLE, as_defect, show_error
from harness.cli.progress import watching
from harness.cli.quiet import sdk_noise_to
from harness.cli.request import RunRequest, find_samples, spec_for
from harness.cli.summary import closing_line, show_summary
from harness.errors import HarnessError, Interrupted, UsageError
from harness.lifecycle.connect import new_run_id
from harness.lifecycle.report import LifecycleReport
from harness.lifecycle.run import run_lifecycle
from harness.lifecycle.waiting import RealClock
from harness.spec import LifecycleSpec

__all__ = ["Presentation", "run_and_show"]


@dataclass(frozen=True, slots=True)
class Presentation:
    """How to show a run: as a JSON document or for a reader, with the steps' durations as bars or without."""

    as_json: bool = False
    timeline: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there is to show. A run that was refused before its first step has an error and no folder."""

    report: LifecycleReport
    folder: Path | None = None
    backend: str = ""
    calls: int = 0

    @property
    def exit_code(self) -> int:
        """0, or what the error ends with."""
        return self.report.error.exit_code if self.report.error else 0


def run_and_show(request: RunRequest, presentation: Presentation) -> int:
    """Run the lifecycle, print what came of it, and return the exit code; nothing is raised."""
    # bound to the streams of now: the SDK's noise is kept off the screen by replacing them
    out, errors = Console(file=sys.stdout, highlight=False), Console(file=sys.stderr, highlight=False)
    try:
        with _terminated_as_interrupted():
            outcome = _run(request, errors if presentation.as_json else out)
    except HarnessError as error:
        outcome = _refused(error)
    except KeyboardInterrupt:
        outcome = _refused(Interrupted("interrupted before anything was created"))
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE) == "1":
            errors.print_exception()
        outcome = _refused(as_defect(error))
    document = json.dumps(_document(outcome), ensure_ascii=False, indent=2) + "\n"
    if outcome.folder is not None:
        (outcome.folder / "report.json").write_text(document, encoding="utf-8")
    if presentation.as_json:
        out.file.write(document)
    elif outcome.folder is not None:
        virtual = outcome.backend in OFFLINE_BACKENDS
        show_summary(outcome.report, out, timeline=presentation.timeline, virtual=virtual)
        out.print(Text(closing_line(outcome.report, outcome.folder, outcome.calls)))
    if outcome.report.error is not None:
        show_error(outcome.report.error, errors)
    return outcome.exit_code


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C: CI systems cancel with it, and an endpoint must not outlive the run."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


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
        folder = _make_folder(request.folder or Path("runs", run_id))
        progress.print(_heading(spec, choice))
        with sdk_noise_to(folder / "sdk.log"):
            report = _lifecycle(spec, surroundings, folder, run_id, choice.interactive, progress)
        return Outcome(report, folder, choice.name, surroundings.calls())


def _lifecycle(
    spec: LifecycleSpec, surroundings: Surroundings, folder: Path, run_id: str, interactive: bool, progress: Console
) -> LifecycleReport:
    with watching(progress) as watch:
        return run_lifecycle(
            surroundings.settled(spec),
            folder=folder,
            clock=surroundings.clock,
            environ=surroundings.environ,
            interactive=interactive,
            clients=surroundings.clients,
            watch=watch,
            run_id=run_id,
        )


def _make_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sdk.log").touch()
    except OSError as error:
        raise UsageError(
            "the folder for the results cannot be written",
            where=str(folder),
            got=error.strerror or type(error).__name__,
            remedy="Name another one with --folder.",
        ) from None
    return folder


def _heading(spec: LifecycleSpec, choice: BackendChoice) -> Text:
    era = f", registry as of {choice.catalog}" if choice.name in OFFLINE_BACKENDS else ""
    return Text.assemble(
        (f"{spec.finetune.task} with {spec.model.name}", "bold"),
        f" on {spec.data.source} ({spec.data.percent} %); backend {choice.name}{era}",
    )


def _refused(error: HarnessError) -> Outcome:
    return Outcome(LifecycleReport(run_id="", spec={}, error=error))


def _document(outcome: Outcome) -> dict[str, object]:
    """The report, and what only the command knows."""
    return {
        **outcome.report.to_dict(),
        "exit_code": outcome.exit_code,
        "backend": outcome.backend,
        "http_calls": outcome.calls,
        "folder": str(outcome.folder) if outcome.folder else None,
    }
