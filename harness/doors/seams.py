"""The seams through which a process's Azure traffic is answered, and its waits reach another clock.

Two doors carry requests: azure-core's `RequestsTransport`, through which every Azure client goes, and `requests`'
`HTTPAdapter` for everybody else (MLflow, a user's own scoring call). Waits reach the clock through the transport's
`sleep` (polling and retries) and through the `time` that a few modules look up in their own names: `jobs.stream`, the
endpoint helpers, the making of a workspace and a download that is repeated. `time.sleep` itself is never touched.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from azure.ai.ml._arm_deployments import arm_deployment_executor
from azure.ai.ml._utils import _endpoint_utils
from azure.ai.ml.operations import _component_operations, _job_ops_helper, _workspace_operations_base
from azure.core.pipeline.transport import HttpTransport, RequestsTransport
from azure.storage.blob import _download
from requests.adapters import HTTPAdapter

from harness.doors.carrying import carry_azure, carry_plain
from harness.doors.messages import Answer

__all__ = ["VirtualTime", "opened", "replaced", "stop_pollers"]

_WAITING = (
    _job_ops_helper,
    _component_operations,
    _endpoint_utils,
    arm_deployment_executor,
    _workspace_operations_base,
    _download,
)
"""Modules that sleep, or say how long they waited, by the `time` in their own namespace."""


class VirtualTime:
    """Stands where a module of the SDK looks up `time`: it tells and passes time of another clock."""

    def __init__(self, now: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self._now = now
        self.sleep = sleep

    def time(self) -> float:
        """Return the instant as seconds since the epoch."""
        return self._now().timestamp()

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


@contextlib.contextmanager
def opened(answer: Answer, *, now: Callable[[], datetime], sleep: Callable[[float], None]) -> Iterator[None]:
    """Have the process's HTTP traffic answered, and its Azure clients wait by `sleep`, inside the block."""
    virtual = VirtualTime(now, sleep)

    def send_azure(_transport: Any, request: Any, *, stream: bool = False, **_options: Any) -> Any:
        return carry_azure(answer, request, stream=stream)

    with contextlib.ExitStack() as stack:
        stack.enter_context(replaced(RequestsTransport, "send", send_azure))
        stack.enter_context(replaced(HttpTransport, "sleep", lambda _self, duration: sleep(duration)))
        stack.enter_context(
            replaced(HTTPAdapter, "send", lambda _self, request, **_options: carry_plain(answer, request))
        )
        for module in _WAITING:
            stack.enter_context(replaced(module, "time", virtual))
        yield


@contextlib.contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[Any]:
    """Replace an attribute inside the block, and put back what was there, also what had replaced it before."""
    own, inherited = vars(owner).get(name), getattr(owner, name)
    there = name in vars(owner)
    setattr(owner, name, value)
    try:
        yield inherited
    finally:
        if there:
            setattr(owner, name, own)
        else:
            delattr(owner, name)


def stop_pollers() -> None:
    """Wait for the SDK's polling threads that nobody waited for, once their next request or wait will be refused."""
    for thread in threading.enumerate():
        if thread.name.startswith("LROPoller") and thread is not threading.current_thread():
            thread.join(timeout=5)
