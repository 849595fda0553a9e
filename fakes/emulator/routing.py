"""Routes as data: which operation a request names, and how sure we are that Azure behaves as we do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

from fakes.emulator.exchange import Reply

if TYPE_CHECKING:
    from fakes.emulator.call import Call

Handler = Callable[["Call"], Reply]


class Evidence(Enum):
    """Why we believe that Azure behaves as a route does, strongest first."""

    RECORDED = "recorded"
    SDK_SOURCE = "SDK source"
    DOCUMENTED = "documented"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of a service, by its name in Azure's REST specification.

    `path` is a template in werkzeug's notation; `note` says what of the behaviour is not verified;
    `anonymous` routes are answered without a token.
    """

    operation: str
    method: str
    path: str
    handler: Handler
    evidence: Evidence
    note: str = ""
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """The route that a request names and the values in its path."""

    route: Route
    params: Mapping[str, Any]


class RouteTable:
    """The routes of one host family."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        words = (word for route in self.routes for word in re.sub(r"<[^>]*>", "", route.path).split("/"))
        self._spelling: dict[str, str] = {}
        for word in words:  # ARM itself spells resourceGroups in two ways
            self._spelling.setdefault(word.lower(), word)
        rules = [Rule(self._respell(route.path), methods=[route.method], endpoint=route) for route in self.routes]
        self._map = Map(rules, strict_slashes=False, merge_slashes=False, redirect_defaults=False)
        self._adapter = self._map.bind("azure")
        self._find = lru_cache(maxsize=4096)(self._match)  # clients poll the same few paths many times

    def match(self, method: str, path: str) -> Match | None:
        """Return the route for a request; Azure ignores the case of the fixed segments of a path."""
        found = self._find(method, path)
        if found is None and (respelled := self._respell(path)) != path:
            return self._find(method, respelled)
        return found

    def _match(self, method: str, path: str) -> Match | None:
        try:
            route, params = self._adapter.match(path, method=method)
        except (HTTPException, MethodNotAllowed):
            return None
        return Match(route, params) if route.method == method else None

    def _respell(self, path: str) -> str:
        return "/".join(self._spelling.get(segment.lower(), segment) for segment in path.split("/"))
