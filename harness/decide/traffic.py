"""How an endpoint's traffic is divided among its deployments, in whole percents that add up to 0 or 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.errors import ParameterError

__all__ = ["LARGEST_MIRROR", "Division", "shift"]

LARGEST_MIRROR = 50
"""Percent of the live requests that may be copied to another deployment (documented)."""


@dataclass(frozen=True, slots=True)
class Division:
    """Who answers an endpoint's callers, and who gets copies whose answers are dropped. Made by `of`.

    live: percents that add up to 0 or 100; mirror: of one deployment at most. Shares of 0 are left out, and names are
    in lower case: the SDK sends them so (SDK source).
    """

    live: Mapping[str, int]
    mirror: Mapping[str, int]

    @classmethod
    def of(cls, live: Mapping[str, int] | None, mirror: Mapping[str, int] | None = None) -> Division:
        """Return the division that these shares make, in whatever case and order they come."""
        return cls(_shares(live or {}), _shares(mirror or {}))

    def giving(self, deployment: str, percent: int) -> Division:
        """Return this division with `percent` of the live traffic for one deployment, which gets no copies any more."""
        name = deployment.casefold()
        return Division.of(shift(self.live, name, percent), _without(self.mirror, name))

    def copying_to(self, deployment: str, percent: int) -> Division:
        """Return this division with copies for one deployment only, as Azure demands; ParameterError above 50 %."""
        if not 0 < percent <= LARGEST_MIRROR:
            raise ParameterError(
                f"{deployment} cannot get copies of that share of the traffic",
                where="endpoint traffic",
                got=f"{percent} %",
                expected=f"1 to {LARGEST_MIRROR} %",
                nearest=(f"{LARGEST_MIRROR} %",) if percent > LARGEST_MIRROR else (),
                remedy=f"Give it a whole percentage of at most {LARGEST_MIRROR}.",
            )
        return Division.of(self.live, {deployment: percent})

    def __str__(self) -> str:
        shares = [f"{name} {share} %" for name, share in self.live.items()]
        copies = [f"copies of {share} % to {name}" for name, share in self.mirror.items()]
        return ", ".join([*(shares or ["nobody"]), *copies])


def shift(current: Mapping[str, int], deployment: str, percent: int) -> dict[str, int]:
    """Give `deployment` `percent` of the traffic and scale the others' shares to what is left of 100.

    With nobody else to take the rest, only 0 (the endpoint answers nobody) and 100 are possible; else
    ParameterError. Shares are rounded by largest remainder, ties by name, so the sum is exact.
    """
    if not 0 <= percent <= 100:
        raise ParameterError(
            f"{deployment} cannot take that share of the traffic",
            where="endpoint traffic",
            got=f"{percent} %",
            expected="0 to 100 %",
            remedy="Give it a whole percentage from 0 to 100.",
        )
    others = {name: share for name, share in current.items() if name != deployment}
    total = sum(others.values())
    if total == 0 and percent not in (0, 100):
        raise ParameterError(
            f"no other deployment can take the {100 - percent} % that {deployment} leaves",
            where="endpoint traffic",
            got=f"{percent} %",
            expected="0 or 100 %",
            nearest=("100 %",),
            remedy="Give it all of the traffic, or deploy another one first.",
        )
    return {**_scaled(others, total, 100 - percent), deployment: percent}


def _scaled(shares: Mapping[str, int], total: int, target: int) -> dict[str, int]:
    """Scale `shares`, which add up to `total`, to add up to `target`; all 0 when there is nothing."""
    if total == 0:
        return dict.fromkeys(shares, 0)
    scaled = {name: share * target // total for name, share in shares.items()}
    by_remainder = sorted(shares, key=lambda name: (-(shares[name] * target % total), name))
    for name in by_remainder[: target - sum(scaled.values())]:
        scaled[name] += 1
    return scaled


def _shares(traffic: Mapping[str, int]) -> dict[str, int]:
    return {name.casefold(): int(share) for name, share in sorted(traffic.items()) if int(share)}


def _without(traffic: Mapping[str, int], name: str) -> dict[str, int]:
    return {other: share for other, share in traffic.items() if other != name}
