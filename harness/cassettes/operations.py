"""Long-running operations in recorded traffic: where a client asks how far they are, and whether they ended."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from harness.cassettes.tape import Interaction, Response

__all__ = ["has_ended", "polled_by", "unfinished"]

_HANDED_OUT = ("azure-asyncoperation", "operation-location", "location")
_ENDED = frozenset({"succeeded", "failed", "canceled", "cancelled", "completed", "ready", "deleted", "notresponding"})


def polled_by(interactions: Sequence[Interaction]) -> Mapping[str, str]:
    """Return the addresses at which operations are asked for, without their query, and what began each of them."""
    return {
        _place(value): _place(made.request.url)
        for made in interactions
        if made.request.method != "GET"
        for name, value in made.response.headers.items()
        if name.lower() in _HANDED_OUT
    }


def unfinished(interactions: Sequence[Interaction]) -> Iterator[tuple[str, Interaction]]:
    """Yield operations and resources that were last seen on their way, and were not deleted later."""
    operations, last = polled_by(interactions), dict[str, tuple[int, Interaction]]()
    for number, made in enumerate(interactions):
        if made.request.method in ("GET", "PUT", "PATCH"):
            last[_place(made.request.url)] = number, made
    for place, (number, made) in last.items():
        subject = operations.get(place, place)
        if not has_ended(made.response) and not _deleted(subject, interactions[number:]):
            yield place, made


def has_ended(response: Response) -> bool:
    """Say whether an answer tells of something that has come to its end, or of nothing that has one."""
    if response.status == 202:
        return False
    try:
        document = json.loads(response.body) if response.body else {}
    except ValueError:
        return True
    if not isinstance(document, dict):
        return True
    properties = document.get("properties")
    inner = properties.get("provisioningState") if isinstance(properties, dict) else None
    states = [state for state in (document.get("status"), inner) if isinstance(state, str)]
    return all(state.lower() in _ENDED for state in states)


def _deleted(place: str, later: Sequence[Interaction]) -> bool:
    deletes = (_place(made.request.url) for made in later if made.request.method == "DELETE")
    return any(place == gone or place.startswith(f"{gone}/") for gone in deletes)


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{unquote(parts.path)}".rstrip("/")
