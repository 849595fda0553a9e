"""The host families that the emulator owns. A host outside them is refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.emulator.routing import Route, RouteTable

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.emulator.exchange import Reply
    from fakes.world.errors import ServiceError

ARM_AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")


class UnknownHostError(Exception):
    """A client tried to leave the emulator. It derives from no client library's error, so nobody retries it."""


@dataclass(frozen=True)
class HostFamily:
    """Hosts that one table of routes answers for.

    `audiences` are those of accepted tokens, empty where the family has its own way to tell callers;
    `envelope` names the shape of its errors. A service whose operations differ in more than method and path
    names them itself (`name_operation`), and one with errors of its own writes them itself (`refuse`).
    """

    name: str
    pattern: re.Pattern[str]
    routes: RouteTable
    audiences: tuple[str, ...] = ()
    envelope: str = "arm"
    versioned: bool = False
    name_operation: Callable[[Call], Route] | None = None
    refuse: Callable[[Call, ServiceError], Reply] | None = None

    @property
    def hosts(self) -> str:
        """The hosts as a reader writes them, such as `{account}.blob.core.windows.net`."""
        return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", self.pattern.pattern).replace("\\", "")

    def values(self, host: str) -> Mapping[str, str] | None:
        """Return the named parts of `host`, or None when it belongs to another family."""
        found = self.pattern.fullmatch(host)
        return found.groupdict() if found else None


class Hosts:
    """All families, with what a host was resolved to kept, since a client asks few hosts many times."""

    def __init__(self, families: tuple[HostFamily, ...]) -> None:
        self.families = families
        self._resolved: dict[str, tuple[HostFamily, Mapping[str, str]]] = {}

    def owns(self, host: str) -> bool:
        """Tell whether a family answers for `host`, in lower case."""
        return host in self._resolved or any(family.values(host) is not None for family in self.families)

    def resolve(self, host: str, url: str) -> tuple[HostFamily, Mapping[str, str]]:
        """Return the family of `host` and the parts of its name; UnknownHostError when no family owns it."""
        if host in self._resolved:
            return self._resolved[host]
        for family in self.families:
            values = family.values(host)
            if values is not None:
                self._resolved[host] = (family, values)
                return family, values
        owned = ", ".join(family.hosts for family in self.families)
        raise UnknownHostError(
            f"the local Azure ML does not answer for {host!r} ({url}): the request was refused, nothing was sent. "
            f"It owns: {owned}. Talk to this host outside `with Emulator()`."
        )
