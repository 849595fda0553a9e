"""From many threads to one file: answers wait for the disk together, and count as done once they are on it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType

from harness.gate.evidence.journal import Journal
from harness.gate.evidence.records import Record

__all__ = ["Writer"]

_MOST_AT_ONCE = 64


class Writer:
    """Appends records in a thread of its own, so that a slow disk does not slow the asking down.

    told: called with each record once it is on the disk, never before. Records that wait for one sync share it. After a
    failure `put` raises it.
    """

    def __init__(self, journal: Journal, told: Callable[[Record], None]) -> None:
        self._journal, self._told = journal, told
        self._waiting: queue.Queue[Record | None] = queue.Queue(maxsize=_MOST_AT_ONCE)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="evidence", daemon=True)

    def put(self, record: Record) -> None:
        """Hand over a record."""
        if self._failure is not None:
            raise self._failure
        self._waiting.put(record)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait until everything is on the disk, and raise what kept it from getting there."""
        self._waiting.put(None)
        self._thread.join()
        if self._failure is not None and error is None:
            raise self._failure

    def _work(self) -> None:
        ended = False
        while not ended:
            batch = [self._waiting.get()]
            while len(batch) < _MOST_AT_ONCE and batch[-1] is not None:
                try:
                    batch.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            ended = batch[-1] is None
            self._write([record for record in batch if record is not None])

    def _write(self, records: list[Record]) -> None:
        """Write, and after a failure only take: whoever waits for room in the queue must not wait for ever."""
        if self._failure is not None or not records:
            return
        try:
            self._journal.append(*records)
            for record in records:
                self._told(record)
        except BaseException as error:
            self._failure = error
