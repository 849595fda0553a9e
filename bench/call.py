"""One SDK call through the emulator against the same call on a null transport."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from azure.ai.ml import MLClient
from azure.ai.ml.entities import Model
from azure.core.pipeline.transport import HttpTransport

from bench.line import Line
from bench.null_transport import NullTransport, RecordingTransport
from fakes.emulator import Emulator

ROUNDS, CALLS = 60, 40


@dataclass(frozen=True, slots=True)
class CallTimes:
    """Seconds a call, medians over rounds in which both transports took turns."""

    emulator: float
    null: float
    ratio: float


def measure() -> list[Line]:
    """Return the line of `models.get`."""
    times = call_times()
    basis = f"models.get: {times.emulator * 1e6:.0f} us through the emulator, {times.null * 1e6:.0f} us without"
    return [Line("one SDK call / null transport", times.ratio, 1.10, "x", basis)]


def call_times(rounds: int = ROUNDS, calls: int = CALLS) -> CallTimes:
    """Time `models.get` on both transports, round by round; one round in between warms them up."""
    with Emulator(pace="instant") as azure:
        recording = RecordingTransport()
        _client(azure, recording).models.create_or_update(_model(azure))
        _get(_client(azure, recording))()
        on_emulator = _get(_client(azure, None))
        on_null = _get(_client(azure, NullTransport(recording.canned)))
        pairs = [(_seconds(on_emulator, calls), _seconds(on_null, calls)) for _ in range(rounds + 1)][1:]
    return CallTimes(
        emulator=median(emulated for emulated, _ in pairs) / calls,
        null=median(null for _, null in pairs) / calls,
        ratio=median(emulated / null for emulated, null in pairs),
    )


def _client(azure: Emulator, transport: HttpTransport | None) -> MLClient:  # type: ignore[type-arg]
    options = {"transport": transport} if transport else {}
    return MLClient(azure.credential, azure.subscription_id, azure.resource_group, azure.workspace_name, **options)


def _model(azure: Emulator) -> Model:
    workspace = azure.world.home
    container = azure.world.blobs
    container.put(workspace.storage_account, workspace.default_container, "bench/MLmodel", b"flavors: {}\n")
    return Model(
        name="bench", version="1", type="custom_model", path="azureml://datastores/workspaceblobstore/paths/bench"
    )


def _get(client: MLClient) -> Callable[[], object]:
    return lambda: client.models.get("bench", version="1")


def _seconds(call: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        call()
    return time.perf_counter() - started
