"""Small stand-ins for Azure: refusals, pollers, operations that answer from a list, and a watcher that remembers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.polling import LROPoller, PollingMethod

from fakes.world.clock import VirtualClock
from harness.ledger import Ledger, LedgerFile, RunHead
from harness.lifecycle.report import StepRecord

NOON = datetime(2024, 5, 10, 12, tzinfo=timezone.utc)


def virtual_clock() -> VirtualClock:
    """A clock that stands still until somebody sleeps."""
    return VirtualClock(NOON)


def book(file: LedgerFile | None = None, *, keep_compute: bool = True) -> Ledger:
    """The ledger of a run that began at noon and may take until six; in memory unless it is given a file."""
    head = RunHead("1715342400-ab12", NOON, NOON + timedelta(hours=6), "live", keep_compute)
    return Ledger(head, virtual_clock().now, file)


def refusal(status: int, message: str = "no") -> HttpResponseError:
    """What the SDK raises for an HTTP error; 404 has a class of its own."""
    error = ResourceNotFoundError(message) if status == 404 else HttpResponseError(message)
    error.status_code = status
    return error


class Notes:
    """A Watcher that remembers; follows: it wants logs."""

    def __init__(self, follows: bool = False) -> None:
        self.follows = follows
        self.waits: list[str] = []
        self.steps: list[str] = []
        self.moves: list[str] = []
        self.warnings: list[str] = []
        self.records: list[StepRecord] = []

    def started(self, step: str, title: str) -> None:
        """Remember the step."""
        self.steps.append(f"{step}: {title}")

    def progress(self, text: str) -> None:
        """Remember the move."""
        self.moves.append(text)

    def waiting(self, log: str) -> None:
        """Remember the line."""
        self.waits.append(log)

    def warned(self, text: str) -> None:
        """Remember the warning."""
        self.warnings.append(text)

    def finished(self, record: StepRecord) -> None:
        """Remember the record."""
        self.records.append(record)


class Answers:
    """A method that gives these answers one after the other, the last one for ever; errors are raised."""

    def __init__(self, *answers: Any) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._answers = list(answers)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Remember the call and give the next answer."""
        self.calls.append((*arguments, *named.values()))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


class _Polling(PollingMethod[Any]):
    """Polls until `update` returns True or raises."""

    def __init__(self, value: Any, update: Callable[[], bool]) -> None:
        self._value, self._update, self._done = value, update, False

    def initialize(self, client: Any, initial_response: Any, deserialization_callback: Any) -> None:
        """Nothing to do."""

    def status(self) -> str:
        """The state as Azure's operations have it."""
        return "Succeeded" if self._done else "Updating"

    def finished(self) -> bool:
        """Whether the operation has ended."""
        return self._done

    def resource(self) -> Any:
        """What the operation made."""
        return self._value

    def update_status(self) -> None:
        """Poll once."""
        self._done = self._update()

    def run(self) -> None:
        """Poll until the end, as azure-core does on a thread of its own."""
        while not self._done:
            self.update_status()


def poller(value: Any = None, update: Callable[[], bool] = lambda: True) -> LROPoller[Any]:
    """A poller whose operation ends with `value` when `update` returns True, or fails with what it raises."""
    return LROPoller(None, None, lambda _: None, _Polling(value, update))


def failing_poller(error: Exception) -> LROPoller[Any]:
    """A poller whose operation fails."""

    def fail() -> bool:
        raise error

    return poller(update=fail)
