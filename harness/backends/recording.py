"""A recording beside whichever backend answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from harness.backends.surroundings import Surroundings
from harness.cassettes.clocks import HeardClock
from harness.cassettes.format import read, write
from harness.cassettes.recording import Recorder
from harness.doors.listening import overheard
from harness.errors import CassetteUnreadable

__all__ = ["keep", "recording"]


@contextmanager
def recording(surroundings: Surroundings) -> Iterator[tuple[Surroundings, Recorder]]:
    """Record the HTTP traffic of an open backend, and what is pinned, inside the block.

    There the clock stands at what was last heard, as it will in a replay.
    """
    clock = HeardClock(surroundings.clock)
    recorder = Recorder(clock.reach)
    with overheard(recorder.listen):
        yield replace(surroundings, clock=clock, pinned=recorder.pinned), recorder


def keep(recorder: Recorder, backend: str, file: Path, today: date) -> str:
    """Write a recording, and return what became of it: "written", or "validated" when the file says the same already.

    Then only the day of its last validation moves, and the day of its recording stays.
    """
    fresh = recorder.cassette(backend, today)
    try:
        before = read(file)
    except CassetteUnreadable:
        before = None
    if before is not None and before.interactions == fresh.interactions:
        old, new = before.metadata, fresh.metadata
        kept = replace(new, recorded=old.recorded, checksum=old.checksum, last_validated=old.last_validated)
        if kept == old:
            write(replace(before, metadata=replace(old, last_validated=today.isoformat())), file)
            return "validated"
    write(fresh, file)
    return "written"
