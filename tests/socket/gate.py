"""A served Azure ML with a gate before it: at one chosen call the world stops until the client has been killed.

It runs in a process of its own, so that the one that forks runs has no threads.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from fakes.emulator.call import Call
from fakes.emulator.exchange import Reply, Request
from fakes.emulator.serving import AzureSite, Server, Settings
from harness.doors.messages import BrokenConnectionError

__all__ = ["Point", "Variant", "serve"]

Variant = Literal["lost", "late", "after"]
"""The client dies before Azure has acted, which never hears of it, or acts on it later; or after Azure has acted."""

LATE_S = 1.6
"""How long after the client's death a late request is acted on, in real seconds: a sweep is on its way by then."""

_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Point:
    """Where a client is killed: at the nth call of an operation, which is then lost, acted on late, or unheard of."""

    operation: str
    nth: int
    variant: Variant


class Gate:
    """A site that holds one call: it says so through a pipe, and waits for the word to go on."""

    def __init__(self, site: AzureSite, pipe: Connection) -> None:
        self._site, self._pipe = site, pipe
        self._lock = threading.Lock()
        self._point: Point | None = None
        self._seen = 0

    def arm(self, point: Point | None) -> None:
        """Hold the call at this point, from now on; None lets all pass."""
        with self._lock:
            self._point, self._seen = point, 0

    def owns(self, host: str) -> bool:
        """Tell whether a host is answered for."""
        return self._site.owns(host)

    def answer(self, request: Request) -> Reply:
        """Answer a request, or hold it when it is the one."""
        point = self._held(request)
        if point is None:
            return self._site.answer(request)
        reply = self._site.answer(request) if point.variant == "after" else None
        self._pipe.send("held")
        if not self._pipe.poll(_PATIENCE_S):
            raise BrokenConnectionError("reset")
        self._pipe.recv()
        if point.variant == "late":
            time.sleep(LATE_S)
            reply = self._site.answer(request)
        self._pipe.send("over")
        if reply is None:
            raise BrokenConnectionError("reset")
        return reply

    def _held(self, request: Request) -> Point | None:
        with self._lock:
            point = self._point
            if point is None or self._operation(request) != point.operation:
                return None
            self._seen += 1
            if self._seen != point.nth:
                return None
            self._point = None
            return point

    def _operation(self, request: Request) -> str:
        """Return what is asked for, as Azure names it."""
        app = self._site.app
        if not app.hosts.owns(request.host):
            return ""
        family, host = app.hosts.resolve(request.host, request.url)
        match = family.routes.match(request.method, request.path)
        if match is None:
            return ""
        call = Call(request, self._site.world, family, host, match.route, match.params)
        return (family.name_operation(call) if family.name_operation else match.route).operation


def serve(orders: Connection, events: Connection, folder: str, settings: Mapping[str, Any]) -> None:
    """Serve until there are no more orders, each of which is a point or None; the target of a process.

    Through `orders` goes first where it is served, with the environment for its clients; through `events` what a held
    call says and is told.
    """
    site = AzureSite(Settings(**settings))
    gate = Gate(site, events)
    bundle = Path(folder, "ca.pem")
    bundle.write_text(site.certificates.authority, encoding="ascii")
    with Server(gate, site.certificates) as server, contextlib.suppress(EOFError):
        address = f"http://127.0.0.1:{server.server_port}"
        site.reached_at(address, str(bundle))
        orders.send((address, dict(site.variables)))
        while True:
            gate.arm(orders.recv())
            orders.send("armed")
