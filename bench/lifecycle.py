"""The whole lifecycle on the samples: warm against its HTTP floor, cold against its imports, and real sleeps."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from bench.call import call_times
from bench.line import Line

SPEC = Path(__file__).parents[1] / "samples" / "specs" / "chat-completion.toml"
WARM_RUNS, COLD_RUNS = 5, 3
IMPORTS = "import azure.ai.ml, pandas, datasets"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: wall, fit and `answering` (inside the emulator, fit included) in real seconds, `slept` in virtual."""

    wall: float
    fit: float
    answering: float
    exchanges: int
    slept: float
    real_sleeps: int


@dataclass(frozen=True, slots=True)
class FakeRun:
    """One run on the double, in real seconds: all, fitting, preparing the data, building and submitting the job."""

    wall: float
    fit: float
    data: float
    building: float


def measure() -> list[Line]:
    """Return the lines of the warm run, the cold process and the sleeps."""
    run_once(), fake_once()
    pairs = [(run_once(), fake_once()) for _ in range(WARM_RUNS)]
    runs = [run for run, _ in pairs]
    warm = median(run.wall for run in runs)
    return [
        _warm_line(runs, warm),
        _share_line(runs),
        *_fake_lines(pairs),
        _cold_line(warm),
        _sleep_line(runs),
    ]


def run_once() -> Run:
    """Run the lifecycle on a fresh emulator; RuntimeError when it does not succeed."""
    from fakes.emulator import Emulator
    from fakes.engines import engine_by_name
    from harness.lifecycle.run import run_lifecycle
    from harness.spec import load_spec

    engine = _Timed(engine_by_name("retrieval"), "fine_tune")
    started = time.perf_counter()
    with _counted_sleeps() as sleeps, Emulator(engine=engine) as azure, tempfile.TemporaryDirectory() as folder:
        answering = _Timed(azure.app, "answer")
        azure.app.answer = answering.answer  # type: ignore[method-assign]
        report = run_lifecycle(
            load_spec(SPEC),
            folder=Path(folder),
            clock=azure.clock,
            environ=azure.environment,
            interactive=False,
        )
        wall = time.perf_counter() - started
        if report.error is not None:
            raise RuntimeError(f"the lifecycle did not succeed: {report.error}")
        return Run(wall, engine.seconds, answering.seconds, len(azure.calls), azure.clock.slept, len(sleeps))


def fake_once() -> FakeRun:
    """Run the same lifecycle on the double of MLClient; RuntimeError when it does not succeed."""
    from fakes.engines import engine_by_name
    from fakes.ml_client import FakeAzure
    from harness.lifecycle.clients import Clients
    from harness.lifecycle.run import run_lifecycle
    from harness.spec import load_spec

    engine = _Timed(engine_by_name("retrieval"), "fine_tune")
    started = time.perf_counter()
    with FakeAzure(engine=engine) as azure, tempfile.TemporaryDirectory() as folder:
        given = azure.clients
        report = run_lifecycle(
            load_spec(SPEC),
            folder=Path(folder),
            clock=azure.clock,
            environ=azure.environment,
            interactive=False,
            clients=Clients(ml=given.ml, mlflow=given.mlflow, credential=given.credential),
        )
    wall = time.perf_counter() - started
    if report.error is not None:
        raise RuntimeError(f"the lifecycle did not succeed on the double: {report.error}")
    steps = {step.name: step.real_seconds for step in report.steps}
    return FakeRun(wall, engine.seconds, steps["data"], steps["pipeline"] - engine.seconds)


def _fake_lines(pairs: list[tuple[Run, FakeRun]]) -> list[Line]:
    """Tell the whole against the emulator's whole, and what the double itself adds to work that is nobody's saving."""
    doubles = [double for _, double in pairs]
    wall, fit = median(run.wall for run in doubles), median(run.fit for run in doubles)
    data, building = median(run.data for run in doubles), median(run.building for run in doubles)
    basis = (
        f"{wall:.3f} s: {fit:.3f} s of fitting, {data:.3f} s of preparing data, {building:.3f} s of building the job"
    )
    whole = Line(
        "lifecycle on the double / on the emulator", median(d.wall / e.wall for e, d in pairs), 0.10, "x", basis
    )
    own = wall - fit - data - building
    emulated = median(run.wall for run, _ in pairs)
    rest = Line(
        "what the double adds / the emulator's lifecycle", own / emulated, 0.10, "x", f"{own:.3f} s of {emulated:.2f} s"
    )
    return [whole, rest]


def _warm_line(runs: list[Run], warm: float) -> Line:
    null = call_times(rounds=20).null
    exchanges, fit = runs[-1].exchanges, median(run.fit for run in runs)
    floor = exchanges * null + fit
    basis = f"{warm:.2f} s; {exchanges} exchanges x {null * 1e6:.0f} us on a null transport + {fit:.2f} s of fitting"
    return Line("lifecycle, warm / exchanges + fit", warm / floor, 1.5, "x", basis)


def _share_line(runs: list[Run]) -> Line:
    """Tell how much of the warm run is the emulator: the rest is what the SDK and this harness need by themselves."""
    shares = [(run.wall, run.answering - run.fit) for run in runs]
    wall, own = median(wall for wall, _ in shares), median(own for _, own in shares)
    basis = f"{wall:.2f} s, of which {own:.3f} s inside the emulator, without the fitting"
    return Line("lifecycle, warm / without the emulator", wall / (wall - own), 1.1, "x", basis)


def _cold_line(warm: float) -> Line:
    with tempfile.TemporaryDirectory() as folder:
        command = ("-m", "harness.cli", "run", "--spec", str(SPEC), "--folder", folder, "--json")
        pairs = [(_process(*command), _process("-c", IMPORTS)) for _ in range(COLD_RUNS)]
    cold, imports = median(cold for cold, _ in pairs), median(bare for _, bare in pairs)
    basis = f"{cold:.2f} s; the bare imports take {imports:.2f} s, the warm lifecycle {warm:.2f} s"
    return Line("lifecycle, cold / imports + warm", cold / (imports + warm), 2.0, "x", basis)


def _sleep_line(runs: list[Run]) -> Line:
    basis = f"{runs[-1].slept:,.0f} s of virtual time were waited"
    return Line("real sleeps of the lifecycle", max(run.real_sleeps for run in runs), 0, "", basis)


def _process(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=SPEC.parents[2])
    return time.perf_counter() - started


@contextmanager
def _counted_sleeps() -> Iterator[list[float]]:
    """Count the calls of `time.sleep`, which then sleeps as ever."""
    sleeps: list[float] = []
    sleep = time.sleep

    def counted(seconds: float) -> None:
        sleeps.append(seconds)
        sleep(seconds)

    with patch.object(time, "sleep", counted):
        yield sleeps


class _Timed:
    """Stands for an object and adds up the seconds that one of its methods takes."""

    def __init__(self, timed: Any, method: str) -> None:
        self._timed = timed
        self._stopped = method, self._with_stopwatch(getattr(timed, method))
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        method, stopped = self._stopped
        return stopped if name == method else getattr(self._timed, name)

    def _with_stopwatch(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return method(*given, **named)
            finally:
                self.seconds += time.perf_counter() - started

        return call
