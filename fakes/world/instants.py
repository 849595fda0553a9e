"""Instants as Azure spells them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache


@lru_cache(maxsize=4096)
def timestamp(instant: datetime) -> str:
    """Return Azure's spelling: seven digits of a second and +00:00 (recorded)."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0+00:00"


def milliseconds(instant: datetime) -> int:
    """Return the milliseconds since 1970, as MLflow counts."""
    return int(instant.timestamp() * 1000)
