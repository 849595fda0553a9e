"""How an endpoint's traffic is divided among its deployments, in whole percents that add up to 0 or 100."""

from __future__ import annotations

from collections.abc import Mapping

from harness.errors import ParameterError

__all__ = ["shift"]


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
