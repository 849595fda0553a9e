"""What a run finds around it, whichever backend it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.backends.select import BackendChoice

if TYPE_CHECKING:
    from harness.lifecycle.waiting import Clock

__all__ = ["Surroundings", "open_backend"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """An open backend: its clock, its environment variables, and how many HTTP calls it has answered.

    azure: the emulator, to look into and to inject faults; None on Azure, whose calls are not counted (0).
    """

    name: str
    clock: Clock
    environ: Mapping[str, str]
    calls: Callable[[], int]
    azure: Any = None


def open_backend(choice: BackendChoice) -> AbstractContextManager[Surroundings]:
    """Open the chosen backend for the length of a `with` block."""
    if choice.name == "live":
        from harness.backends.live import open_live

        return open_live()
    from harness.backends.emulator import open_emulator

    return open_emulator(choice)
