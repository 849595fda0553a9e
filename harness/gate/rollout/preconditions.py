"""What must hold before the first rung: the verdict is valid and is about what is deployed, and there is a way back.

Pure: what was read of the files and of Azure is handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from harness.decide.traffic import Division
from harness.errors import HarnessError, PromotionRefused, UsageError
from harness.gate.evidence.records import Header, Side
from harness.gate.policy import GatePolicy
from harness.gate.rollout.claim import Claim, SentBack
from harness.gate.rollout.course import Course
from harness.gate.rollout.ladder import ladder
from harness.gate.rollout.operations import limits_of, requests_needed
from harness.gate.verdict.verdict import SideIdentity, Verdict

__all__ = ["Situation", "expires", "refuse"]

_DECIDE = "Run `harness gate decide` with this evidence and this policy, and promote with the verdict that it writes."
_SCORE = "Score what is deployed now with `harness gate score`, and decide anew."


@dataclass(frozen=True, slots=True)
class Situation:
    """What was found. recomputed: "" or where the verdict differs from the one that evidence and policy lead to.

    header: of the evidence. deployed: both sides as they are now. states: of the deployments, by lower-case name.
    managed: the endpoint is a managed one. claim: who holds it. earlier: promotions in its journal. sent_back: what the
    candidate's version says of its last one. resumed: the one that goes on, whose traffic is what its rung wants.
    """

    verdict: Verdict
    policy: GatePolicy
    header: Header
    evidence_sha256: str
    recomputed: str
    deployed: Mapping[str, Side]
    states: Mapping[str, str]
    division: Division
    managed: bool
    claim: Claim | None
    earlier: Sequence[Course]
    today: date
    sent_back: SentBack | None = None
    resumed: Course | None = None


def expires(verdict: Verdict, policy: GatePolicy) -> date:
    """Return the last day on which a verdict lets its candidate be promoted."""
    return date.fromisoformat(verdict.decided) + timedelta(days=policy.rollout.verdict_days)


def refuse(found: Situation) -> None:
    """Raise the first reason not to promote: PromotionRefused for the verdict, UsageError for the endpoint."""
    endpoint = _of_the_endpoint(found) if found.resumed is None else _of_the_resumed(found, found.resumed)
    for problem in (*_of_the_verdict(found), *_of_the_models(found), *endpoint):
        raise problem


def _of_the_verdict(found: Situation) -> Iterator[HarnessError]:
    verdict, policy = found.verdict, found.policy
    if verdict.outcome not in ("PROMOTE", "PROMOTE_WARN"):
        reasons = " ".join(verdict.reasons)
        yield _refused("the verdict does not say PROMOTE", f"{verdict.outcome}: {reasons}", "PROMOTE", _by(verdict))
    if verdict.evidence_sha256 != found.evidence_sha256:
        yield _refused(
            "the verdict is of other evidence",
            f"evidence {found.evidence_sha256[:12]}",
            f"evidence {verdict.evidence_sha256[:12]}",
            _DECIDE,
        )
    if verdict.policy_sha256 != policy.digest:
        yield _refused(
            "the verdict is of another policy",
            f"policy {policy.digest[:12]}",
            f"policy {verdict.policy_sha256[:12]}",
            _DECIDE,
        )
    leakage = found.header.leakage
    if leakage is not None and (leakage.exact or leakage.ngram13):
        got = f"{leakage.exact + leakage.ngram13} conversations of the held-out file"
        yield _refused("the candidate was trained on what it was scored with", got, "none", "Score with other rows.")
    if found.recomputed:
        expected = "what evidence and policy lead to"
        yield _refused("the verdict is not what its evidence says", found.recomputed, expected, _DECIDE)
    last = expires(verdict, policy)
    if not date.fromisoformat(verdict.decided) <= found.today <= last:
        got = f"decided on {verdict.decided}, today is {found.today}"
        yield _refused("the verdict has expired", got, f"a day up to {last}", _SCORE)
    yield from _of_earlier_tries(found)


def _of_earlier_tries(found: Situation) -> Iterator[HarnessError]:
    """Refuse a second try after harm with the same evidence, and one that would ask no more after too little."""
    known = [found.sent_back] if found.sent_back else []
    for course in found.earlier:
        if course.undoing is not None and not course.is_open:
            known.append(SentBack(course.undoing.why, course.began.evidence_sha256, course.began.policy_sha256))
    mine = [each for each in known if each.evidence_sha256 == found.evidence_sha256]
    if any(each.why == "harm" for each in mine):
        yield _refused(
            "the candidate has been sent back for harm, with the same evidence",
            f"evidence {found.evidence_sha256[:12]}",
            "evidence from after that",
            f"Find out what went wrong; the journal says what was seen. {_SCORE}",
        )
    if any(each.why == "inconclusive" and each.policy_sha256 == found.policy.digest for each in mine):
        yield _refused(
            "the candidate has been sent back for too little, with the same evidence and policy",
            f"policy {found.policy.digest[:12]}",
            "a policy that asks more, or later evidence: trying until it fits is no proof",
            "Raise rollout.most_requests in the policy and decide anew, or score what is deployed now.",
        )


def _of_the_models(found: Situation) -> Iterator[HarnessError]:
    """Compare what the verdict is about with what is deployed under those names now."""
    sides = {"candidate": found.verdict.candidate, "baseline": found.verdict.baseline}
    for role, judged in sides.items():
        now = found.deployed[role]
        for what in ("model", "version", "digest"):
            if getattr(judged, what) != getattr(now, what):
                yield PromotionRefused(
                    f"the {role} is no longer the {what} that the verdict is about",
                    where=f"deployment {now.deployment} of {now.endpoint}",
                    got=getattr(now, what),
                    expected=getattr(judged, what),
                    remedy=_SCORE,
                )
    if "/registries/" in found.verdict.candidate.model or not found.verdict.candidate.version:
        yield UsageError(
            "the candidate's model is no version of this workspace, so the verdict cannot be written to it",
            where=f"deployment {found.verdict.candidate.deployment}",
            got=found.verdict.candidate.model,
            expected="a registered model of the workspace",
            remedy="Register the model in the workspace, deploy that version, and score it.",
        )


def _of_the_endpoint(found: Situation) -> Iterator[HarnessError]:
    baseline, candidate, division = found.verdict.baseline, found.verdict.candidate, found.division
    if found.claim is not None and found.claim.state == "climbing":
        yield UsageError(
            "another promotion holds the endpoint",
            where=f"endpoint {candidate.endpoint}",
            got=f"promotion {found.claim.promotion} of {found.claim.candidate}",
            expected="one promotion of an endpoint at a time",
            remedy="Wait for it; or go on with it (--resume), or undo it with `harness gate rollback`.",
        )
    yield from _of_the_names(baseline, candidate, division)
    for side in (baseline, candidate):
        state = found.states.get(side.deployment.casefold(), "not there")
        if state != "Succeeded":
            yield UsageError(
                f"deployment {side.deployment} is not up",
                where=f"endpoint {side.endpoint}",
                got=state,
                expected="Succeeded",
                remedy="Wait for it, or deploy it anew and score it.",
            )
    if found.policy.rollout.mirror_percent and not found.managed:
        yield UsageError(
            "only a managed endpoint copies requests",
            where=f"endpoint {candidate.endpoint}",
            got="an endpoint of another kind",
            expected="a managed online endpoint",
            remedy="Set rollout.mirror_percent = 0 in the policy, and decide anew.",
        )
    yield from _of_the_requests(found.policy)


def _of_the_resumed(found: Situation, course: Course) -> Iterator[HarnessError]:
    began = course.began
    if (began.evidence_sha256, began.policy_sha256) != (found.evidence_sha256, found.policy.digest):
        yield UsageError(
            "the promotion under way is of another evidence or policy",
            where=f"endpoint {began.endpoint}",
            got=f"evidence {found.evidence_sha256[:12]}, policy {found.policy.digest[:12]}",
            expected=f"evidence {began.evidence_sha256[:12]}, policy {began.policy_sha256[:12]}",
            remedy="Resume it with what it began with, or undo it with `harness gate rollback`.",
        )
    if found.claim is not None and found.claim.promotion != began.promotion:
        yield UsageError(
            "another promotion has taken the endpoint since",
            where=f"endpoint {began.endpoint}",
            got=f"promotion {found.claim.promotion}",
            expected=f"promotion {began.promotion}",
            remedy="Leave it to that one; the journal here is over.",
        )


def _of_the_names(baseline: SideIdentity, candidate: SideIdentity, division: Division) -> Iterator[HarnessError]:
    where = f"endpoint {candidate.endpoint}"
    if baseline.endpoint != candidate.endpoint:
        yield UsageError(
            "the candidate is on another endpoint than the baseline",
            where=where,
            got=f"the baseline on {baseline.endpoint}",
            expected="two deployments of one endpoint: traffic moves between those",
            remedy="Deploy the candidate beside the baseline, and score it there.",
        )
    if not division.live.get(baseline.deployment.casefold()):
        yield UsageError(
            "the baseline is not in service, so the candidate was compared with something else",
            where=where,
            got=f"live traffic: {division}",
            expected=f"some of it for {baseline.deployment}",
            remedy="Score the candidate against a deployment that has live traffic.",
        )
    if division.live.get(candidate.deployment.casefold()):
        yield UsageError(
            "the candidate has live traffic already",
            where=where,
            got=f"live traffic: {division}",
            expected=f"0 % for {candidate.deployment}",
            remedy="Take its traffic away first: the ladder begins at 0 %.",
        )


def _of_the_requests(policy: GatePolicy) -> Iterator[HarnessError]:
    limits = limits_of(policy, ladder(policy.rollout))
    needed = requests_needed(limits)
    if needed > policy.rollout.most_requests:
        yield UsageError(
            "no rung could ever show that the limits are kept",
            where="policy, rollout.most_requests",
            got=str(policy.rollout.most_requests),
            expected=f"at least {needed}, for the limits in the table operations",
            remedy="Raise rollout.most_requests, or widen the limits, and decide anew.",
        )


def _by(verdict: Verdict) -> str:
    if verdict.outcome == "INCONCLUSIVE" and verdict.needed_conversations:
        return f"Score {verdict.needed_conversations} conversations, and decide anew."
    return "Improve the model, or read the report: it says which rule failed and by how much."


def _refused(what: str, got: str, expected: str, remedy: str) -> PromotionRefused:
    return PromotionRefused(what, where="verdict", got=got, expected=expected, remedy=remedy)
