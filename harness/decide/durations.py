"""How long the steps of a lifecycle usually take on Azure, and how we know: for estimates, and never for a decision
on whether something has ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["DEPLOYING_S", "USUAL", "Usual", "usual"]


@dataclass(frozen=True, slots=True)
class Usual:
    """Seconds, and what says so: "recorded" with the month, "inferred" where no recording shows it, "given"."""

    seconds: float
    evidence: str


DEPLOYING_S = 585.0
"""How long a deployment alone takes to come up; the endpoint around it costs nothing before."""

USUAL: Mapping[str, Usual] = MappingProxyType(
    {
        "compute": Usual(30.0, "inferred"),
        "pipeline": Usual(2_595.0, "inferred"),
        "deploy": Usual(90.0 + DEPLOYING_S + 20.0, "recorded 2022-10"),
        "delete": Usual(12.0, "recorded 2026-03"),
    }
)
"""Steps that wait for Azure: a cluster, the job, an endpoint with a deployment and its traffic, the endpoint's end.

They are the pace of the local Azure ML. A real job depends on the model, the rows and the epochs: who knows better
says so.
"""


def usual(step: str, job_hours: float | None = None) -> Usual:
    """Return how long a step usually takes, 0 s where it waits for nothing; job_hours: what the user expects."""
    if step == "pipeline" and job_hours is not None:
        return Usual(job_hours * 3600, "given")
    return USUAL.get(step, Usual(0.0, "inferred"))
