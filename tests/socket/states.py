"""Sites with a state file, and what is left of it when a server is killed."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from fakes.emulator.exchange import Request
from fakes.emulator.serving import AzureSite, Journal, Settings

ENDPOINT = {"location": "eastus2", "properties": {"authMode": "Key"}}
ENVIRONMENT = {"properties": {"image": "i"}}


class States:
    """Opens sites on state files of one folder, and closes the files at the end."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "state"
        self.stack = ExitStack()

    def open(self, **settings: Any) -> AzureSite:
        """Open a site, whose time flows fast, on the file."""
        journal = self.stack.enter_context(closing(Journal(self.file)))
        return AzureSite(Settings(**{"time_scale": 5000.0, "pace": "instant", **settings}), journal)

    def after_a_kill(self, spoil: Callable[[bytes], bytes] = bytes, **settings: Any) -> AzureSite:
        """Open a site on the file as a killed server leaves it; from then on that is the file."""
        self.file = self.killed(spoil)
        return self.open(**settings)

    def killed(self, spoil: Callable[[bytes], bytes] = bytes) -> Path:
        """Return a copy of the file as a killed server leaves it."""
        killed = self.file.with_name(f"{self.file.name}-killed")
        killed.write_bytes(spoil(self.file.read_bytes()))
        return killed


def ask(site: AzureSite, method: str, path: str, body: Any = None) -> Any:
    """Ask for what is below the first workspace, as a client does that holds a token."""
    clock, home = site.clock, site.world.home
    token = site.world.identity.issue("https://management.azure.com/.default", clock.now(), clock.outlasts)
    url = f"https://management.azure.com{home.arm_id}{path}?api-version=2024-10-01"
    sent = b"" if body is None else json.dumps(body).encode()
    return site.answer(Request.from_parts(method, url, {"Authorization": f"Bearer {token.text}"}, sent))


def admin(site: AzureSite, method: str, path: str, body: Any = None) -> Any:
    """Ask the server's own interface."""
    sent = b"" if body is None else json.dumps(body).encode()
    return json.loads(site.answer(Request.from_parts(method, f"http://localhost{path}", {}, sent)).whole())


def plant(site: AzureSite, *requests: dict[str, Any]) -> None:
    """Make resources with a token of the site's own, which a resumed one knows too."""
    admin(site, "POST", "/admin/seed", {"requests": list(requests)})


def content(site: AzureSite) -> dict[str, Any]:
    """Return what exists, without the instant of asking."""
    dump: dict[str, Any] = admin(site, "GET", "/admin/dump")
    return {name: dump[name] for name in ("catalog", "pace", "seed", "resources", "billable")}
