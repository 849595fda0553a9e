"""Climbing the ladder: each rung is journalled, carried out and watched; one that does not hold is undone with all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from harness.errors import HarnessError, Interrupted, StepFailed
from harness.gate.policy import GatePolicy
from harness.gate.rollout.asset import Registry, tags_of, write_tags
from harness.gate.rollout.claim import Claim, SentBack
from harness.gate.rollout.course import Course, next_rung
from harness.gate.rollout.journal import Journal
from harness.gate.rollout.ladder import Action, Rung, division_on
from harness.gate.rollout.operations import Finding, Limits, alarm, judge, requests_needed, streams_of
from harness.gate.rollout.probing import Probe, asked_by, in_turn
from harness.gate.rollout.records import Entered, Observed, Passed, Promoted, Stream, Why
from harness.gate.rollout.returning import as_ours, put_back
from harness.gate.rollout.site import Site
from harness.lifecycle.report import StepRecord

__all__ = ["Climb", "Ended"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a climb ended. why: what sent it back, "" at the top. course: the promotion, with the rungs that held."""

    course: Course
    outcome: Literal["promoted", "rolled back"]
    why: Why | Literal[""]
    detail: str
    exit_code: int


class NotHeldError(Exception):
    """A rung does not hold: requests show harm, or too little."""

    def __init__(self, why: Literal["harm", "inconclusive"], detail: str) -> None:
        super().__init__(detail)
        self.why: Literal["harm", "inconclusive"] = why
        self.detail = detail


_EXIT_CODES: Mapping[Why, int] = {"harm": 10, "inconclusive": 11, "failed": 1, "interrupted": 4, "asked": 0}


class Climb:
    """A promotion under way: the last one of an open journal. tick: seconds of a clock that only goes forward."""

    def __init__(
        self,
        site: Site,
        journal: Journal,
        rungs: Sequence[Rung],
        policy: GatePolicy,
        limits: Limits,
        probe: Probe,
        registry: Registry | None,
    ) -> None:
        course = journal.last
        assert course is not None
        self._site, self._journal, self._course = site, journal, course
        self._rungs, self._section, self._limits = rungs, policy.rollout, limits
        self._probe, self._registry = probe, registry
        self._answers = {"answered"} if policy.answers.truncated == "failed" else {"answered", "truncated"}
        self._actions: Mapping[Action, Callable[[Rung], dict[str, str]]] = {
            "claim": self._claim,
            "smoke": self._smoke,
            "tag": self._tag,
            "mirror": self._watched,
            "live": self._watched,
            "release": self._release,
            "share": self._share,
        }

    def run(self) -> Ended:
        """Climb to the top, or put the traffic back and say why.

        Above the last watched rung nothing is put back: a HarnessError, or Interrupted, says what is left to do.
        """
        course, rung = self._course, None
        try:
            while course.state != "undoing" and (rung := next_rung(course, self._rungs)) is not None:
                self._stand_on(rung)
        except NotHeldError as found:
            return self._back(found.why, found.detail)
        except KeyboardInterrupt:
            if rung is not None and not rung.undone:
                raise self._left_at(rung) from None
            return self._back("interrupted", "stopped by the user")
        except Exception as error:  # whatever it is, an unproven candidate must not stay in service
            failed = as_ours(error)
            if rung is None or rung.undone:
                self._back("failed", str(failed))
            if failed is error:
                raise
            raise failed from error
        if course.undoing is not None:
            return self._back(course.undoing.why, course.undoing.detail)
        self._journal.append(Promoted(at=self._now().isoformat()))
        return Ended(course, "promoted", "", f"{course.began.candidate} has all of the traffic", 0)

    def _stand_on(self, rung: Rung) -> None:
        began = self._now()
        self._journal.append(Entered(at=began.isoformat(), rung=rung.name))
        self._site.watch.started(rung.name, rung.title)
        outcome: Literal["done", "failed"] = "failed"
        started, facts = self._probe.tick(), dict[str, str]()
        try:
            facts = self._actions[rung.action](rung)
            self._journal.append(Passed(at=self._now().isoformat(), rung=rung.name, facts=facts))
            outcome = "done"
        finally:
            azure = (self._now() - began).total_seconds()
            record = StepRecord(rung.name, rung.title, outcome, azure, self._probe.tick() - started, facts)
            self._site.watch.finished(record)

    def _claim(self, _rung: Rung) -> dict[str, str]:
        self._site.take_hold(self._holding("climbing"))
        return {"traffic": str(self._course.saved), "promotion": self._course.began.promotion}

    def _smoke(self, _rung: Rung) -> dict[str, str]:
        """Ask the candidate by its name; every answer must be one, and the candidate's."""
        name, wanted = self._course.began.candidate, self._section.smoke_requests
        for number in range(wanted):
            found = self._probe.ask(number, name)
            if found.outcome not in self._answers:
                told = f"{found.outcome}{f' ({found.detail})' if found.detail else ''}"
                raise NotHeldError("harm", f"request {number + 1} of {wanted} to {name}: {told}")
            if found.answered_by and found.answered_by.casefold() != name.casefold():
                raise NotHeldError("harm", f"{name} was asked, and {found.answered_by} answered")
        return {name: f"{wanted} of {wanted} requests answered"}

    def _tag(self, _rung: Rung) -> dict[str, str]:
        began = self._course.began
        write_tags(self._site.client, began.model, began.version, tags_of(began))
        return {"model": f"{began.model} version {began.version}", "verdict": f"{began.verdict} until {began.expires}"}

    def _watched(self, rung: Rung) -> dict[str, str]:
        """Divide the traffic, then ask until limits are shown to be kept or broken, or time or requests run out."""
        began = self._course.began
        division = division_on(rung, self._course.saved, began.candidate)
        self._site.divide(began.promotion, division)
        ends = self._now() + timedelta(seconds=self._section.rung_s)
        findings: tuple[Finding, ...] = ()
        for each in dict.fromkeys((self._section.requests, self._section.most_requests)):
            if not self._probed(rung, each, ends):
                break
            self._site.still(began.promotion, division)
            findings = judge(self._course.seen, self._limits)
            broken = [str(finding) for finding in findings if finding.outcome == "broken"]
            if broken:
                raise NotHeldError("harm", "; ".join(broken))
            if all(finding.outcome == "kept" for finding in findings):
                return {"traffic": str(division), **{finding.name: finding.detail for finding in findings}}
        raise NotHeldError("inconclusive", self._open(findings, ends))

    def _probed(self, rung: Rung, each: int, ends: datetime) -> bool:
        """Ask until each stream has so many requests; False when the time was up before. Harm ends it at once."""
        names: Mapping[Stream, str] = {
            "endpoint": "",
            "candidate": self._course.began.candidate,
            "baseline": self._course.began.baseline,
        }
        streams, in_time, alarmed = streams_of(self._limits), True, ""

        def ask(number: int, stream: Stream) -> Observed:
            found = self._probe.ask(number, names[stream])
            return Observed(
                rung=rung.name,
                stream=stream,
                failed=found.outcome not in self._answers,
                outcome=found.outcome,
                latency_s=found.latency_s,
                answered_by=found.answered_by,
            )

        def take(observed: Observed) -> bool:
            nonlocal in_time, alarmed
            self._journal.append(observed)
            found = alarm(self._course.seen, self._limits)
            alarmed = str(found) if found else ""
            in_time = self._now() <= ends
            self._tell(len(self._course.seen), each * len(streams))
            return in_time and not alarmed

        asked_by(in_turn(streams, each, self._course.seen), ask, take, self._section.in_flight)
        if alarmed:
            raise NotHeldError("harm", alarmed)
        return in_time

    def _tell(self, done: int, total: int) -> None:
        """Say how far the asking is, every fifth of it."""
        if done * 5 // total > (done - 1) * 5 // total:
            failed = sum(observed.failed for observed in self._course.seen)
            self._site.watch.progress(f"{done} of {total} requests, {failed} failed")

    def _open(self, findings: Sequence[Finding], ends: datetime) -> str:
        undecided = [str(finding) for finding in findings if finding.outcome == "open"]
        if self._now() > ends or not undecided:
            asked = len(self._course.seen)
            undecided.insert(0, f"the time of the rung ({self._section.rung_s:g} s) was up after {asked} requests")
        return "; ".join([*undecided, f"{requests_needed(self._limits)} requests to each are needed at best"])

    def _release(self, _rung: Rung) -> dict[str, str]:
        kept = self._now() + timedelta(hours=self._section.keep_hours)
        self._site.let_go(self._holding("promoted", kept.isoformat()))
        return {"kept": f"{', '.join(self._course.saved.live)} until {kept:%Y-%m-%d %H:%M} UTC"}

    def _share(self, _rung: Rung) -> dict[str, str]:
        if self._registry is None:
            raise StepFailed("there is no registry to share to", where="share", remedy="Name one in rollout.registry.")
        return {"registry": self._registry.share(self._course.began)}

    def _holding(self, state: Literal["climbing", "promoted"], kept_until: str = "") -> Claim:
        began = self._course.began
        return Claim(began.promotion, state, self._course.saved, began.candidate, kept_until)

    def _left_at(self, rung: Rung) -> Interrupted:
        return Interrupted(
            f"stopped by the user at {rung.name}; the candidate is in service",
            where=f"endpoint {self._site.endpoint}",
            remedy="Run again with --resume for what is left, or `harness gate rollback` to undo it.",
        )

    def _back(self, why: Why, detail: str) -> Ended:
        put_back(self._site, self._journal, why, detail)
        if why in ("harm", "inconclusive"):
            self._note_on_model(why)
        return Ended(self._course, "rolled back", why, detail, _EXIT_CODES[why])

    def _note_on_model(self, why: Why) -> None:
        """Say on the version that it was sent back: the journal may be gone when somebody tries again."""
        began = self._course.began
        sent_back = SentBack(why, began.evidence_sha256, began.policy_sha256)
        try:
            write_tags(self._site.client, began.model, began.version, sent_back.tags())
        except HarnessError as error:
            self._site.watch.warned(f"the model does not say that it was sent back: {error}")

    def _now(self) -> datetime:
        return self._site.clock.now()
