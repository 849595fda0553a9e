"""`python -m harness.gate.calibration PAGE [RUNS]`: measure, and write the page."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pyarrow.parquet as parquet

from harness.gate.calibration.made_up import Asked
from harness.gate.calibration.page import page
from harness.gate.policy import load_policy

_RUNS = 20_000
_SAMPLES = Path(__file__).resolve().parents[3] / "samples"


def main(arguments: list[str]) -> int:
    """Write the page and tell how far it is on stderr; 2 for wrong use, and outside of a checkout with its samples."""
    if not _SAMPLES.is_dir():
        sys.stderr.write(f"the page is made from the samples of a checkout, and there is no {_SAMPLES}\n")
        return 2
    if not arguments or len(arguments) > 2 or not all(each.isdigit() for each in arguments[1:]):
        sys.stderr.write("usage: python -m harness.gate.calibration PAGE [RUNS]\n")
        return 2
    started = time.perf_counter()

    def tell(text: str) -> None:
        sys.stderr.write(f"{time.perf_counter() - started:6.0f} s  {text}\n")

    policy = load_policy(_SAMPLES / "policies" / "chat.toml")
    content = page(int(arguments[1]) if len(arguments) == 2 else _RUNS, tell, _asked(), policy)
    Path(arguments[0]).write_text(content, encoding="utf-8")
    tell(f"written to {arguments[0]}")
    return 0


def _asked() -> list[Asked]:
    """Return the first question of each sample conversation with its answer."""
    files = sorted((_SAMPLES / "ultrachat_200k" / "data").glob("*_sft-*.parquet"))
    rows = [row["messages"] for file in files for row in parquet.read_table(file, columns=["messages"]).to_pylist()]
    return [(_first(turns, "user"), _first(turns, "assistant")) for turns in rows]


def _first(turns: list[dict[str, str]], role: str) -> str:
    return next(turn["content"] for turn in turns if turn["role"] == role)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
