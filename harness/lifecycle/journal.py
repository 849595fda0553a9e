"""Carrying out steps one by one: each is timed on both clocks, told to the watcher and put into the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from azure.core.exceptions import AzureError, ServiceRequestError, ServiceResponseError

from harness.decide.sign_in import explain_missing_bundle
from harness.errors import HarnessError, StepFailed
from harness.lifecycle.refusals import reason, unexpected
from harness.lifecycle.report import LifecycleReport, StepRecord
from harness.lifecycle.waiting import Clock
from harness.lifecycle.watching import Unbreakable, Watcher

__all__ = ["LAST_STEP", "TITLES", "Journal", "Told", "as_step_failed"]

TITLES: Mapping[str, str] = {
    "connect": "Connect to the workspace and the registry",
    "model": "Find the foundation model",
    "sizes": "Check the VM sizes",
    "data": "Prepare the data",
    "parameters": "Choose the fine-tuning parameters",
    "estimate": "Estimate time and cost",
    "compute": "Prepare the GPU cluster",
    "pipeline": "Fine-tune",
    "metrics": "Read the metrics back",
    "register": "Register the fine-tuned model",
    "deploy": "Deploy it to an endpoint",
    "score": "Score a held-out row",
    "delete": "Delete what bills",
}
"""The steps of a lifecycle, in order."""

LAST_STEP = "delete"
"""Carried out whatever happened before it."""

_NOBODY = (ServiceRequestError, ServiceResponseError)
_UNANSWERED = (
    "Nobody answered: check the network and HTTPS_PROXY, and run again; `harness sweep` removes what may be left."
)


class Told(Protocol):
    """The result of a step: whatever else it is, it has facts to tell."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it, by name."""


_Result = TypeVar("_Result", bound=Told)


class Journal(Unbreakable):
    """A Watcher that also writes the report of a run, which goes on when nobody can be told of it any more."""

    def __init__(
        self,
        report: LifecycleReport,
        clock: Clock,
        watch: Watcher,
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(watch)
        self.report = report
        self._clock = clock
        self._stopwatch = stopwatch

    def step(self, name: str, action: Callable[[], _Result]) -> _Result:
        """Carry out `action` as the step `name`; what is raised in it becomes StepFailed, with its reason and cause.

        Ctrl-C and the harness's own errors pass unchanged.
        """
        began, started = self._clock.now(), self._stopwatch()
        facts: Mapping[str, str] = {}
        outcome: Literal["done", "failed"] = "failed"
        try:
            self.started(name, TITLES[name])
            result = action()
            facts, outcome = result.facts, "done"
        except HarnessError as error:
            facts = {"error": str(error)}
            raise
        except KeyboardInterrupt:
            facts = {"error": "interrupted"}
            raise
        except Exception as error:  # the SDK also fails with KeyError and worse
            failed = as_step_failed(name, error)
            facts = {"error": str(failed)}
            raise failed from error
        finally:
            self.finished(self._record(name, outcome, began, started, facts))
        return result

    def skip(self, but: str = "") -> None:
        """Record every step that was not carried out as skipped, except `but`, which is still to come."""
        recorded = {but, *(record.name for record in self.report.steps)}
        for name, title in TITLES.items():
            if name not in recorded:
                self.finished(StepRecord(name, title, "skipped", 0.0, 0.0, {}))

    def warned(self, text: str) -> None:
        """Keep a warning for the report, and tell it."""
        self.report.warnings.append(text)
        super().warned(text)

    def finished(self, record: StepRecord) -> None:
        """Put a step into the report, and tell that it has ended."""
        self.report.steps.append(record)
        super().finished(record)

    def _record(
        self,
        name: str,
        outcome: Literal["done", "failed"],
        began: datetime,
        started: float,
        facts: Mapping[str, str],
    ) -> StepRecord:
        azure = (self._clock.now() - began).total_seconds()
        return StepRecord(name, TITLES[name], outcome, azure, self._stopwatch() - started, facts)


def as_step_failed(name: str, error: Exception) -> StepFailed:
    """Return an exception that is none of ours as the failure of a step, with its reason."""
    if isinstance(error, AzureError):
        remedy = _UNANSWERED if isinstance(error, _NOBODY) else "Correct what Azure names, and run again."
        return StepFailed("a request to Azure failed", where=name, got=reason(error), remedy=remedy)
    if isinstance(error, OSError):
        untrusting = explain_missing_bundle(str(error))
        if untrusting is not None:
            return StepFailed(untrusting.what, where=name, remedy=untrusting.remedy)
        remedy = "Make room or give rights to it, and run again."
        return StepFailed("a file cannot be read or written", where=name, got=str(error), remedy=remedy)
    remedy = "Run again; if it fails again, report it with the version of azure-ai-ml."
    return StepFailed("the SDK failed unexpectedly", where=f"step {name}", got=unexpected(error), remedy=remedy)
