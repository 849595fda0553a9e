"""Azure itself: nothing is put in its place, and every wait is a real one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.backends.select import Machine
from harness.backends.surroundings import Surroundings

__all__ = ["look_around", "open_live"]


def look_around() -> Machine:
    """Find out what this machine offers to a live run; nothing is signed in to and nothing is sent."""
    folders = [Path.cwd(), *Path.cwd().parents]
    configs = (folder / place for folder in folders for place in ("config.json", ".azureml/config.json"))
    azure_folder = Path(os.environ.get("AZURE_CONFIG_DIR") or Path.home() / ".azure")
    return Machine(
        environ=dict(os.environ),
        terminal=sys.stdin is not None and sys.stdin.isatty(),
        signed_in=(azure_folder / "azureProfile.json").is_file(),
        config=any(config.is_file() for config in configs),
    )


@contextmanager
def open_live() -> Iterator[Surroundings]:
    """Hand out Azure as it is."""
    # azure-core comes with it, and every suite with pytest looks around
    from harness.lifecycle.patience import longest_wait
    from harness.lifecycle.waiting import RealClock

    yield Surroundings("live", RealClock(longest_wait(os.environ)), os.environ, calls=lambda: 0)
