"""Filling a world from outside: requests that are carried out with a token of the world's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fakes.emulator.exchange import Request
from fakes.emulator.services import FAMILIES
from fakes.emulator.serving.reading import number, only, text
from fakes.world.errors import Invalid

if TYPE_CHECKING:
    from fakes.emulator.serving.admin import Administered

_METHODS = ("PUT", "POST", "PATCH", "DELETE", "GET")
_API_VERSION = "2024-10-01"
_LONGEST_S = 30 * 24 * 3600.0


def plant(azure: Administered, one: Any) -> dict[str, Any]:
    """Carry out `{"method", "url", "body", "advance"}` and return what came of it; Invalid when it was refused.

    url: whole, or the path of a resource of the first workspace, such as `onlineEndpoints/demo`. advance: virtual
    seconds that pass afterwards, for a resource that takes time to come up.
    """
    if not isinstance(one, dict):
        raise Invalid(f"a request is {json.dumps(one)[:80]}; an object with method, url and body is expected")
    only(one, ("method", "url", "body", "advance"))
    seconds = number(one, "advance", _LONGEST_S) if "advance" in one else 0.0
    request = _request(azure, text({"method": "PUT", **one}, "method", _METHODS), text(one, "url"), one.get("body"))
    reply = azure.ask(request)
    if reply.status >= 400:
        said = reply.whole().decode(errors="replace")
        raise Invalid(f"{request.method} {request.url} was answered with {reply.status}: {said[:600]}")
    azure.world.clock.advance(seconds)
    azure.world.catch_up()
    return {"method": request.method, "url": request.url, "status": reply.status}


def _request(azure: Administered, method: str, url: str, body: Any) -> Request:
    world = azure.world
    if "://" not in url:
        path = url if url.startswith("/") else f"{world.home.arm_id}/{url}"
        version = "" if "api-version=" in url else f"{'&' if '?' in url else '?'}api-version={_API_VERSION}"
        url = f"https://management.azure.com{path}{version}"
    host = (urlsplit(url).hostname or "").lower()
    family = next((family for family in FAMILIES if family.audiences and family.values(host) is not None), None)
    if family is None:
        raise Invalid(f"url is '{url[:200]}'; a path of the first workspace is expected, or a host of ARM or Azure ML")
    clock = world.clock
    token = world.identity.issue(f"{family.audiences[0]}/.default", clock.now(), clock.outlasts)
    headers = {"Authorization": f"Bearer {token.text}", "Content-Type": "application/json"}
    return Request.from_parts(method, url, headers, json.dumps(body).encode() if body is not None else b"")
