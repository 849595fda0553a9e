"""Questions that a wait asks over and over: a network that is gone for a while ends no run of hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from azure.core.exceptions import AzureError

from harness.lifecycle.refusals import may_recover, reason
from harness.lifecycle.waiting import LONGEST_OUTAGE, Clock, Deadline, unfinished
from harness.lifecycle.watching import Watcher

__all__ = ["answered"]

_PAUSE_S = 10.0

_Answer = TypeVar("_Answer")


def answered(
    question: Callable[[], _Answer],
    what: str,
    *,
    clock: Clock,
    watch: Watcher,
    deadline: Deadline,
    see: str = "",
) -> _Answer:
    """Return the answer to `question`, which is asked again while its failure may pass; `what` is waited for.

    Raises the last failure after LONGEST_OUTAGE without an answer, and at once one that stays; Unfinished, or
    OverBudget, when the deadline of the wait passes before. see: where to look, as for `unfinished`.
    """
    until = clock.now() + LONGEST_OUTAGE
    while True:
        try:
            return question()
        except AzureError as error:
            if not may_recover(error) or clock.now() >= until:
                raise
            if deadline.passed:
                raise unfinished(what, deadline, f"no answer: {reason(error)}", see=see) from error
            watch.progress(f"{what}: no answer: {reason(error)}; asking again")
        clock.sleep(min(_PAUSE_S, deadline.left + 1))
