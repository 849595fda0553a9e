"""The four moments that the catalogue knows, and the loading of one of them."""

from __future__ import annotations

from datetime import datetime, timezone
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType

from fakes.catalogue.entries import Catalogue
from fakes.catalogue.foundation import models_on
from fakes.catalogue.infrastructure import environments_on, vm_sizes
from fakes.catalogue.pipelines import components_on

_OPENED = MappingProxyType(
    {
        "2024-04": datetime(2024, 5, 10, 12, tzinfo=timezone.utc),
        "2024-12": datetime(2024, 12, 16, 12, tzinfo=timezone.utc),
        "2025-03": datetime(2025, 3, 10, 12, tzinfo=timezone.utc),
        "2026-07": datetime(2026, 7, 15, 12, tzinfo=timezone.utc),
    }
)

ERAS: tuple[str, ...] = tuple(_OPENED)
"""The eras, oldest first."""


class CatalogueError(ValueError):
    """An era that the catalogue does not know."""


@lru_cache(maxsize=len(_OPENED))
def load_catalogue(era: str) -> Catalogue:
    """The registries as they stood when the era opened; CatalogueError (with the nearest era) for no era."""
    if era not in _OPENED:
        nearest = get_close_matches(str(era), ERAS, n=1, cutoff=0.0)[0]
        raise CatalogueError(
            f"catalogue: unknown era {era!r}; expected one of {', '.join(ERAS)}. Did you mean {nearest!r}?"
        )
    opened = _OPENED[era]
    day = opened.date().isoformat()
    return Catalogue(
        era=era,
        opened=opened,
        models=models_on(day),
        components=components_on(day),
        vm_sizes=vm_sizes(),
        environments=environments_on(day),
    )
