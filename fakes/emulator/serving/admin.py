"""The server's own interface: what it holds, what it was asked, its clock, faults, plants, and a fresh start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Protocol

from fakes.emulator.exchange import Exchange, Reply, Request
from fakes.emulator.serving.arming import read_fault
from fakes.emulator.serving.planting import plant
from fakes.emulator.serving.reading import number, only, whole
from fakes.emulator.wire import json_reply
from fakes.world.errors import Invalid, ServiceError
from fakes.world.instants import timestamp
from fakes.world.inventory import inventory

if TYPE_CHECKING:
    from fakes.world.world import World

__all__ = ["FASTEST", "Admin", "Administered"]

Sent = dict[str, Any]

FASTEST = 100_000.0
"""Virtual seconds a real second at most: more than a day."""

_FURTHEST = 10 * 366 * 24 * 3600.0
"""How far the clock is advanced at once at most, in seconds: ten years."""


class Administered(Protocol):
    """What the interface works on: one world at a time, and what was asked of it."""

    @property
    def world(self) -> World:
        """The world as it is now."""

    @property
    def calls(self) -> Sequence[Exchange]:
        """Every exchange with a host of Azure, oldest first."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What a client of the world as it is now must have in its environment."""

    def ask(self, request: Request) -> Reply:
        """Answer a request to a host of Azure."""

    def reset(self, catalog: str, pace: str, seed: int) -> None:
        """Put a new world in the place of this one; ValueError for an era or a pace that is none."""


class Admin:
    """Answers requests to the server's own address; GET /admin lists them."""

    def __init__(self, azure: Administered) -> None:
        self._azure = azure
        self._routes: Mapping[tuple[str, str], Callable[[Mapping[str, str], Sent], Any]] = {
            ("GET", "/healthz"): lambda _query, _: {"status": "ok"},
            ("GET", "/admin"): lambda _query, _: self.served,
            ("GET", "/admin/environment"): lambda _query, _: dict(azure.variables),
            ("GET", "/admin/dump"): lambda _query, _: self._dump(),
            ("GET", "/admin/calls"): self._calls,
            ("GET", "/admin/clock"): lambda _query, _: self._instant(),
            ("POST", "/admin/clock"): self._clock,
            ("GET", "/admin/faults"): lambda _query, _: [asdict(armed) for armed in azure.world.faults.armed()],
            ("POST", "/admin/faults"): self._arm,
            ("DELETE", "/admin/faults"): self._disarm,
            ("POST", "/admin/seed"): self._seed,
            ("POST", "/admin/reset"): self._reset,
        }

    @property
    def served(self) -> list[str]:
        """What can be asked, as `GET /healthz`."""
        return [f"{method} {path}" for method, path in self._routes]

    def answer(self, request: Request) -> Reply:
        """Answer one request; what is not served is told with what is. A web page is not answered."""
        if "origin" in request.headers:
            return _refused(403, "this interface is not for web pages: a request with an Origin is refused")
        route = self._routes.get((request.method, request.path.rstrip("/") or "/"))
        if route is None:
            asked = f"{request.method} {request.path}"
            nearest = get_close_matches(asked, self.served, n=1, cutoff=0.0)[0]
            return _refused(404, f"{asked} is not served", nearest=nearest, known=self.served)
        try:
            return json_reply(200, route(request.query, request.json() if request.method == "POST" else {}))
        except ServiceError as error:
            return _refused(error.status, error.message)
        except (OverflowError, ValueError) as error:
            return _refused(400, str(error))

    def _dump(self) -> dict[str, Any]:
        self._azure.world.catch_up()
        return inventory(self._azure.world)

    def _calls(self, query: Mapping[str, str], _: Sent) -> list[dict[str, Any]]:
        last = query.get("last", "")
        if last and not (last.isascii() and last.isdigit()):
            raise Invalid(f"last is '{last}'; expected how many calls to list, of which the last is the newest")
        calls = list(self._azure.calls)
        return [asdict(call) for call in (calls[max(0, len(calls) - int(last)) :] if last else calls)]

    def _instant(self) -> dict[str, Any]:
        clock = self._azure.world.clock
        return {"now": timestamp(clock.now()), "time_scale": clock.time_scale}

    def _clock(self, _query: Mapping[str, str], sent: Sent) -> dict[str, Any]:
        world = self._azure.world
        only(sent, ("advance", "time_scale"))
        most = {"advance": _FURTHEST, "time_scale": FASTEST}
        given = {name: number(sent, name, most[name]) for name in sent}
        if "time_scale" in given:
            world.clock.flow(given["time_scale"])
        if "advance" in given:
            world.clock.advance(given["advance"])
            world.catch_up()
        return self._instant()

    def _arm(self, _query: Mapping[str, str], sent: Sent) -> dict[str, Any]:
        operation, fault, nth, when = read_fault(sent)
        self._azure.world.faults.on(operation, fault, nth=nth, when=when)
        return {"armed": operation, "nth": nth, "when": when}

    def _disarm(self, _query: Mapping[str, str], _: Sent) -> dict[str, Any]:
        return {"disarmed": self._azure.world.faults.disarm()}

    def _seed(self, _query: Mapping[str, str], sent: Sent) -> list[dict[str, Any]]:
        only(sent, ("requests",))
        planted = sent.get("requests")
        if not isinstance(planted, list) or not planted:
            raise Invalid('expected {"requests": [{"method": "PUT", "url": ..., "body": {...}, "advance": seconds}]}')
        return [plant(self._azure, one) for one in planted]

    def _reset(self, _query: Mapping[str, str], sent: Sent) -> dict[str, Any]:
        only(sent, ("catalog", "pace", "seed"))
        world = self._azure.world
        seed = whole(sent, "seed", world.seed)
        self._azure.reset(str(sent.get("catalog", world.catalogue.era)), str(sent.get("pace", world.pace.name)), seed)
        fresh, variables = self._azure.world, dict(self._azure.variables)
        return {"catalog": fresh.catalogue.era, "pace": fresh.pace.name, "seed": fresh.seed, "environment": variables}


def _refused(status: int, message: str, **more: Any) -> Reply:
    return json_reply(status, {"error": {"message": message, **more}})
