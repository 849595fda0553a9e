"""Containers of a storage account and listings of what is in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fakes.emulator.exchange import Reply
from fakes.emulator.services import blob_xml
from fakes.emulator.services.blob_headers import container_headers, given_metadata, version_headers
from fakes.world.errors import Conflict, Invalid

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.blobs import Container

_PAGE = 5000
_CONTAINER_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")


def create_container(call: Call) -> Reply:
    """Create a container; Conflict when it exists, Invalid when its name breaks the rules (documented)."""
    account, name = call.host["account"], call.params["container"]
    if not _CONTAINER_NAME.fullmatch(name):
        raise Invalid("The specified resource name contains invalid characters.", code="InvalidResourceName")
    if call.world.blobs.has_container(account, name):
        raise Conflict("The specified container already exists.", code="ContainerAlreadyExists")
    made = call.world.blobs.create_container(account, name, given_metadata(call.request.headers))
    return Reply(201, b"", version_headers(made))


def get_container(call: Call) -> Reply:
    """Return the properties of a container."""
    return Reply(200, b"", container_headers(_container(call)))


def delete_container(call: Call) -> Reply:
    """Delete a container with everything in it."""
    call.world.blobs.delete_container(call.host["account"], call.params["container"])
    return Reply(202)


def list_blobs(call: Call) -> Reply:
    """Return a page of the blobs of a container, or of the prefixes that a delimiter cuts."""
    account, container = call.host["account"], call.params["container"]
    page = call.world.blobs.list(
        account,
        container,
        prefix=call.query("prefix"),
        delimiter=call.query("delimiter") or None,
        marker=call.query("marker") or None,
        max_results=_max_results(call),
    )
    document = blob_xml.blob_list(
        _endpoint(account),
        container,
        page,
        _limits(call, "Prefix", "Marker", "MaxResults", "Delimiter"),
        with_metadata="metadata" in call.query("include").split(","),
    )
    return blob_xml.xml_reply(200, document)


def list_containers(call: Call) -> Reply:
    """Return a page of the containers of an account."""
    account, prefix, marker = call.host["account"], call.query("prefix"), call.query("marker")
    found: Sequence[Container] = [
        container
        for container in call.world.blobs.containers(account)
        if container.name.startswith(prefix) and container.name >= marker
    ]
    end = _max_results(call)
    following = found[end].name if len(found) > end else None
    limits = _limits(call, "Prefix", "Marker", "MaxResults")
    with_metadata = "metadata" in call.query("include").split(",")
    document = blob_xml.container_list(_endpoint(account), found[:end], following, limits, with_metadata=with_metadata)
    return blob_xml.xml_reply(200, document)


def _container(call: Call) -> Container:
    return call.world.blobs.container(call.host["account"], call.params["container"])


def _endpoint(account: str) -> str:
    return f"https://{account}.blob.core.windows.net/"


def _limits(call: Call, *elements: str) -> dict[str, str]:
    return {element: call.query(element.lower()) for element in elements}


def _max_results(call: Call) -> int:
    text = call.query("maxresults") or str(_PAGE)
    if not text.isdecimal() or int(text) == 0:
        raise Invalid(
            "One of the query parameters specified in the request URI is outside the permissible range.",
            code="OutOfRangeQueryParameterValue",
            details=(("QueryParameterName", "maxresults"), ("QueryParameterValue", text)),
        )
    return min(int(text), _PAGE)
