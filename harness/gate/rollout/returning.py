"""The way back: the saved traffic is restored and read again, whatever else is broken."""

from __future__ import annotations

from azure.core.exceptions import AzureError

from harness.errors import EnvironmentMissing, HarnessError, Interrupted, StepFailed
from harness.gate.rollout.course import Course
from harness.gate.rollout.journal import Journal
from harness.gate.rollout.records import Undoing, Undone, Why
from harness.gate.rollout.site import Site, TakenError
from harness.lifecycle.refusals import reason, unexpected

__all__ = ["as_ours", "put_back"]


def put_back(site: Site, journal: Journal, why: Why, detail: str) -> Course:
    """Restore the traffic that the last promotion saved, and prove it by reading; the intent is written first.

    StepFailed, or Interrupted, when it is not proven: then the journal says that it is to be undone, and whoever
    comes next goes on with it. TakenError when another promotion holds the endpoint: it is left to that one, and this
    one is over. A journal that cannot be written hinders nothing, and is told afterwards.
    """
    course = journal.last
    assert course is not None
    held = bool(course.passed)
    try:
        unwritten = _noted(journal, Undoing(at=_at(site), why=why, rung=course.rung, detail=detail))
        site.watch.progress(f"putting the traffic back to {course.saved}: {detail}")
        found = site.put_back(course.began.promotion, course.saved, held=held).division
    except TakenError:
        now = site.read().division
        _noted(journal, Undone(at=_at(site), live=dict(now.live), mirror=dict(now.mirror)))
        raise
    except KeyboardInterrupt:
        raise _not_back(Interrupted, site, course, detail, "stopped by the user again") from None
    except (HarnessError, AzureError) as error:
        raise _not_back(StepFailed, site, course, detail, str(as_ours(error))) from error
    unwritten = unwritten or _noted(journal, Undone(at=_at(site), live=dict(found.live), mirror=dict(found.mirror)))
    if unwritten is not None:
        raise unwritten
    return course


def _at(site: Site) -> str:
    return site.clock.now().isoformat()


def _noted(journal: Journal, record: Undoing | Undone) -> EnvironmentMissing | None:
    try:
        journal.append(record)
    except EnvironmentMissing as error:
        return error
    return None


def _not_back(kind: type[StepFailed | Interrupted], site: Site, course: Course, detail: str, got: str) -> HarnessError:
    return kind(
        f"the traffic could not be put back; it was to be because of: {detail}",
        where=f"endpoint {site.endpoint}",
        got=got,
        expected=f"live traffic {course.saved}",
        remedy="Run `harness gate rollback` until it succeeds, or set this traffic by hand.",
    )


def as_ours(error: Exception) -> HarnessError:
    """Return what was raised while promoting as an error of ours."""
    if isinstance(error, HarnessError):
        return error
    if isinstance(error, AzureError):
        remedy = "Correct what Azure names, and promote again."
        return StepFailed("a request to Azure failed", where="promotion", got=reason(error), remedy=remedy)
    remedy = "Promote again; if it fails again, report it with the version of azure-ai-ml."
    return StepFailed("the SDK failed unexpectedly", where="promotion", got=unexpected(error), remedy=remedy)
