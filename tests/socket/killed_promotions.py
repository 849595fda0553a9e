"""Promotions that are killed with SIGKILL in the middle of a call, and then resumed or rolled back by another process.

python -m tests.socket.killed_promotions        # every point, as a table
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.socket.gate import Point, Variant, serve
from tests.socket.processes import exit_code_of
from tests.unit.gate.quick_policy import QUICK

__all__ = ["POINTS", "Cut", "Promotions", "promotions"]

Then = Literal["resume", "rollback"]
_AFTERWARDS: tuple[Then, ...] = ("resume", "rollback")

ENDPOINT = "chat-1"
_SERVED = {"pace": "instant", "time_scale": 600.0}
_PATIENCE_S = 60.0
_POLICY = QUICK + "in_flight = 1\n"

_PUTS = {"claim": 1, "mirror-10": 2, "live-10": 3, "live-50": 4, "live-100": 5, "release": 6}
"""Which change of the endpoint brings a promotion to which rung."""

_ASKED = {"smoke": 2, "mirror-10": 3 + 9, "live-10": 3 + 37, "live-50": 3 + 65, "live-100": 3 + 93}
"""A request on each rung that asks something."""

_VARIANTS: tuple[Variant, ...] = ("lost", "late", "after")

POINTS: Mapping[str, Sequence[Point]] = {
    rung: (
        *(Point("OnlineEndpoints_CreateOrUpdate", _PUTS[rung], how) for how in _VARIANTS if rung in _PUTS),
        *(Point("Scoring_Score", _ASKED[rung], how) for how in ("lost", "after") if rung in _ASKED),
        *(Point("ModelsVersions_CreateOrUpdate", 1, how) for how in _VARIANTS if rung == "tags"),
    )
    for rung in ("claim", "smoke", "tags", "mirror-10", "live-10", "live-50", "live-100", "release")
}
"""Where a promotion is killed, by rung: in what changes something in three ways, in what asks in two."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A promotion that was killed: the rung by its journal, the traffic that it left, what came afterwards."""

    point: Point
    then: Then
    rung: str
    left: Mapping[str, int]
    code: int
    traffic: Mapping[str, int]
    tags: Mapping[str, str]


class Promotions:
    """Kills promotions of one endpoint on a served Azure ML; each leaves it as it was before."""

    def __init__(self, environment: Mapping[str, str], orders: Any, events: Any, folder: Path) -> None:
        self._environment, self._orders, self._events, self._folder = dict(environment), orders, events, folder
        self._files = ("--evidence", "e.jsonl", "--policy", "policy.toml")

    def prepare(self) -> None:
        """Deploy two versions of a model, score both and decide."""
        (self._folder / "policy.toml").write_text(_POLICY)
        assert _ended(self._forked(_deploy)) == 0
        sides = ("--endpoint", ENDPOINT, "--baseline", "blue", "--candidate", "green")
        score = ("score", *sides, "--held-out", "held_out.jsonl", "--workers", "0", *self._files)
        assert _ended(self._command(*score)) == 0, self._said("score")
        assert _ended(self._command("decide", *self._files)) == 0, self._said("decide")

    def cut(self, point: Point, then: Then) -> Cut:
        """Promote until a call, kill the process there, and let another one resume or roll back."""
        if point.operation.startswith("Models"):
            assert _ended(self._forked(_untag)) == 0
        self._order(point)
        promotion = self._command("promote", *self._files)
        deadline = time.monotonic() + _PATIENCE_S
        while not self._events.poll(0.02):
            assert not os.waitpid(promotion, os.WNOHANG)[0], f"{point} was not met: {self._said('promote')}"
            assert time.monotonic() < deadline, f"{point} was not met in time"
        self._events.recv()
        os.kill(promotion, signal.SIGKILL)
        os.waitpid(promotion, 0)
        rung, left = self._rung(), self._endpoint()["traffic"]
        self._events.send("go")
        assert self._events.poll(_PATIENCE_S), "the held call did not go on"
        self._events.recv()
        code = _ended(self._after(then))
        endpoint = self._endpoint()
        if then == "resume":
            assert _ended(self._after("rollback")) == 0, self._said("rollback")
        return Cut(point, then, rung, left, code, endpoint["traffic"], endpoint["tags"])

    def _after(self, then: Then) -> int:
        if then == "resume":
            return self._command("promote", *self._files, "--resume")
        return self._command("rollback", "--endpoint", ENDPOINT)

    def _rung(self) -> str:
        lines = (self._folder / "promotions" / f"{ENDPOINT}.jsonl").read_text(encoding="utf-8").splitlines()
        return next(record["rung"] for record in map(json.loads, reversed(lines)) if record["kind"] == "entered")

    def _endpoint(self) -> dict[str, Any]:
        assert _ended(self._forked(_look)) == 0
        found: dict[str, Any] = json.loads((self._folder / "endpoint.json").read_text(encoding="utf-8"))
        return found

    def _order(self, point: Point | None) -> None:
        self._orders.send(point)
        self._orders.recv()

    def _said(self, command: str) -> str:
        return "".join((self._folder / f"{command}.{stream}").read_text() for stream in ("out", "err"))

    def _command(self, name: str, *arguments: str) -> int:
        journal = ("--journal", "promotions") if name in ("promote", "rollback") else ()
        return self._forked(_Harness(("gate", name, *arguments, *journal)), name)

    def _forked(self, action: Any, name: str = "client") -> int:
        """Carry something out in a process of its own, in the folder, and return the process's number."""
        process = os.fork()
        if process:
            return process
        code = 99
        try:
            os.chdir(self._folder)
            for stream, ending in ((1, "out"), (2, "err")):
                os.dup2(os.open(f"{name}.{ending}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
            os.environ.update(self._environment)
            action()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
            os._exit(code)


def _ended(process: int) -> int:
    return exit_code_of(process, _PATIENCE_S)


@dataclass(frozen=True, slots=True)
class _Harness:
    """A command line of the harness."""

    arguments: Sequence[str]

    def __call__(self) -> None:
        from harness.cli import main

        main(list(self.arguments))


def _client() -> Any:
    from azure.ai.ml import MLClient
    from azure.identity import DefaultAzureCredential

    names = ("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZUREML_WORKSPACE_NAME")
    return MLClient(DefaultAzureCredential(), *(os.environ[name] for name in names))


def _deploy() -> None:
    """Put two versions of a small model behind the endpoint, blue in service, and write held-out rows."""
    from azure.ai.ml.entities import Model

    from tests.emulator.deployable import deployment, fine_tuned, make_endpoint
    from tests.unit.gate.chat_rows import row, write_rows

    client = _client()
    for name, content in fine_tuned().items():
        Path("model", name).parent.mkdir(parents=True, exist_ok=True)
        Path("model", name).write_bytes(content)
    make_endpoint(client, auth_mode="key")
    for version, name in (("1", "blue"), ("2", "green")):
        model = client.models.create_or_update(Model(name="adder", version=version, type="mlflow_model", path="model"))
        client.online_deployments.begin_create_or_update(deployment(str(model.id), name)).result()
    make_endpoint(client, auth_mode="key", traffic={"blue": 100})
    rows = (row(f"What is {n} plus {n + 1}?", f"{n} plus {n + 1} makes {2 * n + 1}.") for n in range(50))
    write_rows(Path("held_out.jsonl"), rows)


def _untag() -> None:
    """Take the verdict off the model, which a promotion writes once."""
    client = _client()
    model = client.models.get("adder", "2")
    model.tags = {"gate.verdict": "", "gate.expires": ""}
    client.models.create_or_update(model)


def _look() -> None:
    """Write what the endpoint's traffic and tags are."""
    from harness.lifecycle.traffic import read_settings

    found = read_settings(_client().online_endpoints.get(ENDPOINT))
    live, mirror = dict(found.division.live), {f"mirror {to}": share for to, share in found.division.mirror.items()}
    Path("endpoint.json").write_text(json.dumps({"traffic": {**live, **mirror}, "tags": dict(found.tags)}))


@contextlib.contextmanager
def promotions(folder: Path) -> Iterator[Promotions]:
    """Serve an Azure ML in a process of its own, with two deployments and a verdict, for the length of a block."""
    context = multiprocessing.get_context("spawn")
    (orders, its_orders), (events, its_events) = context.Pipe(), context.Pipe()
    server = context.Process(target=serve, args=(its_orders, its_events, str(folder), _SERVED), daemon=True)
    server.start()
    import harness.cli.gate_deciding
    import harness.cli.promoting
    import harness.cli.scoring  # noqa: F401 - what is forked has it then

    _, environment = orders.recv()
    orders.send(None)
    orders.recv()
    try:
        made = Promotions(environment, orders, events, folder)
        made.prepare()
        yield made
    finally:
        server.kill()
        server.join()


def _main() -> None:
    write = sys.stdout.write
    write("| killed on | in the middle of | left | then | exit code | traffic afterwards |\n")
    write("|---|---|---|---|---:|---|\n")
    with tempfile.TemporaryDirectory() as folder, promotions(Path(folder)) as made:
        for point in (point for points in POINTS.values() for point in points):
            for then in _AFTERWARDS:
                cut = made.cut(point, then)
                call = f"`{point.operation}` {point.nth}, {point.variant}"
                write(f"| {cut.rung} | {call} | {cut.left} | {then} | {cut.code} | {cut.traffic} |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    _main()
