"""What a replay has used of a cassette: the rest means that the scenario and its recording are no longer the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from harness.cassettes.playing import Player
from harness.errors import CassetteError, CassetteUnused

__all__ = ["Usage", "usage_of", "verdict"]

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Usage:
    """How many exchanges of a cassette were played, and how many were not; of which file, by its checksum."""

    checksum: str
    played: int
    unused: int


def usage_of(player: Player) -> Usage:
    """Return what has been used so far."""
    return Usage(player.cassette.metadata.checksum, player.played, len(player.unused()))


def verdict(player: Player) -> CassetteError | None:
    """Return what is wrong with a replay whose scenario passed; None when all was asked for and nothing else.

    Misses count also when the scenario never saw them: libraries swallow exceptions.
    """
    if player.misses:
        return player.misses[0]
    unused = player.unused()
    if not unused:
        return None
    requests = (turn.interaction.request for turn in unused)
    asked = Counter(f"{request.method} {request.url.partition('?')[0]}" for request in requests)
    shown = [f"{request} ({times} times)" if times > 1 else request for request, times in asked.items()]
    more = f"; and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return CassetteUnused(
        f"{len(unused)} of {player.played + len(unused)} recorded exchanges were not asked for",
        where=player.name,
        got="; ".join(shown[:_SHOWN]) + more,
        remedy="If the scenario is meant to ask less, record it again: --record-mode=rewrite with its --backend.",
    )
