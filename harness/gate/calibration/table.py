"""A table of the page, and a rate as it stands there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["share_of", "table"]


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown, and a blank one."""
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def share_of(share: float, runs: int) -> str:
    """Write a rate with its Monte Carlo standard error."""
    return f"{share:.4f} ± {math.sqrt(share * (1 - share) / runs):.4f}"
