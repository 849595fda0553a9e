"""What a run finds around it, whichever backend it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from harness.backends.select import BackendChoice

__all__ = ["Clock", "Surroundings", "open_backend"]


class Clock(Protocol):
    """The time of a backend: Azure's own, or virtual."""

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


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


def open_backend(choice: BackendChoice, real_clock: Clock) -> AbstractContextManager[Surroundings]:
    """Open the chosen backend for the length of a `with` block; only the emulator brings a clock of its own."""
    if choice.name == "live":
        from harness.backends.live import open_live

        return open_live(real_clock)
    from harness.backends.emulator import open_emulator

    return open_emulator(choice)
