"""`python -m harness.gate.calibration PAGE [RUNS]`: measure, and write the page."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from harness.gate.calibration.page import page

_RUNS = 20_000


def main(arguments: list[str]) -> int:
    """Write the page and tell how far it is on stderr; 2 for wrong use."""
    if not arguments or len(arguments) > 2 or not all(each.isdigit() for each in arguments[1:]):
        sys.stderr.write("usage: python -m harness.gate.calibration PAGE [RUNS]\n")
        return 2
    started = time.perf_counter()

    def tell(text: str) -> None:
        sys.stderr.write(f"{time.perf_counter() - started:6.0f} s  {text}\n")

    content = page(int(arguments[1]) if len(arguments) == 2 else _RUNS, tell)
    Path(arguments[0]).write_text(content, encoding="utf-8")
    tell(f"written to {arguments[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
