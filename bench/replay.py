"""One SDK call answered from a cassette against the same call on a null transport, for a short and a long cassette."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from azure.ai.ml import MLClient
from azure.ai.ml.entities import Model
from azure.core.pipeline.transport import HttpTransport

from bench.line import Line
from bench.null_transport import Canned, NullTransport
from fakes.emulator import Emulator
from harness.backends.recording import recording
from harness.backends.replay import ReplayCredential, replaying
from harness.backends.surroundings import Surroundings
from harness.cassettes.format import dump, load
from harness.cassettes.playing import Player
from harness.cassettes.tape import Cassette, Interaction

ROUNDS, CALLS = 40, 40
SHORT, LONG = 50, 5_000


@dataclass(frozen=True, slots=True)
class ReplayTimes:
    """Seconds a call, medians over rounds in which all took turns, and seconds to load the long cassette."""

    short: float
    long: float
    null: float
    to_null: float
    to_short: float
    load: float


def measure() -> list[Line]:
    """Return the lines of a replayed call, and of how it grows with the cassette."""
    times = replay_times()
    basis = f"models.get: {times.long * 1e6:.0f} us from a cassette of {LONG}, {times.null * 1e6:.0f} us without"
    growth = f"{times.short * 1e6:.0f} us with {SHORT} interactions; {LONG} are loaded in {times.load * 1e3:.0f} ms"
    return [
        Line(f"one replayed call of {LONG} / null transport", times.to_null, 1.20, "x", basis),
        Line(f"one replayed call of {LONG} / of {SHORT}", times.to_short, 1.20, "x", growth),
    ]


def replay_times(rounds: int = ROUNDS, calls: int = CALLS) -> ReplayTimes:
    """Time `models.get` on both cassettes and on the null transport, round by round; the first round warms them up."""
    short, long = (_cassette(size) for size in (SHORT, LONG))
    text = dump(long)
    started = time.perf_counter()
    load(text)
    loaded = time.perf_counter() - started
    found = [_round(short, long, number, calls) for number in range(rounds + 1)][1:]
    return ReplayTimes(
        short=median(each[0] for each in found) / calls,
        long=median(each[1] for each in found) / calls,
        null=median(each[2] for each in found) / calls,
        to_null=median(each[1] / each[2] for each in found),
        to_short=median(each[1] / each[0] for each in found),
        load=loaded,
    )


def _round(short: Cassette, long: Cassette, number: int, calls: int) -> tuple[float, float, float]:
    """Return seconds on the short and the long cassette and on the null transport; who begins takes turns."""
    first = number * calls % (LONG - calls)
    seconds: dict[str, float] = {}
    works: dict[str, Callable[[], None]] = {
        "short": lambda: seconds.update(short=_played(short, 0, calls)),
        "long": lambda: seconds.update(long=_played(long, first, calls)),
        "null": lambda: seconds.update(null=_on_null(long, first, calls)),
    }
    names = [*works]
    for name in names[number % 3 :] + names[: number % 3]:
        works[name]()
    return seconds["short"], seconds["long"], seconds["null"]


def _played(cassette: Cassette, first: int, calls: int) -> float:
    with replaying(Player(cassette, "bench")):
        return _seconds(_client(cassette, None), first, calls)


def _on_null(cassette: Cassette, first: int, calls: int) -> float:
    wanted = cassette.interactions[first : first + calls]
    canned: dict[tuple[str, str], Canned] = {}
    for made in wanted:
        response = made.response
        key = made.request.method, urlsplit(made.request.url).path
        canned[key] = response.status, dict(response.headers), response.body
    return _seconds(_client(cassette, NullTransport(canned)), first, calls)


def _seconds(client: MLClient, first: int, calls: int) -> float:
    started = time.perf_counter()
    for version in range(first, first + calls):
        client.models.get("bench", version=str(version))
    return time.perf_counter() - started


def _client(cassette: Cassette, transport: HttpTransport[Any, Any] | None) -> MLClient:
    ids = cassette.metadata.workspace
    options = {"transport": transport} if transport else {}
    return MLClient(ReplayCredential(), ids["subscription_id"], ids["resource_group"], ids["workspace_name"], **options)


def _cassette(size: int) -> Cassette:
    """Return a cassette that holds `models.get` for so many versions, as the emulator answers it."""
    with Emulator(pace="instant") as azure, _heard(azure) as (client, recorder):
        home = azure.world.home
        azure.world.blobs.put(home.storage_account, home.default_container, "bench/MLmodel", b"flavors: {}\n")
        path = "azureml://datastores/workspaceblobstore/paths/bench"
        client.models.create_or_update(Model(name="bench", version="77", type="custom_model", path=path))
        client.models.get("bench", version="77")
        cassette: Cassette = recorder.cassette("emulator", date.today())
    got = next(made for made in reversed(cassette.interactions) if made.request.method == "GET")
    return replace(cassette, interactions=[_of_version(got, str(number)) for number in range(size)])


@contextmanager
def _heard(azure: Emulator) -> Iterator[tuple[MLClient, Any]]:
    around = Surroundings("emulator", azure.clock, azure.environment, calls=lambda: 0)
    with recording(around) as (_, recorder):
        yield MLClient(azure.credential, azure.subscription_id, azure.resource_group, azure.workspace_name), recorder


def _of_version(made: Interaction, version: str) -> Interaction:
    request, response = made.request, made.response
    url = request.url.replace("versions/77", f"versions/{version}")
    body = response.body.replace(b"versions/77", f"versions/{version}".encode())
    return replace(made, request=replace(request, url=url), response=replace(response, body=body))
