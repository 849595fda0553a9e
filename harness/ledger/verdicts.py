"""What a sweep may remove: a decision over what the ledger claims, what Azure shows, and what time it is.

Nothing is removed that bears another run's tag, or none and stands in no ledger; nothing of a run that lives, or may
live where this machine cannot see it. What costs nothing stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from harness.ledger.file import Liveness
from harness.ledger.resources import EXPIRES_TAG, RUN_TAG, read_expiry, spelled

__all__ = ["Action", "Claim", "Sighting", "Verdict", "began", "judge"]

Action = Literal["remove", "gone", "keep", "wait", "refuse", "ignore"]
"""remove it; it is gone; it stays; not yet; it is claimed and is not ours; it was never ours."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a ledger says of a resource.

    sure: it was seen to be created, or its name is the run's own. wanted: it was kept on purpose, though it bills.
    unwanted: it is to go also where it costs nothing.
    """

    run: str
    liveness: Liveness
    started: datetime
    expires: datetime
    sure: bool = True
    wanted: bool = False
    unwanted: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """What Azure shows of a resource. bills: it costs money as it is."""

    tags: Mapping[str, str]
    bills: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with a resource, and why."""

    action: Action
    reason: str


def judge(claim: Claim | None, seen: Sighting | None, *, now: datetime, older_than: timedelta = timedelta()) -> Verdict:
    """Decide about one resource; claim: None when no ledger names it or its run, seen: None when Azure has none."""
    if claim is not None and claim.liveness == "alive":
        return Verdict("wait", f"run {claim.run} is going on")
    if seen is None:
        return _unseen(claim, now)
    owner = seen.tags.get(RUN_TAG)
    if claim is None and not owner:
        return Verdict("ignore", "no run of the harness created it")
    if claim is not None and owner and owner != claim.run:
        return Verdict("refuse", f"its tag says run {owner}, the ledger says {claim.run}")
    if claim is not None and not owner and not claim.sure:
        return Verdict("refuse", "it has no tag, and it is not known that the run created it: it may be another's")
    if not seen.bills and not (claim is not None and claim.unwanted):
        return Verdict("keep", "it costs nothing")
    return _by_time(claim, seen, str(owner or (claim and claim.run)), now, older_than)


def began(run: str) -> datetime | None:
    """Return when a run began by its id, which starts with the seconds since 1970; None when it is no such id."""
    found = re.match(r"(\d{9,10})-", run)
    return datetime.fromtimestamp(int(found.group(1)), timezone.utc) if found is not None else None


def _unseen(claim: Claim | None, now: datetime) -> Verdict:
    if claim is not None and claim.liveness == "unknown" and now < claim.expires:
        return Verdict("wait", f"run {claim.run} may be going on elsewhere until {spelled(claim.expires)}")
    return Verdict("gone", "it is not there")


def _by_time(claim: Claim | None, seen: Sighting, run: str, now: datetime, older_than: timedelta) -> Verdict:
    """Decide about something of ours that is to go once its time has come."""
    dead, wanted = claim is not None and claim.liveness == "dead", claim is not None and claim.wanted
    if wanted or not dead:
        expires = _expiry(claim, seen)
        why = "it was kept on purpose" if wanted else f"run {run} may be going on elsewhere"
        if expires is None:
            return Verdict("keep", f"{why}, and its tag {EXPIRES_TAG} says no time: {_said(seen)}")
        if now < expires:
            return Verdict("keep" if wanted else "wait", f"{why} until {spelled(expires)}")
    since = claim.started if claim is not None else began(run)
    if older_than and (since is None or now - since < older_than):
        return Verdict("wait", "it is younger" if since is not None else "nobody knows how old it is")
    return Verdict("remove", f"run {run} is over" if dead else f"run {run} has expired")


def _expiry(claim: Claim | None, seen: Sighting) -> datetime | None:
    """Return from when on it may go. The tag counts, for people move it or take it off; without tags the ledger."""
    if claim is not None and not claim.wanted and not seen.tags.get(RUN_TAG):
        return claim.expires
    return read_expiry(seen.tags)


def _said(seen: Sighting) -> str:
    return repr(seen.tags[EXPIRES_TAG]) if EXPIRES_TAG in seen.tags else "there is none"
