"""Pollers of long-running operations: azure-core's interface over a world's operations and its virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic, TypeVar

from azure.core.exceptions import AzureError
from azure.core.polling import LROPoller, PollingMethod

from fakes.ml_client.line import Line
from fakes.ml_client.refusals import Answer, http_error, while_polling
from fakes.world.operations import Operation

T = TypeVar("T")

OFTEN_S, SELDOM_S = 5.0, 30.0
"""How long apart the SDK polls: where it says so itself, and where ARM's default holds (SDK source)."""

PATIENCE_S = 7 * 86_400.0
"""How long a `wait` without a timeout goes on: nothing of Azure ML takes a week, and a test should not hang."""

_ENDED = frozenset(("succeeded", "failed", "canceled"))


class OperationPolling(PollingMethod[T]):
    """Asks for the status of an operation until it has ended, then for its result.

    poll: the operation that a poll is, such as `OperationsStatus_Get`. every: seconds between two polls. result: asks
    for what the poller returns. An operation of None has nothing to wait for.
    """

    def __init__(
        self, line: Line, operation: Operation | None, poll: str, every: float, result: Callable[[], T]
    ) -> None:
        self._line = line
        self._operation = operation
        self._poll = poll
        self._every = every
        self._result = result
        self._status = "Succeeded" if operation is None else "InProgress"
        self._asked = False
        self._resource: T | None = None

    def initialize(self, client: Any, initial_response: Any, deserialization_callback: Any) -> None:
        """Do nothing: the request was sent before the poller was made."""

    def run(self) -> None:
        """Wait for the end of the operation, and take its result."""
        while not self.finished():
            self.turn()
        self.settle()

    def turn(self) -> None:
        """Ask once; the first time at once, later after a pause of virtual time."""
        if self._asked:
            self._line.world.clock.sleep(self._every)
        self._asked = True
        self.update_status()

    def update_status(self) -> None:
        """Ask for the status."""
        self._status = self._line.send(self._poll, "GET", self._asked_status)

    def settle(self) -> None:
        """Take the result of an operation that has ended; HttpResponseError with the cause of a failed one."""
        if self._status.lower() in ("failed", "canceled"):
            raise http_error(Answer(200, self._failure()))
        self._resource = self._result()

    def give_up(self) -> None:
        """Hold the operation for failed, whatever it does: its poll or its result was refused (SDK source)."""
        self._status = "Failed"

    def status(self) -> str:
        """Return what was last heard of the operation."""
        return self._status

    def finished(self) -> bool:
        """Tell whether the operation has been heard to have ended."""
        return self._status.lower() in _ENDED

    def resource(self) -> T:
        """Return the result, None before there is one."""
        return self._resource  # type: ignore[return-value]

    def get_continuation_token(self) -> str:
        """Return the operation's id; no poller can be made from it here."""
        return "" if self._operation is None else self._operation.id

    def _asked_status(self) -> str:
        world = self._line.world
        if self._operation is None:
            return "Succeeded"
        return world.operations.get(self._operation.id).status(world.clock.now())

    def _failure(self) -> dict[str, Any]:
        error = self._operation.error if self._operation else None
        said = {"code": error.code or None, "message": error.message} if error else None
        return {"status": self._status, "error": said}


class WorldPoller(LROPoller[T], Generic[T]):
    """An `LROPoller` whose time passes while somebody waits for it: it has no thread that polls on its own.

    So what a test sees after `begin_...` does not depend on how fast a thread runs, and a poller that nobody waits for
    costs nothing. `wait(timeout)` lets at most `timeout` virtual seconds pass, but polls once at least; `done()` polls
    once, so a loop around it ends.
    """

    def __init__(self, method: OperationPolling[T]) -> None:  # the base class would start a thread
        self._method = method
        self._ended = False
        self._failure: BaseException | None = None
        self._to_call: list[Callable[[Any], None]] = []
        if method.finished():
            self._end()

    def wait(self, timeout: float | None = None) -> None:
        """Poll until the operation has ended or `timeout` virtual seconds have passed; raises its failure."""
        clock = self._method._line.world.clock
        until = clock.now() + timedelta(seconds=PATIENCE_S if timeout is None else timeout)
        while not self._ended:
            self._turn()
            if not self._ended and clock.now() >= until:
                if timeout is None:
                    raise TimeoutError(f"the operation is still {self.status()} after {PATIENCE_S:g} virtual seconds")
                break
        if self._failure is not None:
            raise self._failure

    def result(self, timeout: float | None = None) -> T:
        """Return the result after `wait(timeout)`; None when the operation has not ended by then."""
        self.wait(timeout)
        return self._method.resource()

    def done(self) -> bool:
        """Poll once unless the operation has ended, and tell whether it has."""
        if not self._ended:
            self._turn()
        return self._ended

    def status(self) -> str:
        """Return what was last heard of the operation."""
        return self._method.status()

    def polling_method(self) -> PollingMethod[T]:
        """Return how this poller polls."""
        return self._method

    def continuation_token(self) -> str:
        """Return the operation's id; no poller can be made from it here."""
        return self._method.get_continuation_token()

    @classmethod
    def from_continuation_token(
        cls, polling_method: PollingMethod[T], continuation_token: str, **kwargs: Any
    ) -> LROPoller[T]:
        """Refuse: the operation is known to the client that began it."""
        raise NotImplementedError("the double of MLClient makes no pollers from continuation tokens")

    def add_done_callback(self, func: Callable[[Any], None]) -> None:
        """Call `func` with the polling method once the operation has ended, at once if it has."""
        if self._ended:
            func(self._method)
        else:
            self._to_call.append(func)

    def remove_done_callback(self, func: Callable[[Any], None]) -> None:
        """Do not call `func`; ValueError once the operation has ended."""
        if self._ended:
            raise ValueError("Process is complete.")
        self._to_call = [kept for kept in self._to_call if kept != func]

    def _turn(self) -> None:
        try:
            self._method.turn()
        except Exception as error:
            self._fail(error)
            return
        if self._method.finished():
            self._end()

    def _end(self) -> None:
        try:
            self._method.settle()
        except Exception as error:
            self._fail(error)
            return
        self._close()

    def _fail(self, raised: Exception) -> None:
        error = while_polling(raised)
        if error is not raised:
            self._method.give_up()
        if isinstance(error, AzureError) and not error.continuation_token:
            error.continuation_token = self.continuation_token()
        self._failure = error
        self._close()

    def _close(self) -> None:
        self._ended = True
        waiting, self._to_call = self._to_call, []
        for func in waiting:
            func(self._method)
