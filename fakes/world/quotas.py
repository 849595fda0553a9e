"""Quotas of cores: unlimited until somebody says otherwise, told to who asks, and nothing is refused for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fakes.catalogue import Catalogue

Tier = Literal["Dedicated", "LowPriority"]

UNLIMITED = -1
"""What the service says of a family without a limit (recorded)."""

_KINDS: dict[Tier, tuple[str, str]] = {
    "Dedicated": ("vmFamily/dedicatedCores", "Dedicated vCPUs"),
    "LowPriority": ("vmFamily/lowPriorityCores", "LowPriority vCPUs"),
}
_TOTALS = {
    "TotalDedicatedCores": ("totalDedicatedCores", "Total Cluster Dedicated Regional vCPUs"),
    "TotalLowPriorityCores": ("totalLowPriorityCores", "Total Cluster Low Priority Regional vCPUs"),
    "TotalClusters": ("totalClusters", "Total Clusters"),
}
"""Sums of a region: names and labels are quoted in public issues, the kinds inferred."""


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """How much of a quota is used; kind: the middle of its type."""

    name: str
    label: str
    kind: str
    used: int
    limit: int


class Quotas:
    """What a subscription may use in a region, by family of VMs and tier, and in all."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._families = sorted({size.family for size in catalogue.vm_sizes})
        self._set: dict[tuple[str, Tier], tuple[int, int]] = {}

    def set(self, name: str, limit: int, *, used: int = 0, tier: Tier = "Dedicated") -> None:
        """Limit a family, or one of the totals such as TotalDedicatedCores, of which `used` are taken.

        ValueError names what there is.
        """
        if name not in self._families and name not in _TOTALS:
            raise ValueError(f"there is no quota {name!r}; expected one of {[*_TOTALS, *self._families]}")
        self._set[name, "Dedicated" if name in _TOTALS else tier] = (used, limit)

    def usages(self) -> Iterator[QuotaUsage]:
        """Yield the totals that were set, then every family in both tiers, in the order of their names (recorded)."""
        for name, (kind, label) in _TOTALS.items():
            if (name, "Dedicated") in self._set:
                yield QuotaUsage(name, label, kind, *self._set[name, "Dedicated"])
        for family in self._families:
            for tier, (kind, label) in _KINDS.items():
                used, limit = self._set.get((family, tier), (0, UNLIMITED))
                yield QuotaUsage(family, f"{family} Cluster {label}", kind, used, limit)
