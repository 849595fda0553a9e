"""A local Azure ML on a socket of this process, and requests to it as another process would send them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from fakes.emulator.serving import AzureSite, Server, Settings

ARM = "https://management.azure.com"


class Wire:
    """A server and a client of it. The client's proxy is the server; it trusts its authority and nothing else."""

    def __init__(self, site: AzureSite, server: Server, bundle: Path) -> None:
        self.site = site
        self.port = server.server_port
        self.address = f"http://127.0.0.1:{server.server_port}"
        self.bundle = bundle
        bundle.write_text(site.certificates.authority, encoding="ascii")

    def session(self) -> requests.Session:
        """Return a client that holds a token for ARM and is told nothing by the environment."""
        session = requests.Session()
        session.trust_env = False
        session.proxies, session.verify = {"https": self.address, "http": self.address}, str(self.bundle)
        clock = self.site.clock
        token = self.site.world.identity.issue(f"{ARM}/.default", clock.now(), clock.outlasts)
        session.headers["Authorization"] = f"Bearer {token.text}"
        return session

    def url(self, path: str = "") -> str:
        """Return the URL of a resource of the first workspace."""
        return f"{ARM}{self.site.world.home.arm_id}{path}?api-version=2024-10-01"

    def ask(self, method: str, path: str = "", body: Any = None, **options: Any) -> requests.Response:
        """Ask for a whole URL, or for what is below the first workspace."""
        with self.session() as session:
            return session.request(method, path if "://" in path else self.url(path), json=body, timeout=10, **options)

    def admin(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Ask the server's own interface, without a proxy."""
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, self.address + path, json=body, timeout=10, **options)


@contextmanager
def wired(folder: Path, **settings: Any) -> Iterator[Wire]:
    """Serve inside the block; virtual time stands still unless the settings say otherwise."""
    site = AzureSite(Settings(**{"time_scale": 0.0, "pace": "instant", **settings}))
    with Server(site, site.certificates) as server:
        yield Wire(site, server, folder / "ca.pem")
    site.close()
