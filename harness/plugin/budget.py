"""`--max-hours` and `--max-cost`: what all runs of a session together may use, on each backend that they run on.

They are refused, or ended, as `harness run` does it; what bills is deleted then too.
"""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.lifecycle.report import Used
    from harness.spec import LifecycleSpec

__all__ = ["Purse", "purse_of"]

_PURSES = pytest.StashKey[dict[str, "Purse"]]()
_LEAST = 1e-6
"""What stands in a spec for nothing left, since a budget there is more than 0."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options."""
    group = parser.getgroup("harness")
    said = "of all runs together; what the next one is expected to need beyond it is refused, and a run ends with it"
    group.addoption("--max-hours", type=_positive, metavar="H", help=f"hours of Azure's time {said}")
    group.addoption("--max-cost", type=_positive, metavar="X", help=f"money, in the currency of the spec, {said}")


def purse_of(config: pytest.Config, backend: str) -> Purse:
    """Return what the session's runs on a backend may still use; processes of pytest-xdist share it evenly."""
    purses = config.stash.setdefault(_PURSES, {})
    if backend not in purses:
        shared = getattr(config, "workerinput", {}).get("workercount", 1)
        hours, cost = config.getoption("max_hours"), config.getoption("max_cost")
        purses[backend] = Purse(hours and hours / shared, cost and cost / shared)
    return purses[backend]


class Purse:
    """Hours and money that are left; None where there is no limit."""

    def __init__(self, hours: float | None = None, cost: float | None = None) -> None:
        self.hours = hours
        self.cost = cost

    def limited(self, spec: LifecycleSpec, runs: int = 1) -> LifecycleSpec:
        """Return the spec with what is left as its budget, for each of `runs` at once, where its own is not smaller."""
        budget = spec.budget
        given = {
            "max_hours": _smaller(budget.max_hours, self.hours, runs),
            "max_cost": _smaller(budget.max_cost, self.cost, runs),
        }
        return spec.model_copy(update={"budget": budget.model_copy(update=given)})

    def take(self, used: Used | None) -> None:
        """Note what a run has used; money that nobody could count is none."""
        if used is not None and self.hours is not None:
            self.hours = max(0.0, self.hours - used.hours)
        if used is not None and self.cost is not None:
            self.cost = max(0.0, self.cost - (used.cost or 0.0))


def _smaller(own: float | None, left: float | None, runs: int) -> float | None:
    if left is None:
        return own
    share = max(left / runs, _LEAST)
    return share if own is None else min(own, share)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number
