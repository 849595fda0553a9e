"""What a run costs: hours of machines times their prices. No price is made up: without one, the cost is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Estimate", "Load", "OfferedPrice", "Price", "cost_of", "find_price"]


@dataclass(frozen=True, slots=True)
class OfferedPrice:
    """A price of the workspace's size list. tier: Standard or LowPriority; unit: OneHour where it is one we can use."""

    amount: float
    currency: str
    tier: str
    os: str = "Linux"
    unit: str = "OneHour"


@dataclass(frozen=True, slots=True)
class Price:
    """What an hour of one machine costs, and who says so. amount: None when nobody does, and source says why."""

    amount: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Load:
    """Machines that bill: `nodes` of one size, for so many seconds as expected, and by the limits at most."""

    what: str
    size: str
    nodes: int
    expected_s: float
    at_most_s: float
    price: Price

    @property
    def node_hours(self) -> float:
        """Hours of machines, as expected."""
        return self.nodes * self.expected_s / 3600

    @property
    def node_hours_at_most(self) -> float:
        """Hours of machines, by the limits."""
        return self.nodes * self.at_most_s / 3600

    @property
    def per_hour(self) -> float | None:
        """What all of them cost in an hour; None when the price is not known."""
        return None if self.price.amount is None else self.nodes * self.price.amount


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a run takes and what it costs. Seconds by step, `doubtful`: steps whose seconds are inferred."""

    expected_s: Mapping[str, float]
    at_most_s: Mapping[str, float]
    doubtful: tuple[str, ...]
    loads: tuple[Load, ...]
    currency: str

    @property
    def hours(self) -> float:
        """The whole run, as expected."""
        return sum(self.expected_s.values()) / 3600

    @property
    def hours_at_most(self) -> float:
        """The whole run, by the limits."""
        return sum(self.at_most_s.values()) / 3600

    @property
    def cost(self) -> float | None:
        """The whole run, as expected; None when a price is not known."""
        return cost_of((load, load.node_hours) for load in self.loads)

    @property
    def cost_at_most(self) -> float | None:
        """The whole run, by the limits; None when a price is not known."""
        return cost_of((load, load.node_hours_at_most) for load in self.loads)

    @property
    def unpriced(self) -> tuple[Load, ...]:
        """The machines whose price is not known."""
        return tuple(load for load in self.loads if load.price.amount is None)


def cost_of(hours: Iterable[tuple[Load, float]]) -> float | None:
    """Return what so many node-hours of each load cost; None when one of the prices is not known."""
    total = 0.0
    for load, node_hours in hours:
        if load.price.amount is None:
            return None
        total += load.price.amount * node_hours
    return total


_TIERS = {"Dedicated": "Standard", "LowPriority": "LowPriority"}
"""A cluster's tier in the words of the size list (recorded)."""


def find_price(
    size: str,
    tiers: Sequence[str],
    own: Mapping[str, float],
    offered: Sequence[OfferedPrice],
    currency: str,
) -> Price:
    """Return the hourly price of a size: the user's own (`own`, by size), else the dearest of these tiers in the list.

    Prices of other operating systems, in other currencies or per something else than an hour do not count.
    """
    given = {name.casefold(): amount for name, amount in own.items()}.get(size.casefold())
    if given is not None:
        return Price(given, "[prices] of the spec")
    linux = [price for price in offered if (price.os, price.unit) == ("Linux", "OneHour")]
    wanted = [price for price in linux if price.tier in {_TIERS.get(tier, tier) for tier in tiers}]
    usable = [price.amount for price in wanted if price.currency == currency]
    if usable:
        return Price(max(usable), "the size list of the workspace")
    if wanted:
        return Price(None, f"the size list has its price in {wanted[0].currency}, not in {currency}")
    tier = " or ".join(tiers)
    return Price(None, f"the size list has no {tier} price" if offered else "the size list has no price for it")
