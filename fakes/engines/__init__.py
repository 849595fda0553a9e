"""Engines: what a fine-tuning job really does. Importing this package imports no numerical library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from fakes.engines.retrieval import RetrievalEngine
from fakes.world.engine import Engine

__all__ = ["ENGINES", "RetrievalEngine", "engine_by_name"]

ENGINES: Mapping[str, Callable[[], Engine]] = MappingProxyType({RetrievalEngine.name: RetrievalEngine})


def engine_by_name(name: str) -> Engine:
    """The engine of that name; ValueError names the nearest one and all others."""
    if name in ENGINES:
        return ENGINES[name]()
    nearest = get_close_matches(name, ENGINES, n=1, cutoff=0.0)
    raise ValueError(f"Unknown engine {name!r}. Did you mean {nearest[0]!r}? Engines: {', '.join(ENGINES)}.")
