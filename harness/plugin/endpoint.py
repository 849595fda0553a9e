"""An endpoint as scenarios see it: they deploy to it, move its traffic and ask it, and it is gone afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from harness.ledger import Ledger
from harness.lifecycle.budget import Budget
from harness.lifecycle.delete import CleanUp
from harness.lifecycle.deploy import create_deployment, create_endpoint
from harness.lifecycle.report import LifecycleReport
from harness.lifecycle.score import ask
from harness.lifecycle.traffic import read_traffic, set_traffic, shift_traffic
from harness.lifecycle.waiting import Clock, Uncapped, Waiting
from harness.lifecycle.watching import Silent
from harness.spec import LifecycleSpec

__all__ = ["LiveEndpoint", "WhichModel"]

WhichModel = Literal["foundation", "fine-tuned"]


class LiveEndpoint:
    """An endpoint on one backend. `models` are the ids of what may be deployed; requests are kept in `folder`.

    budget: what it may use, from its creation on.
    """

    def __init__(
        self,
        client: Any,
        name: str,
        spec: LifecycleSpec,
        models: Mapping[WhichModel, str],
        clock: Clock,
        folder: Path,
        ledger: Ledger,
        budget: Budget,
    ) -> None:
        self.name = name
        self.client = client
        self._spec = spec
        self._models = models
        self._clock = clock
        self._folder = folder
        self._ledger = ledger
        self._budget = budget
        self._asked = 0

    @property
    def traffic(self) -> Mapping[str, int]:
        """The percentages of live traffic, as Azure has them, of the deployments that get any."""
        return {
            name: share for name, share in read_traffic(self.client.online_endpoints.get(self.name)).items() if share
        }

    def create(self) -> None:
        """Create the endpoint; ParameterError when there is one of this name."""
        within = self._within(self._spec.limits.endpoint)
        create_endpoint(self.client, self.name, ledger=self._ledger, **within)

    def deploy(self, deployment: str, model: WhichModel | LifecycleReport) -> None:
        """Deploy one of the two models, or that of a run, and wait until it answers; it gets no traffic yet."""
        model_id = self._models[model] if isinstance(model, str) else _registered(model)
        section = self._spec.deploy.model_copy(update={"deployment": deployment})
        within = self._within(self._spec.limits.deployment)
        create_deployment(self.client, self.name, model_id, section, ledger=self._ledger, **within)

    def shift(self, deployment: str, percent: int) -> None:
        """Give a deployment so much of the traffic, and the others what is left."""
        shift_traffic(self.client, self.name, deployment, percent, **self._within(self._spec.limits.endpoint))

    def restore(self, traffic: Mapping[str, int]) -> None:
        """Divide the traffic as it once was."""
        set_traffic(self.client, self.name, traffic, **self._within(self._spec.limits.endpoint))

    def ask(self, body: Any, deployment: str | None = None) -> str:
        """Send a request to a deployment, or to whom the traffic leads, and return the answer; ScoringFailed else."""
        self._asked += 1
        return ask(self.client, self.name, deployment, body, self._folder / f"request-{self._asked}.json")

    def delete(self) -> None:
        """Delete the endpoint with all its deployments; one that is gone already is no error."""
        cleaner = CleanUp(self.client, **self._uncapped(self._spec.limits.delete))
        cleaner.run(self._ledger, keep_endpoint=False, keep_compute=True)

    def _within(self, seconds: float) -> Waiting:
        return {**self._uncapped(seconds), "cap": self._budget.cap}

    def _uncapped(self, seconds: float) -> Uncapped:
        return {"clock": self._clock, "deadline_s": seconds, "watch": Silent()}


def _registered(run: LifecycleReport) -> str:
    return next(step.facts["id"] for step in run.steps if step.name == "register")
