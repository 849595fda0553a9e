"""What goes wrong, and when: enumerated and counted, never drawn by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

When = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class HttpFault:
    """The service answers with an error instead of working (`before`) or after it has worked (`after`)."""

    status: int
    code: str = "InjectedFault"
    message: str = "This failure was injected."


@dataclass(frozen=True, slots=True)
class ConnectionFault:
    """The connection breaks: `reset`, `timeout`, or `truncated` in the middle of the body."""

    kind: Literal["reset", "timeout", "truncated"] = "reset"


@dataclass(frozen=True, slots=True)
class Failure:
    """A job, deployment or compute ends as Failed, with this cause. `step` names the failing child of a job."""

    message: str
    code: str = "UserError"
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Stuck:
    """A job, deployment or compute never leaves `state`."""

    state: str | None = None


Fault = HttpFault | ConnectionFault | Failure | Stuck

JOB, DEPLOYMENT, COMPUTE = "job", "deployment", "compute"
"""Outcomes of resources, for `on()`; every other operation is named as in Azure's REST specification."""

LIVENESS_FAILURE = (
    "ResourceNotReady: User container has crashed or terminated: Liveness probe failed: "
    "HTTP probe failed with statuscode: 502"
)
"""The message that users see when a container does not start (quoted in public issues)."""


@dataclass(slots=True)
class Armed:
    """A fault that waits for the call that it will meet; `countdown` is 1 for the next one."""

    operation: str
    countdown: int
    when: When
    fault: Fault


class Faults:
    """The faults of a world. Each fires once, at the nth time its operation happens from now on."""

    def __init__(self) -> None:
        self._armed: list[Armed] = []

    def on(self, operation: str, fault: Fault, *, nth: int = 1, when: When = "before") -> None:
        """Let `fault` happen at the `nth` call of `operation`, such as `OnlineEndpoints_Get`."""
        if nth < 1:
            raise ValueError(f"nth is {nth}; the first time is 1")
        self._armed.append(Armed(operation, nth, when, fault))

    def armed(self) -> list[Armed]:
        """Return what has not happened yet."""
        return list(self._armed)

    def disarm(self) -> int:
        """Let nothing of it happen, and return how much that was."""
        count, self._armed = len(self._armed), []
        return count

    def take(self, operation: str, when: When = "before") -> Fault | None:
        """Count one call of `operation` and return the fault that it meets, if any."""
        if not self._armed:
            return None
        struck: Armed | None = None
        for armed in self._armed:
            if armed.operation == operation and armed.when == when:
                armed.countdown -= 1
                if armed.countdown == 0 and struck is None:
                    struck = armed
        self._armed = [armed for armed in self._armed if armed.countdown > 0]
        return struck.fault if struck else None

    def fail_job(self, message: str, *, step: str | None = None, code: str = "UserError", nth: int = 1) -> None:
        """Let the nth pipeline job fail in `step` (by default in its fine-tuning step)."""
        self.on(JOB, Failure(message, code, step), nth=nth)

    def stick_job(self, state: str = "Preparing", *, nth: int = 1) -> None:
        """Let the nth job never leave `state`."""
        self.on(JOB, Stuck(state), nth=nth)

    def fail_deployment(self, message: str = LIVENESS_FAILURE, *, nth: int = 1) -> None:
        """Let the container of the nth deployment fail its liveness probe."""
        self.on(DEPLOYMENT, Failure(message, ""), nth=nth)

    def fail_compute(
        self, message: str = "Provisioning failed.", *, code: str = "ProvisioningFailed", nth: int = 1
    ) -> None:
        """Let the nth compute end in provisioning state Failed."""
        self.on(COMPUTE, Failure(message, code), nth=nth)

    def refuse_compute(
        self, message: str = "The specified VM size is not available.", *, code: str = "BadRequest", nth: int = 1
    ) -> None:
        """Let the nth request to create a compute be refused, as for a lack of quota."""
        self.on("Compute_CreateOrUpdate", HttpFault(400, code, message), nth=nth)
