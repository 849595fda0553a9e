"""The network guard: while a test runs on an offline backend, no socket of this process leads away from the machine.

It listens to the interpreter's audit events: nothing is replaced, and no library that opens its sockets through Python
goes around it, on whichever thread. Not seen: other processes, and extensions with sockets of their own. A name that is
handed to `socket.connect` itself is looked up before its event; the connection is refused all the same.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import pytest

from harness.backends import OFFLINE_BACKENDS
from harness.errors import NetworkRefused
from harness.plugin.callers import find_caller
from harness.plugin.destinations import destination
from harness.plugin.options import backend_of

__all__ = ["NetworkGuard", "Watch", "network_guard"]

T = TypeVar("T")


class Watch:
    """A test that is watched, and what it was refused: libraries swallow exceptions, telemetry swallows them all."""

    def __init__(self, test: str) -> None:
        self.test = test
        self._lock = threading.Lock()
        self._refused: list[NetworkRefused] = []

    def refuse(self, refusal: NetworkRefused) -> None:
        """Remember a refusal, of any thread."""
        with self._lock:
            self._refused.append(refusal)

    def take(self) -> list[NetworkRefused]:
        """Return what has been refused since the last time."""
        with self._lock:
            taken, self._refused = self._refused, []
        return taken


class NetworkGuard:
    """An audit hook that refuses what leads away from this machine, while a test is watched."""

    def __init__(self) -> None:
        self._watches: tuple[Watch, ...] = ()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take an event of any thread; NetworkRefused for one that must not happen."""
        __tracebackhide__ = True  # the last line that a reader is shown is the caller's
        watches = self._watches
        if not watches or not event.startswith("socket."):
            return
        target = destination(event, arguments)
        if target is None:
            return
        refusal = NetworkRefused(
            f"{watches[-1].test} runs on an offline backend and tried to reach {target}; the call was refused",
            where=find_caller(),
            got=event,
            expected="a loopback address, or an Azure client that the backend answers",
            remedy="Answer the call locally; a test that needs the network runs on Azure, with -m live.",
        )
        watches[-1].refuse(refusal)
        raise refusal

    @contextmanager
    def watching(self, test: str) -> Iterator[Watch]:
        """Refuse in the block. Blocks nest: a test may run pytest itself."""
        before, watch = self._watches, Watch(test)
        self._watches = (*before, watch)
        try:
            yield watch
        finally:
            self._watches = before


@cache
def network_guard() -> NetworkGuard:
    """Return the guard of this process. The first test that needs it installs it: an audit hook stays for ever."""
    guard = NetworkGuard()
    sys.addaudithook(guard)
    return guard


_WATCH = pytest.StashKey[Watch]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, T, T]:
    """Watch a test on an offline backend from its set-up to its teardown, and between the two."""
    if backend_of(item) not in OFFLINE_BACKENDS:
        return (yield)
    with network_guard().watching(item.nodeid) as watch:
        item.stash[_WATCH] = watch
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, T, T]:
    """Fail a set-up in which something was refused."""
    return (yield from _failing_when_refused(item, "setup"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, T, T]:
    """Fail a call in which something was refused."""
    return (yield from _failing_when_refused(item, "call"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, T, T]:
    """Fail a teardown in which something was refused."""
    return (yield from _failing_when_refused(item, "teardown"))


def _failing_when_refused(item: pytest.Item, phase: str) -> Generator[None, T, T]:
    """Let a phase of a test pass only when nothing was refused, whatever became of the exception."""
    watch = item.stash.get(_WATCH, None)
    if watch is None:
        return (yield)
    try:
        result = yield
    except (pytest.skip.Exception, pytest.xfail.Exception):  # a refusal is no reason to skip
        _fail_for(watch.take())
        raise
    except Exception as error:
        untold = [refusal for refusal in watch.take() if refusal not in _chain(error)]
        if untold:
            item.add_report_section(phase, "network guard", "\n".join(map(str, untold)))
        raise
    _fail_for(watch.take())
    return result


def _fail_for(refused: list[NetworkRefused]) -> None:
    if refused:
        pytest.fail("\n".join(map(str, refused)), pytrace=False)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
