"""Runs that are killed and swept: each in a process that is forked from one which has imported everything once."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.lifecycle.journal import TITLES
from tests.socket.gate import Point, serve
from tests.socket.processes import exit_code_of

__all__ = ["Killed", "Killer", "killer"]

_SERVED = {"pace": "recorded", "time_scale": 1_500.0}
"""An hour of Azure's takes 2.4 seconds while a run gets to the point where it is killed."""

_SLOWLY = {"time_scale": 60.0}
"""From then on a minute takes a second: nothing ends by itself before a sweep comes to it."""

_SAMPLES = Path(__file__).parents[2] / "samples" / "ultrachat_200k"
_RUN = (
    "run",
    "--backend",
    "live",
    "--data",
    str(_SAMPLES),
    "--percent",
    "10",
    "--no-timeline",
    "--folder",
    "run",
    "--set",
)
_CLUSTER = ("keep_compute=true", "keep_compute=false")
"""Every other run is told to keep its cluster."""

_SWEEP = ("sweep", "--json", "--settle")
_SETTLE = {"lost": "1s", "after": "1s", "late": "3s"}
"""How long a sweep waits for late requests: longer than those take that are late."""

_WAIT_S = 0.1
"""How long at most a run waits between two questions about its job."""

_ENDS_S = 60.0
_STEPS = {title: step for step, title in TITLES.items()}


@dataclass(frozen=True, slots=True)
class Killed:
    """A run that was killed in a step: what it left that bills, what a sweep did and ended with, what bills then."""

    point: Point
    step: str
    left: Sequence[str]
    swept: Sequence[str]
    code: int
    after: Sequence[str]
    seconds: float


class Killer:
    """Kills runs against one served Azure ML, which is a new one each time."""

    def __init__(self, address: str, environment: Mapping[str, str], orders: Any, events: Any, folder: Path) -> None:
        self._address, self._environment = address, dict(environment)
        self._orders, self._events, self._folder = orders, events, folder
        self._count = 0

    def calls(self) -> list[dict[str, Any]]:
        """Return what a run asks that nobody kills, from its first call to its last."""
        place = self._fresh(None)
        code = exit_code_of(self._forked((*_RUN, _CLUSTER[0]), place), _ENDS_S)
        assert code == 0, (place / "run.out").read_text(encoding="utf-8")
        calls: list[dict[str, Any]] = self._admin("GET", "/admin/calls")
        return calls

    def kill(self, point: Point) -> Killed | None:
        """Kill a run at a point and sweep; None when it ended before it came there."""
        began, place = time.perf_counter(), self._fresh(point)
        cluster = _CLUSTER[self._count % 2]
        run = self._forked((*_RUN, cluster), place)
        while not self._events.poll(0.02):
            if os.waitpid(run, os.WNOHANG)[0]:
                return None
        self._events.recv()
        step = _step(place / "run.out")
        os.kill(run, signal.SIGKILL)
        os.waitpid(run, 0)
        self._admin("POST", "/admin/clock", _SLOWLY)
        left = self._left(cluster)
        self._events.send("go")
        code = exit_code_of(self._forked((*_SWEEP, _SETTLE[point.variant]), place), _ENDS_S)
        assert self._events.poll(_ENDS_S), "the held call did not go on"
        self._events.recv()
        told = json.loads((place / "sweep.out").read_text(encoding="utf-8"))
        swept = [f"{each['kind']} {each['outcome']}" for each in told["swept"]]
        return Killed(point, step, left, swept, code, self._left(cluster), time.perf_counter() - began)

    def _fresh(self, point: Point | None) -> Path:
        """Put a new world in the place of the last one, arm the gate, and return an empty folder to run in."""
        self._admin("POST", "/admin/clock", {"time_scale": _SERVED["time_scale"]})
        self._environment.update(self._admin("POST", "/admin/reset", {})["environment"])
        self._environment["AZUREML_RUN_POLLING_INTERVAL_MAX"] = str(_WAIT_S)
        self._orders.send(point)
        self._orders.recv()
        self._count += 1
        place = self._folder / f"run-{self._count}"
        place.mkdir()
        return place

    def _left(self, cluster: str) -> list[str]:
        """Return what there is that bills, and the cluster where it was not to stay."""
        dump = self._admin("GET", "/admin/dump")
        clusters = [f"compute {each['name']}" for each in dump["resources"] if each["kind"] == "compute"]
        return [*dump["billable"], *(clusters if cluster == _CLUSTER[1] else ())]

    def _admin(self, method: str, path: str, sent: Any = None) -> Any:
        body = json.dumps(sent).encode() if sent is not None else None
        request = urllib.request.Request(f"{self._address}{path}", body, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=_ENDS_S) as answer:
            return json.load(answer)

    def _forked(self, command: Sequence[str], place: Path) -> int:
        """Run a command of the harness in a process of its own, in a folder, and return the process's number."""
        process = os.fork()
        if process:
            return process
        code = 99
        try:
            os.chdir(place)
            for stream, name in ((1, "out"), (2, "err")):
                os.dup2(os.open(f"{command[0]}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
            os.environ.update(self._environment)
            from harness.cli import main

            main(list(command))
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
            os._exit(code)


@contextlib.contextmanager
def killer(folder: Path) -> Iterator[Killer]:
    """Serve an Azure ML in a process of its own and import what runs need in this one, for the length of a block."""
    context = multiprocessing.get_context("spawn")
    (orders, its_orders), (events, its_events) = context.Pipe(), context.Pipe()
    server = context.Process(target=serve, args=(its_orders, its_events, str(folder), _SERVED), daemon=True)
    server.start()
    _import_everything()
    address, environment = orders.recv()
    try:
        yield Killer(address, environment, orders, events, folder)
    finally:
        server.kill()
        server.join()


def _import_everything() -> None:
    """Import what a run and a sweep need: a fork has it then."""
    import datasets  # noqa: F401
    import mlflow.tracking  # noqa: F401
    import pandas  # noqa: F401

    import harness.cli.run
    import harness.cli.sweep  # noqa: F401


def _step(log: Path) -> str:
    """Return the step that a run was in, by the last title that it printed."""
    titles = [line for line in log.read_text(encoding="utf-8").splitlines() if line in _STEPS]
    return _STEPS[titles[-1]] if titles else "start"
