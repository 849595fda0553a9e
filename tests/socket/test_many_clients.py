"""Many clients at once, over real sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, Timer

import pytest
from wire import Wire, wired

CLIENTS, EACH = 32, 6


def _at_once(work: Callable[[int], list[int]]) -> list[int]:
    together = Barrier(CLIENTS)

    def one(number: int) -> list[int]:
        together.wait()
        return work(number)

    with ThreadPoolExecutor(CLIENTS) as threads:
        return [status for statuses in threads.map(one, range(CLIENTS)) for status in statuses]


def _create(wire: Wire, number: int) -> list[int]:
    with wire.session() as session:
        urls = [wire.url(f"/environments/e-{number}/versions/{version}") for version in range(EACH)]
        return [session.put(url, json={"properties": {"image": "i"}}, timeout=30).status_code for url in urls]


def test_nothing_is_lost(wire: Wire) -> None:
    """Of 32 clients at once every request is answered, carried out and listed, once."""
    statuses = _at_once(lambda number: _create(wire, number))
    made = [held for held in wire.admin("GET", "/admin/dump").json()["resources"] if held["kind"] == "environment"]

    assert statuses == [201] * CLIENTS * EACH
    assert len({held["name"] for held in made}) == len(made) == CLIENTS * EACH
    assert len(wire.site.calls) == CLIENTS * EACH


def test_a_connection_for_each_request_is_as_good(wire: Wire) -> None:
    """Clients that keep no connection open are all answered."""
    statuses = _at_once(lambda _number: [wire.ask("GET").status_code for _ in range(3)])

    assert statuses == [200] * CLIENTS * 3


def test_time_flows_for_all_alike(tmp_path: Path) -> None:
    """Instants grow in the order of the requests, whoever sends them: each takes one instant of one clock."""
    with wired(tmp_path, time_scale=10_000.0) as wire:
        _at_once(lambda number: _create(wire, number))
        assets = wire.site.world.home.assets.every("environments")
    mine = [asset.created for asset in assets if asset.name.startswith("e-")]

    assert len(set(mine)) == len(mine)


def test_what_is_being_answered_is_answered_before_the_server_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop waits for a request that has been carried out: its client must hear of it."""
    begun, go_on = Event(), Event()
    with ThreadPoolExecutor(1) as threads:
        with wired(tmp_path) as wire:
            ask = wire.site.ask
            monkeypatch.setattr(wire.site, "ask", lambda request: (begun.set(), go_on.wait(10), ask(request))[-1])
            answer = threads.submit(wire.ask, "GET")
            assert begun.wait(10)
            Timer(0.2, go_on.set).start()

        assert answer.result().status_code == 200


def test_one_that_says_nothing_holds_up_nobody(wire: Wire) -> None:
    """A client that has begun to send a body, and does not go on, keeps nobody waiting."""
    with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as slow:
        slow.sendall(b"POST /admin/clock HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")

        assert wire.ask("GET").status_code == 200
