"""What a run may still use: hours from its start, and money while something bills."""

from __future__ import annotations

from datetime import datetime, timedelta

from harness.decide.cost import Estimate
from harness.errors import BudgetRefused, HarnessError, OverBudget
from harness.lifecycle.report import Used
from harness.lifecycle.waiting import Cap, Clock
from harness.spec.document import BudgetSection

__all__ = ["Budget", "find_refusal"]

_FAR_HOURS = 1_000_000.0
"""Further away no instant is computed: at a small rate, money lasts longer than a calendar."""


class Budget:
    """The budget of one run: what it has used, at what rate it uses more, and when nothing will be left."""

    def __init__(self, section: BudgetSection, clock: Clock) -> None:
        self._section = section
        self._clock = clock
        self._began = self._since = clock.now()
        self._per_hour: float | None = 0.0
        self._settled = 0.0
        self._counted = True

    @property
    def hours(self) -> float:
        """The hours since the run began."""
        return _hours(self._began, self._clock.now())

    @property
    def spent(self) -> float:
        """The money used, as far as prices are known."""
        return self._settled + (self._per_hour or 0.0) * _hours(self._since, self._clock.now())

    @property
    def used(self) -> Used:
        """Hours and money so far; no money where something billed whose price is not known."""
        return Used(self.hours, self.spent if self._counted else None)

    def bills(self, per_hour: float | None) -> None:
        """Say what an hour costs from now on; None where no price is known, which is refused where money is limited."""
        if per_hour is None and self._section.max_cost is not None:
            raise BudgetRefused(
                "what it costs is not known, so a limit of its cost cannot be kept",
                where="budget.max_cost",
                expected="a price for each size that bills",
                remedy="Say what an hour costs, in [prices] of the spec, or limit the hours instead.",
            )
        self._settled, self._since, self._per_hour = self.spent, self._clock.now(), per_hour
        self._counted = self._counted and per_hour is not None

    @property
    def cap(self) -> Cap | None:
        """When the budget will be used up, as things are; None when it is not limited."""
        section, caps = self._section, []
        if section.max_hours is not None:
            at = self._began + timedelta(hours=min(section.max_hours, _FAR_HOURS))
            caps.append(Cap(at, f"the budget of {section.max_hours:g} h"))
        if section.max_cost is not None and self._per_hour:
            left = (section.max_cost - self._settled) / self._per_hour
            at = self._since + timedelta(hours=max(0.0, min(left, _FAR_HOURS)))
            caps.append(Cap(at, f"the budget of {section.max_cost:g} {section.currency}"))
        return min(caps, key=lambda cap: cap.at, default=None)

    def check(self, step: str) -> None:
        """Raise OverBudget before a step is begun for which nothing is left."""
        cap = self.cap
        if cap is not None and cap.at <= self._clock.now():
            raise OverBudget(
                f"{cap.budget} was used up before the step began",
                where=step,
                got=f"{self.hours:.2f} h, {self.spent:.2f} {self._section.currency}",
                expected=f"at most {cap.budget.removeprefix('the budget of ')}",
                remedy="Give the run a larger budget, or make it smaller: fewer rows, epochs or nodes.",
            )


def find_refusal(section: BudgetSection, estimate: Estimate) -> HarnessError | None:
    """Return why a run of this estimate is not to be begun; None when its budget is enough, or not limited."""
    if section.max_hours is not None and estimate.hours > section.max_hours:
        return _too_much("take longer", "max_hours", f"{estimate.hours:.2f} h", f"{section.max_hours:g} h")
    if section.max_cost is None:
        return None
    if estimate.cost is None:
        sizes = list(dict.fromkeys(load.size for load in estimate.unpriced))
        return BudgetRefused(
            "what the run costs is not known, so a limit of its cost cannot be kept",
            where="budget.max_cost",
            got="; ".join(f"{load.size}: {load.price.source}" for load in estimate.unpriced),
            expected=f"a price for {' and '.join(sizes)}",
            remedy=f"Say what an hour costs, in [prices] of the spec: {sizes[0]} = ...; or limit the hours instead.",
        )
    if estimate.cost > section.max_cost:
        currency = section.currency
        costs = f"{estimate.cost:.2f} {currency}", f"{section.max_cost:g} {currency}"
        return _too_much("cost more", "max_cost", *costs)
    return None


def _too_much(what: str, key: str, got: str, expected: str) -> BudgetRefused:
    return BudgetRefused(
        f"the run is expected to {what} than its budget allows",
        where=f"budget.{key}",
        got=f"about {got}",
        expected=f"at most {expected}",
        remedy=f"Raise {key} (--{key.replace('_', '-')}), make the run smaller, or say in budget.job_hours how long "
        "the job takes if you know better.",
    )


def _hours(since: datetime, now: datetime) -> float:
    return (now - since).total_seconds() / 3600
