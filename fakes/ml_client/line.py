"""The line between the double and its world: one exchange at a time, with its faults and the SDK's retries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from azure.core.exceptions import AzureError

from fakes.ml_client.refusals import Answer, blob_error, connection_error, http_error
from fakes.ml_client.retries import Retries, is_blob_operation
from fakes.world.error_bodies import arm_error
from fakes.world.errors import EmptyNotFound, ServiceError
from fakes.world.faults import ConnectionFault, HttpFault
from fakes.world.world import REGION, World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One exchange as it was answered: the operation by its name in Azure's REST specification, and the status."""

    operation: str
    method: str
    status: int


class _RefusedError(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


class Line:
    """Carries what clients ask into a world and brings back what it says, or the SDK's exception.

    calls: every exchange so far.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.calls: list[Exchanged] = []

    def send(self, operation: str, method: str, action: Callable[[], T]) -> T:
        """Let `action` happen in the world and return its result.

        The faults that are set for `operation` meet it as they would meet a request, and it is tried again when the
        SDK would do so; pauses take virtual time.
        """
        retries = Retries(operation, method)
        while True:
            try:
                return self._exchange(operation, method, action)
            except _RefusedError as refused:
                if not retries.after_status(refused.answer.status_code):
                    raise _error_of(operation, refused.answer) from None
            except AzureError as error:
                if not retries.after_failure(error):
                    raise
            self.world.clock.sleep(retries.pause())

    def _exchange(self, operation: str, method: str, action: Callable[[], T]) -> T:
        """Carry one exchange: due work, a fault before it, the action, a fault after it."""
        world = self.world
        with world.lock:
            world.catch_up()
            self._meet_fault("before", operation, method, action)
            try:
                result = action()
            except ServiceError as error:
                self._meet_fault("after", operation, method, None)
                self.calls.append(Exchanged(operation, method, error.status))
                raise _RefusedError(_answer_of(world, error)) from None
            self._meet_fault("after", operation, method, None)
            self.calls.append(Exchanged(operation, method, 200))
            return result

    def _meet_fault(self, when: str, operation: str, method: str, action: Callable[[], object] | None) -> None:
        fault = self.world.faults.take(operation, when)  # type: ignore[arg-type]
        if fault is None:
            return
        if isinstance(fault, HttpFault):
            self.calls.append(Exchanged(operation, method, fault.status))
            body = arm_error(self.world, ServiceError(fault.message, code=fault.code), REGION)
            raise _RefusedError(Answer(fault.status, body))
        kind = fault.kind if isinstance(fault, ConnectionFault) else "reset"
        self.calls.append(Exchanged(operation, method, 0))
        if kind == "truncated" and action is not None:
            action()  # the service has worked; only its answer is lost
        raise connection_error(kind)


def _answer_of(world: World, error: ServiceError) -> Answer:
    if isinstance(error, EmptyNotFound):
        return Answer(404, None)
    return Answer(error.status, arm_error(world, error, REGION))


def _error_of(operation: str, answer: Answer) -> Exception:
    return blob_error(answer) if is_blob_operation(operation) else http_error(answer)
