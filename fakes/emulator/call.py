"""What a handler is given: the request, the values in its path and the world to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Request
from fakes.world.errors import Invalid

if TYPE_CHECKING:
    from fakes.emulator.hosts import HostFamily
    from fakes.emulator.routing import Route
    from fakes.world.world import Workspace, World


@dataclass(slots=True)
class Call:
    """A request on its way through the emulator; the steps of the path fill in what they find."""

    request: Request
    world: World
    family: HostFamily
    host: Mapping[str, str]
    route: Route
    params: Mapping[str, Any]
    _json: dict[str, Any] | None = field(default=None)

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        if self._json is None:
            self._json = self.request.json()
        return self._json

    @property
    def properties(self) -> dict[str, Any]:
        """The `properties` object of an ARM body."""
        value = self.json.get("properties")
        if not isinstance(value, dict):
            raise Invalid("The request body has no `properties` object", code="InvalidRequestContent")
        return value

    @property
    def workspace(self) -> Workspace:
        """The workspace that the path names; NotFound when there is none."""
        return self.world.workspace(self.params["subscription"], self.params["group"], self.params["workspace"])

    @property
    def api_version(self) -> str:
        """The api-version of the request, empty when it has none."""
        return self.request.query.get("api-version", "")

    def query(self, name: str, default: str = "") -> str:
        """Return a query parameter, matched without regard to case as ARM does."""
        if name in self.request.query:
            return self.request.query[name]
        for key, value in self.request.query.items():
            if key.lower() == name.lower():
                return value
        return default
