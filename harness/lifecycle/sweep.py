"""Sweeping a workspace: what ended runs left there is found, judged and removed, one after the other.

Each removal is noted in the ledger of its run. One that fails does not stop the rest, and what is done stays done when
somebody interrupts: the next sweep goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from azure.core.exceptions import AzureError

from harness.errors import HarnessError
from harness.ledger import ResourceKind
from harness.ledger.file import add_lines
from harness.ledger.reading import RunRecord
from harness.ledger.resources import spelled
from harness.ledger.verdicts import Sighting, began, judge
from harness.lifecycle.delete import CleanUp
from harness.lifecycle.refusals import reason, unexpected
from harness.lifecycle.survey import SWEPT_KINDS, Candidate, claimed, look, tagged
from harness.lifecycle.waiting import Clock
from harness.lifecycle.watching import Watcher

__all__ = ["Outcome", "Rules", "Sweep", "Swept"]

Outcome = Literal["removed", "gone", "kept", "waits", "refused", "failed", "to remove"]
"""What became of something. gone: it was not there; waits: its time has not come; to remove: a dry run left it."""

_OUTCOMES: Mapping[str, Outcome] = {
    "gone": "gone",
    "keep": "kept",
    "wait": "waits",
    "refuse": "refused",
    "ignore": "kept",
    "remove": "to remove",
}


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did with one resource, and why. age_s: since its run began, None when nobody knows.

    kind: also "ledger" and "workspace", for what could not be read.
    """

    kind: str
    name: str
    run: str
    workspace: str
    age_s: float | None
    bills: bool
    outcome: Outcome
    reason: str

    @property
    def is_left(self) -> bool:
        """Whether it should have been removed and is still there, or may be."""
        return self.outcome in ("failed", "refused", "to remove")


@dataclass(frozen=True, slots=True)
class Rules:
    """How to sweep. older_than: what began less long ago stays. dry_run: nothing is changed.

    settle: for so long after a sweep has begun a request of a dead run may still arrive and create something, since a
    request outlives the process that sent it. deadline_s: for each removal.
    """

    older_than: timedelta = timedelta()
    dry_run: bool = False
    settle: timedelta = timedelta(seconds=30)
    deadline_s: float = 1_800


class Sweep:
    """A sweep of the workspace that `client` reaches. records: the runs that created things there, by their ledgers."""

    def __init__(
        self, client: Any, records: Sequence[RunRecord], rules: Rules, *, clock: Clock, watch: Watcher
    ) -> None:
        self._client, self._rules, self._clock, self._watch = client, rules, clock, watch
        self._records = {record.head.run: record for record in records}
        cleaner = CleanUp(client, clock=clock, deadline_s=rules.deadline_s, watch=watch)
        self._removers: Mapping[ResourceKind, Callable[[str], None]] = {
            "endpoint": cleaner.delete_endpoint,
            "job": cleaner.cancel_job,
            "compute": cleaner.delete_compute,
        }
        self._unsettled: set[str] = set()

    def run(self) -> Iterator[Swept]:
        """Yield each resource once it is dealt with, what might still appear last; ended ledgers are closed then."""
        until, again = self._clock.now() + self._rules.settle, []
        for kind in SWEPT_KINDS:
            known = [candidate for candidate in claimed(list(self._records.values())) if candidate.kind == kind]
            found, failure = self._tagged(kind, {candidate.name for candidate in known})
            if failure is not None:
                yield failure
            for candidate in (*known, *found):
                swept = self._deal_with(candidate)
                late = self._may_appear(candidate, swept)
                if late:
                    again.append((candidate, swept))
                else:
                    self._note(candidate, swept)
                if swept.outcome != "gone" or not late:
                    yield swept
        yield from self._look_again(again, until)
        self._close_ledgers()

    def _tagged(self, kind: ResourceKind, known: set[str]) -> tuple[list[Candidate], Swept | None]:
        """Return what bears a run's tag and stands in no ledger; and the failure to look, if it is one."""
        try:
            found = list(tagged(self._client, self._records, kind))
        except Exception as error:
            place = self._client.workspace_name
            said = f"its {kind}s cannot be listed: {_told(error)}"
            return [], Swept("workspace", place, "", place, None, False, "failed", said)
        return [candidate for candidate in found if candidate.name not in known], None

    def _deal_with(self, candidate: Candidate) -> Swept:
        """Judge a resource as it is now, and remove it if that is the verdict."""
        now, seen = self._clock.now(), candidate.seen
        try:
            seen = seen or look(self._client, candidate.kind, candidate.name)
            verdict = judge(candidate.claim, seen, now=now, older_than=self._rules.older_than)
            if verdict.action != "remove" or self._rules.dry_run:
                return self._swept(candidate, seen, now, _OUTCOMES[verdict.action], verdict.reason)
            self._watch.progress(f"{candidate.kind} {candidate.name}: {verdict.reason}, removing it")
            self._removers[candidate.kind](candidate.name)
        except Exception as error:  # whatever it is, the next one bills as well
            return self._swept(candidate, seen, now, "failed", _told(error))
        return self._swept(candidate, seen, now, "removed", verdict.reason)

    def _swept(self, candidate: Candidate, seen: Sighting | None, now: datetime, outcome: Outcome, why: str) -> Swept:
        since = candidate.record.head.started if candidate.record is not None else began(candidate.run)
        age = (now - since).total_seconds() if since is not None else None
        unknown = outcome == "failed" and seen is None and candidate.entry is not None and candidate.entry.bills
        bills = (seen is not None and seen.bills) or unknown
        place = self._client.workspace_name
        return Swept(candidate.kind, candidate.name, candidate.run, place, age, bills, outcome, why)

    def _may_appear(self, candidate: Candidate, swept: Swept) -> bool:
        """Say whether something that is not there may still come: a late request makes it, or makes it once more."""
        entry = candidate.entry
        if entry is None or self._rules.dry_run or not self._rules.settle:
            return False
        asked = swept.outcome == "gone" and entry.state in ("intended", "doubtful")
        return asked or swept.outcome == "removed"

    def _look_again(self, candidates: Sequence[tuple[Candidate, Swept]], until: datetime) -> Iterator[Swept]:
        """Wait until no request of a dead run can be on its way, for all were sent before the sweep; then look."""
        if not candidates:
            return
        while (rest := (until - self._clock.now()).total_seconds()) > 0:
            self._watch.progress(f"looking again in {rest:.0f} s: a late request may still create something")
            self._clock.sleep(rest)
        for candidate, before in candidates:
            swept = self._deal_with(candidate)
            self._note(candidate, swept)
            if before.outcome != "removed" or swept.outcome not in ("gone", "kept"):
                yield swept

    def _note(self, candidate: Candidate, swept: Swept) -> None:
        """Write into the ledger what is no more, and remember whose ledger has to stay open."""
        done = swept.outcome in ("removed", "gone")
        if not done and (swept.outcome != "kept" or swept.bills):
            self._unsettled.add(candidate.run)
        if done and candidate.record is not None and not candidate.record.closed:
            state = "ended" if candidate.kind == "job" and swept.outcome == "removed" else "gone"
            self._write(candidate.record, *(self._line(state, *gone) for gone in _with_deployments(candidate)))

    def _close_ledgers(self) -> None:
        for run, record in self._records.items():
            over = record.liveness == "dead" or (
                record.liveness == "unknown" and self._clock.now() > record.head.expires
            )
            if over and not record.closed and not record.problems and run not in self._unsettled:
                self._write(record, {"at": spelled(self._clock.now()), "state": "closed"})

    def _line(self, state: str, kind: str, name: str) -> dict[str, object]:
        return {"at": spelled(self._clock.now()), "state": state, "kind": kind, "name": name, "bills": False}

    def _write(self, record: RunRecord, *lines: Mapping[str, object]) -> None:
        """Add to a ledger; that it cannot be written only means that the next sweep looks once more."""
        if self._rules.dry_run:
            return
        try:
            add_lines(record.path, *lines)
        except OSError as error:
            self._watch.warned(f"{record.path} cannot be written: {error.strerror or type(error).__name__}")


def _with_deployments(candidate: Candidate) -> Iterator[tuple[str, str]]:
    yield candidate.kind, candidate.name
    for entry in candidate.record.entries if candidate.record is not None and candidate.kind == "endpoint" else ():
        if entry.kind == "deployment" and entry.name.partition("/")[0] == candidate.name:
            yield entry.kind, entry.name


def _told(error: Exception) -> str:
    if isinstance(error, AzureError):
        return reason(error)
    return str(error) if isinstance(error, HarnessError) else unexpected(error)
