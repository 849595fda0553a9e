"""What a run finds around it, whichever backend it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.backends.select import BackendChoice

if TYPE_CHECKING:
    from harness.gate.scoring.posting import Post
    from harness.lifecycle.clients import Clients
    from harness.lifecycle.waiting import Clock
    from harness.spec import LifecycleSpec

__all__ = ["Pin", "Surroundings", "open_backend"]

Pin = Callable[[str, Callable[[], str]], str]


def _make_anew(_name: str, make: Callable[[], str]) -> str:
    return make()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """An open backend: its clock, its environment variables, and how many HTTP calls it has answered.

    azure: the local Azure ML, to look into and to inject faults; None on Azure, whose calls are not counted (0).
    clients: None for the SDK's own. The fake has its own, which make no HTTP call (0).
    workspace: the ids of the only workspace there is, by the spec's names; empty on Azure, where the spec says.
    pinned: called with a name and a function, returns what a scenario makes up: the function's result, which a
    recording keeps and a replay gives back. Each name once.
    post: sends a scoring request where there is no HTTP; None where there is.
    """

    name: str
    clock: Clock
    environ: Mapping[str, str]
    calls: Callable[[], int]
    azure: Any = None
    clients: Clients | None = None
    workspace: Mapping[str, str] = field(default_factory=dict)
    pinned: Pin = _make_anew
    post: Post | None = None

    def settled(self, spec: LifecycleSpec) -> LifecycleSpec:
        """Return the spec as it runs here: a workspace that it names is Azure's, a local Azure has its own."""
        return spec.with_overrides({f"workspace.{name}": json.dumps(value) for name, value in self.workspace.items()})


def open_backend(choice: BackendChoice) -> AbstractContextManager[Surroundings]:
    """Open the chosen backend for the length of a `with` block."""
    if choice.name == "live":
        from harness.backends.live import open_live

        return open_live()
    if choice.name == "replay":
        from harness.backends.replay import open_replay

        return open_replay(choice)
    if choice.name == "fake":
        from harness.backends.fake import open_fake

        return open_fake(choice)
    from harness.backends.emulator import open_emulator

    return open_emulator(choice)
