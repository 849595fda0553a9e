"""`Emulator`: a local Azure ML for the length of a `with` block."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

from azure.core.credentials import AccessToken, AccessTokenInfo

from fakes.emulator.app import App
from fakes.emulator.exchange import Exchange
from fakes.emulator.real_waits import RealWaits
from fakes.emulator.worlds import new_world
from fakes.world.identity import TOKEN_LIFETIME
from fakes.world.surroundings import Surroundings
from fakes.world.world import World


class EmulatorCredential:
    """A credential whose tokens the emulator issued: what `DefaultAzureCredential` would find in its environment."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        """Return a token for the first scope."""
        info = self.get_token_info(*scopes)
        return AccessToken(info.token, info.expires_on)

    def get_token_info(self, *scopes: str, **_options: Any) -> AccessTokenInfo:
        """Return a token for the first scope, good until the emulator's clock passes its expiry."""
        clock = self._world.clock
        token = self._world.identity.issue(scopes[0], clock.now(), clock.outlasts)
        return AccessTokenInfo(token.text, int(time.time() + TOKEN_LIFETIME.total_seconds()))

    def close(self) -> None:
        """Nothing is held open."""


class Emulator(Surroundings):
    """A local Azure ML, in this process, for the length of a `with` block.

    Inside the block every `requests`-based client that talks to an Azure host is answered here, with no change to
    its code; other hosts are refused by name. What the SDK waits for takes virtual time. The variables that
    `DefaultAzureCredential` and this harness read (`AZURE_TENANT_ID`, `AZURE_SUBSCRIPTION_ID`, ...) name this Azure.

    catalog: the registry as it stood in "2024-04", "2024-12", "2025-03" or "2026-07".
    pace: "recorded" (durations as seen on Azure, in virtual time) or "instant".
    seed: of every identifier that Azure would make up.
    engine: what a fine-tuning job computes; "retrieval" or an `Engine`.
    time_scale: virtual seconds that also pass for each real second, for code that waits with `time.sleep`. None: only
        for a client that has polled one thing in vain for some real seconds; 0: never (docs/adr/0003).
    """

    def __init__(
        self,
        *,
        catalog: str = "2024-04",
        pace: str = "recorded",
        seed: int = 0,
        engine: Any = "retrieval",
        time_scale: float | None = None,
    ) -> None:
        super().__init__(new_world(catalog, pace, seed, engine, time_scale or 0.0))
        self.app = App(self.world, RealWaits(self.world.clock) if time_scale is None else None)
        self.credential = EmulatorCredential(self.world)
        self._stack = contextlib.ExitStack()

    @property
    def calls(self) -> list[Exchange]:
        """Every exchange so far: `.method`, `.url`, `.status`, `.operation`."""
        return self.app.calls

    def __enter__(self) -> Emulator:
        """Open the doors: from here on Azure is local."""
        from fakes.emulator.intercept import intercepted

        self._stack.enter_context(intercepted(self.app, self.clock))
        self._stack.enter_context(_environment(self.environment))
        return self

    def __exit__(self, *_failure: object) -> None:
        """Close the doors and remove what was spooled to disk."""
        self._stack.close()
        self.world.close()


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
