"""Making a world from the few words that say which: era, pace, seed, engine."""

from __future__ import annotations

from typing import Any

from fakes.catalogue import load_catalogue
from fakes.engines import engine_by_name
from fakes.world.clock import VirtualClock
from fakes.world.pace import pace_by_name
from fakes.world.world import World


def new_world(catalog: str, pace: str, seed: int, engine: Any = "retrieval", time_scale: float = 0.0) -> World:
    """Return a world as it is when its era opens; ValueError names the nearest era, pace or engine there is.

    engine: its name, or an `Engine`. time_scale: virtual seconds that pass for each real second.
    """
    catalogue = load_catalogue(catalog)
    return World(
        catalogue=catalogue,
        pace=pace_by_name(pace),
        engine=engine_by_name(engine) if isinstance(engine, str) else engine,
        seed=seed,
        clock=VirtualClock(catalogue.opened, time_scale=time_scale),
    )
