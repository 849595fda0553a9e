"""What a sweep looks at in one workspace: what ledgers name there, and what bears a run's tag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from harness.ledger import RUN_TAG, ResourceKind
from harness.ledger.reading import Entry, RunRecord
from harness.ledger.verdicts import Claim, Sighting
from harness.lifecycle.waiting import JOB_ENDED, word

__all__ = ["SWEPT_KINDS", "Candidate", "claimed", "look", "tagged"]

SWEPT_KINDS: tuple[ResourceKind, ...] = ("endpoint", "job", "compute")
"""What can bill by itself, the dearest first; a deployment goes with its endpoint, and a model costs nothing."""

_LISTED = 2_000
"""How many jobs are looked through, newest first: the SDK cannot search them by tag, and a workspace has years."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something to be judged. record, entry: the ledger that names its run, and what it says; None where none does.

    seen: as the workspace listed it; None where it is still to be looked at.
    """

    kind: ResourceKind
    name: str
    record: RunRecord | None = None
    entry: Entry | None = None
    seen: Sighting | None = None

    @property
    def run(self) -> str:
        """The run whose it is, as far as is known."""
        if self.record is not None:
            return self.record.head.run
        return self.seen.tags.get(RUN_TAG, "") if self.seen is not None else ""

    @property
    def claim(self) -> Claim | None:
        """What the ledger says of it."""
        if self.record is None:
            return None
        head, entry = self.record.head, self.entry
        return Claim(
            head.run,
            self.record.liveness,
            head.started,
            head.expires,
            sure=entry is None or entry.confirmed or head.run in self.name,
            wanted=entry is not None and entry.state == "kept",
            unwanted=self.kind == "compute" and not head.keep_compute,
        )


def claimed(records: Sequence[RunRecord]) -> Iterator[Candidate]:
    """Yield what the ledgers of runs that are not closed name, and may be there and bill, or is to go all the same."""
    for record in records:
        for entry in () if record.closed else record.entries:
            candidate = Candidate(entry.kind, entry.name, record, entry)
            claim = candidate.claim
            to_go = entry.bills or (claim is not None and claim.unwanted)
            if entry.kind in SWEPT_KINDS and entry.state != "gone" and to_go:
                yield candidate


def tagged(client: Any, records: Mapping[str, RunRecord], kind: ResourceKind) -> Iterator[Candidate]:
    """Yield what of a workspace's resources of a kind bears a run's tag; records: those that there are, by run."""
    for name, seen in _listed(client, kind):
        if seen.tags.get(RUN_TAG):
            yield Candidate(kind, name, records.get(seen.tags[RUN_TAG]), None, seen)


def look(client: Any, kind: ResourceKind, name: str) -> Sighting | None:
    """Return how a resource is now; None when it is not there. AzureError when that cannot be known."""
    operations = {"endpoint": client.online_endpoints, "job": client.jobs, "compute": client.compute}[kind]
    try:
        return _sighting(kind, operations.get(name))
    except ResourceNotFoundError:
        return None


def _listed(client: Any, kind: ResourceKind) -> Iterator[tuple[str, Sighting]]:
    if kind == "endpoint":
        found = client.online_endpoints.list()
    elif kind == "compute":
        found = client.compute.list(compute_type="amlcompute")
    else:
        found = (job for job in islice(client.jobs.list(), _LISTED) if word(job.status) not in JOB_ENDED)
    return ((each.name, _sighting(kind, each)) for each in found)


def _sighting(kind: ResourceKind, found: Any) -> Sighting:
    bills = True
    if kind == "job":
        bills = word(found.status) not in JOB_ENDED
    elif kind == "compute":  # one that scales to zero nodes costs nothing by itself
        bills = bool(getattr(found, "min_instances", 0))
    return Sighting({str(key): str(value) for key, value in (found.tags or {}).items()}, bills)
