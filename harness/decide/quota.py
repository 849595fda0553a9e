"""Whether a quota of cores leaves room for machines, by the rows that a region lists."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["TOTAL_CLUSTERS", "QuotaRow", "Room", "cores_for_deployment", "room_for", "room_in"]

_TOTALS = {"Dedicated": "totaldedicatedcores", "LowPriority": "totallowprioritycores"}
TOTAL_CLUSTERS = "totalclusters"
"""Names of the sums of a region, in lower case (quoted in public issues)."""

_RESERVE = 1.2
"""Azure keeps a fifth more cores for upgrades of a deployment, but for some sizes (documented)."""


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """One row: what is limited, of which tier ("" for sums), how much is used, and the limit; -1 for none.

    None where Azure does not say.
    """

    name: str
    tier: str
    used: int | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class Room:
    """What a quota leaves: `free` cores, None without a limit. said: by which rows, for a reader."""

    free: int | None
    said: str

    def holds(self, cores: int) -> bool:
        """Return whether so many fit."""
        return self.free is None or cores <= self.free


def cores_for_deployment(instances: int, vcpus: int) -> int:
    """Return the cores that a deployment needs in a quota, with what Azure keeps for its upgrades."""
    return math.ceil(_RESERVE * instances * vcpus)


def room_for(rows: Iterable[QuotaRow], family: str, tier: str) -> Room | None:
    """Return the room for machines of a family in a tier: the least of its own row and of the region's sum.

    None when no row tells.
    """
    wanted = family.casefold()
    own = [row for row in rows if (row.name.casefold(), row.tier) == (wanted, tier)]
    sums = [row for row in rows if row.name.casefold() == _TOTALS.get(tier, "")]
    return _least([*own, *sums]) if own else None


def room_in(rows: Iterable[QuotaRow], name: str) -> Room | None:
    """Return the room in one of the sums; None when it is not listed."""
    return _least([row for row in rows if row.name.casefold() == name])


def _least(rows: Sequence[QuotaRow]) -> Room | None:
    told = [row for row in rows if row.limit is not None and (row.used is not None or row.limit < 0)]
    if not told:
        return None
    limited = [row for row in told if row.limit is not None and row.limit >= 0]
    said = ", ".join(
        f"{row.name} {row.used} of {row.limit} used" if row in limited else f"{row.name} unlimited" for row in told
    )
    if not limited:
        return Room(None, said)
    return Room(max(0, min((row.limit or 0) - (row.used or 0) for row in limited)), said)
