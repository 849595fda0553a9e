"""What ARM resources share: paths, ids, system data and pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

from fakes.emulator.exchange import Reply
from fakes.emulator.wire import json_reply
from fakes.world.errors import Invalid
from fakes.world.identity import USER
from fakes.world.instants import timestamp

if TYPE_CHECKING:
    from fakes.emulator.call import Call

PROVIDER = "Microsoft.MachineLearningServices"
GROUP = f"/subscriptions/<subscription>/resourceGroups/<group>/providers/{PROVIDER}"
WORKSPACE = f"{GROUP}/workspaces/<workspace>"
LOCATION = f"/subscriptions/<subscription>/providers/{PROVIDER}/locations/<location>"

Item = TypeVar("Item")


def system_data(created: datetime, modified: datetime | None = None, *, kinds: bool = True) -> dict[str, Any]:
    """Return `systemData`; endpoints and deployments come without the type fields (recorded)."""
    data: dict[str, Any] = {"createdAt": timestamp(created), "createdBy": USER}
    if kinds:
        data["createdByType"] = "User"
    if modified is not None:
        data["lastModifiedAt"] = timestamp(modified)
        if kinds:
            data["lastModifiedBy"] = USER
            data["lastModifiedByType"] = "User"
    return data


def base_url(call: Call) -> str:
    """Return scheme and host of the request, for absolute URLs in the answer."""
    parts = urlsplit(call.request.url)
    return f"{parts.scheme}://{parts.netloc}"


def location_of(call: Call) -> str:
    """Return the URL of the resource that the request names."""
    return f"{base_url(call)}{call.request.path}?api-version={call.api_version}"


def page(call: Call, items: Sequence[Item], render: Callable[[Item], Any], *, size: int = 30) -> Reply:
    """Return one page of a list; `nextLink` is there only when more follow, never null (recorded)."""
    top = call.query("$top")
    limit = _count(top, "$top") if top else size
    start = _count(call.query("$skipToken"), "$skipToken") if call.query("$skipToken") else 0
    body: dict[str, Any] = {"value": [render(item) for item in items[start : start + limit]]}
    if start + limit < len(items):
        query = {key: value for key, value in call.request.query.items() if key.lower() != "$skiptoken"}
        query["$skipToken"] = str(start + limit)
        link = urlencode(query, safe="$/:", quote_via=quote_plus)
        body["nextLink"] = f"{base_url(call)}{call.request.path}?{link}"
    return json_reply(200, body)


def _count(text: str, name: str) -> int:
    if not text.isdigit():
        raise Invalid(f"{name} is '{text}'; a whole number is expected.", inner=("BadArgument",))
    return int(text)
