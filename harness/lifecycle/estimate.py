"""The step estimate: how long the run will take and what it will cost, told before anything is created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.decide.cost import Estimate, Load, Price, find_price
from harness.decide.durations import DEPLOYING_S, USUAL, usual
from harness.lifecycle.sizes import ClusterPlan, Offered
from harness.spec import LifecycleSpec

__all__ = ["CLUSTER", "ENDPOINT", "PlannedCost", "estimate_run", "expected_seconds", "price_of"]

CLUSTER, ENDPOINT = "cluster", "endpoint"
"""What bills: the cluster while the job runs, the endpoint from its deployment to its end."""


@dataclass(frozen=True, slots=True)
class PlannedCost:
    """The estimate of a run, as a step's result. keeps_endpoint: it goes on billing after the run."""

    estimate: Estimate
    keeps_endpoint: bool = False

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        estimate, currency = self.estimate, self.estimate.currency
        doubt = f" ({', '.join(estimate.doubtful)}: inferred)" if estimate.doubtful else ""
        loads = {load.what: _told(load, currency) for load in estimate.loads}
        after = {}
        if self.keeps_endpoint:
            after = {"afterwards": next(_rate(load, currency) for load in estimate.loads if load.what == ENDPOINT)}
        return {
            "time": f"about {_hours(estimate.hours)}{doubt}, by the limits at most {_hours(estimate.hours_at_most)}",
            **loads,
            "cost": _cost(estimate),
            **after,
        }


def estimate_run(spec: LifecycleSpec, plan: ClusterPlan, nodes: int, offered: Offered) -> PlannedCost:
    """Return what the planned run takes and costs; nodes: on how many the job runs."""
    limits, deploy = spec.limits, spec.deploy
    expected = {**expected_seconds(spec), **({"compute": 0.0} if plan.exists else {})}
    at_most = {
        "compute": float(limits.compute * len(plan.tiers)),
        "pipeline": float(limits.job),
        "deploy": float(limits.endpoint + limits.deployment + limits.endpoint),
        "delete": float(limits.delete),
    }
    doubtful = (step for step in expected if usual(step, spec.budget.job_hours).evidence == "inferred")
    up, up_at_most = DEPLOYING_S + expected["delete"], float(limits.deployment + limits.endpoint + limits.delete)
    price = price_of(spec, plan.size, plan.tiers, offered)
    cluster = Load(CLUSTER, plan.size, nodes, expected["pipeline"], at_most["pipeline"], price)
    price = price_of(spec, deploy.instance_type, ("Dedicated",), offered)
    endpoint = Load(ENDPOINT, deploy.instance_type, deploy.instance_count, up, up_at_most, price)
    doubts = tuple(step for step in doubtful if expected[step])
    estimate = Estimate(expected, at_most, doubts, (cluster, endpoint), spec.budget.currency)
    return PlannedCost(estimate, spec.keep_endpoint)


def expected_seconds(spec: LifecycleSpec) -> dict[str, float]:
    """Return how long the steps that wait for Azure usually take, by step."""
    return {step: usual(step, spec.budget.job_hours).seconds for step in USUAL}


def price_of(spec: LifecycleSpec, size: str, tiers: Sequence[str], offered: Offered) -> Price:
    """Return what an hour of one machine costs: the user's own price, else the one that the workspace offers."""
    listed = next((known.prices for known in offered if known.name.casefold() == size.casefold()), ())
    return find_price(size, tiers, spec.prices, listed, spec.budget.currency)


def _told(load: Load, currency: str) -> str:
    hours = f"{load.nodes} x {load.size}, about {load.node_hours:.2f} node-hours"
    return f"{hours} at {_rate(load, currency)}"


def _rate(load: Load, currency: str) -> str:
    if load.per_hour is None:
        return f"an unknown price ({load.price.source})"
    return f"{load.per_hour:.2f} {currency} an hour ({load.price.source})"


def _cost(estimate: Estimate) -> str:
    if estimate.cost is None or estimate.cost_at_most is None:
        return f"unknown, without a price of {' and '.join(dict.fromkeys(load.size for load in estimate.unpriced))}"
    currency = estimate.currency
    return f"about {estimate.cost:.2f} {currency}, by the limits at most {estimate.cost_at_most:.2f} {currency}"


def _hours(hours: float) -> str:
    minutes = round(hours * 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"
