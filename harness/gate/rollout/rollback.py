"""`rollback` and `retire`: the traffic as it was, from any rung; and the end of the way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from azure.core.exceptions import AzureError, ResourceNotFoundError

from harness.decide.traffic import Division
from harness.errors import DeploymentFailed, UsageError
from harness.gate.rollout.claim import Claim, read_claim
from harness.gate.rollout.course import Course
from harness.gate.rollout.journal import Journal
from harness.gate.rollout.promote import journal_file
from harness.gate.rollout.records import Retired
from harness.gate.rollout.returning import as_ours, put_back
from harness.gate.rollout.site import Site
from harness.lifecycle.traffic import Settings
from harness.lifecycle.waiting import operate

__all__ = ["Restored", "retire", "roll_back"]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back and read. by: how it was known. was: the traffic before."""

    division: Division
    was: Division
    by: str


def roll_back(site: Site, journals: Path) -> Restored:
    """Restore the traffic from before the last promotion of an endpoint, and prove it by reading it back.

    By the journal; by the endpoint's own tags where there is none, or it is in use, or another machine has promoted
    since. UsageError when there is nothing to go back to; StepFailed when it is not proven.
    """
    try:
        now = site.read()
    except ResourceNotFoundError as error:
        raise _no_endpoint(site) from error
    except AzureError as error:
        raise as_ours(error) from error
    claim = read_claim(now.tags)
    journal = _opened(journals, site, claim)
    if journal is None:
        assert claim is not None
        return _by_tags(site, claim, now)
    with journal:
        course = journal.last
        if claim is not None and (course is None or course.began.promotion != claim.promotion):
            return _by_tags(site, claim, now)
        return _by_journal(site, journal, course, now)


def _opened(journals: Path, site: Site, claim: Claim | None) -> Journal | None:
    """Return the journal; None when it is in use and the endpoint's tags say enough: an emergency waits for nobody."""
    try:
        return Journal(journal_file(journals, site.endpoint))
    except UsageError:
        if claim is None:
            raise
        site.watch.warned("the journal is in use: whoever climbs will find that the endpoint is no longer theirs")
        return None


def _by_journal(site: Site, journal: Journal, course: Course | None, now: Settings) -> Restored:
    if course is None or course.state == "retired":
        raise UsageError(
            "there is nothing to go back to",
            where=f"endpoint {site.endpoint}",
            got="what was in service has been deleted" if course else f"no promotion in {journal.path}, and no tags",
            expected="a promotion that can be undone",
            remedy="Look at the endpoint's deployments, and move its traffic by hand if need be.",
        )
    by = f"promotion {course.began.promotion} in {journal.path}"
    if course.state == "undone":
        if now.division == course.saved:
            return Restored(now.division, now.division, f"{by}, which is undone already")
        raise UsageError(
            "the last promotion is undone, and the traffic has changed since",
            where=f"endpoint {site.endpoint}",
            got=str(now.division),
            expected=f"a promotion that can be undone; before the last one it was {course.saved}",
            remedy="Whoever changed it knows why; move the traffic by hand if need be.",
        )
    put_back(site, journal, "asked", "somebody asked for it")
    return Restored(course.saved, now.division, by)


def _by_tags(site: Site, claim: Claim, now: Settings) -> Restored:
    try:
        found = site.put_back(claim.promotion, claim.saved)
    except AzureError as error:
        raise as_ours(error) from error
    return Restored(found.division, now.division, f"promotion {claim.promotion} in the endpoint's tags")


def retire(site: Site, journals: Path, *, early: bool = False) -> tuple[str, ...]:
    """Delete what was in service before the last promotion, and return the names of the deployments.

    early: before the time for which it is kept has passed. UsageError before that, or when any of it has traffic. After
    it there is no way back.
    """
    with Journal(journal_file(journals, site.endpoint)) as journal:
        course = journal.last
        if course is None or course.state != "promoted":
            raise UsageError(
                "there is nothing to retire",
                where=str(journal.path),
                got=f"a promotion that is {course.state}" if course else "no promotion",
                expected="one that has reached the top",
                remedy="Promote first; or name the folder of its journal with --journal.",
            )
        names = tuple(name for name in course.saved.live if name != course.began.candidate.casefold())
        _refuse_retiring(site, course, names, early)
        for name in names:
            begin = partial(site.client.online_deployments.begin_delete, name, site.endpoint)
            what = f"deleting deployment {name}"
            operate(
                begin,
                what,
                failure=DeploymentFailed,
                clock=site.clock,
                deadline_s=site.change_s,
                watch=site.watch,
            )
        site.forget(course.began.promotion)
        journal.append(Retired(at=site.clock.now().isoformat(), deployments=names))
        return names


def _refuse_retiring(site: Site, course: Course, names: tuple[str, ...], early: bool) -> None:
    try:
        now = site.read()
    except AzureError as error:
        raise as_ours(error) from error
    busy = [name for name in names if now.division.live.get(name) or now.division.mirror.get(name)]
    if busy:
        raise UsageError(
            f"{', '.join(busy)} has traffic",
            where=f"endpoint {site.endpoint}",
            got=str(now.division),
            expected=f"none of it for {', '.join(names)}",
            remedy="Leave it, or take its traffic away first.",
        )
    claim = read_claim(now.tags)
    kept = claim.kept_until if claim is not None and claim.promotion == course.began.promotion else ""
    if kept and not early and site.clock.now() < datetime.fromisoformat(kept):
        raise UsageError(
            f"{', '.join(names)} is kept for a way back",
            where=f"endpoint {site.endpoint}",
            got=f"today's time, {site.clock.now():%Y-%m-%d %H:%M} UTC",
            expected=f"a time after {kept}",
            remedy="Wait until then, or give up the way back with --now.",
        )


def _no_endpoint(site: Site) -> UsageError:
    return UsageError(
        f"there is no endpoint {site.endpoint}",
        where="--endpoint",
        got=site.endpoint,
        remedy="Name one of this workspace.",
    )
