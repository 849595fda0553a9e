"""The default pytest run, as `make test` starts it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.line import Line


def measure() -> list[Line]:
    """Return the line of the offline suite."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    seconds = time.perf_counter() - started
    last = done.stdout.strip().splitlines()[-1].strip("= ") if done.stdout.strip() else done.stderr[-200:]
    return [Line("offline suite, two processes", seconds, 120, "s", last)]
