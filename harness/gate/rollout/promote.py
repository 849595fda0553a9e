"""`promote`: everything that can be refused is refused first, then the ladder is climbed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from azure.ai.ml.entities import KubernetesOnlineEndpoint
from azure.core.exceptions import AzureError

from harness.errors import UsageError
from harness.gate.evidence.records import Side
from harness.gate.rollout.asset import Registry, model_name
from harness.gate.rollout.claim import SentBack, read_claim
from harness.gate.rollout.climbing import Climb, Ended
from harness.gate.rollout.course import Course
from harness.gate.rollout.journal import Journal
from harness.gate.rollout.ladder import ladder
from harness.gate.rollout.operations import limits_of
from harness.gate.rollout.preconditions import Situation, expires, refuse
from harness.gate.rollout.probing import Probe
from harness.gate.rollout.proof import Proof, bodies_of, read_proof
from harness.gate.rollout.records import Began
from harness.gate.rollout.returning import as_ours
from harness.gate.rollout.site import Site
from harness.gate.scoring.posting import Post, Target
from harness.gate.scoring.sides import describe
from harness.lifecycle.traffic import read_settings
from harness.lifecycle.waiting import Clock, word
from harness.lifecycle.watching import Watcher

__all__ = ["Around", "Promotion", "journal_file", "promote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What to promote. journals: the folder of the endpoints' journals. prompts: held-out rows to ask on the rungs,
    None for the evidence's own. today: by which the verdict may have expired. resume: go on with the promotion that has
    not ended.
    """

    policy: Path
    evidence: Path
    verdict: Path
    journals: Path
    today: date
    prompts: Path | None = None
    resume: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Who answers. client: of the workspace; registry: returns a client of one; tick: as `time.perf_counter`."""

    client: Any
    registry: Callable[[str], Any]
    post: Post
    clock: Clock
    tick: Callable[[], float]
    watch: Watcher


def journal_file(folder: Path, endpoint: str) -> Path:
    """Return the journal of an endpoint: its name is unique in a region, in whatever case."""
    return folder / f"{endpoint.casefold()}.jsonl"


def promote(asked: Promotion, around: Around) -> Ended:
    """Climb the ladder, and return how it ended.

    PromotionRefused without a matching PROMOTE, UsageError for what else is refused; neither has changed anything.
    StepFailed when Azure fails on the way: the traffic is back then, or the error says that it is not.
    """
    proof = read_proof(asked.verdict, asked.policy, asked.evidence)
    bodies = bodies_of(asked.evidence, asked.prompts, proof.header)
    section, rungs = proof.policy.rollout, ladder(proof.policy.rollout)
    endpoint = proof.verdict.candidate.endpoint
    registry = Registry(section.registry, around.client, around.registry) if section.registry else None
    with Journal(journal_file(asked.journals, endpoint)) as journal:
        resumed = _resumed(journal, asked.resume)
        target = _begun(proof, asked.today, around, journal, resumed, registry)
        probe = Probe(around.post, target.address, target.authorisation, bodies, section.timeout_s, around.tick)
        climb = Climb(
            Site(around.client, endpoint, around.clock, around.watch),
            journal,
            rungs,
            proof.policy,
            limits_of(proof.policy, rungs),
            probe,
            registry,
        )
        return climb.run()


def _resumed(journal: Journal, wanted: bool) -> Course | None:
    """Return the promotion to go on with, None for a new one; UsageError when that is not what was asked for."""
    last = journal.last
    if last is not None and last.is_open:
        if wanted:
            return last
        raise UsageError(
            f"promotion {last.began.promotion} of {last.began.candidate} has not ended",
            where=str(journal.path),
            got=f"it stands at {last.rung or 'no rung'}, {len(last.passed)} passed",
            expected="a journal whose last promotion has ended",
            remedy="Go on with it (--resume), or undo it with `harness gate rollback`.",
        )
    if wanted:
        raise UsageError(
            "there is no promotion to go on with",
            where=str(journal.path),
            got="a journal whose last promotion has ended" if last else "no promotion",
            expected="one that has not ended",
            remedy="Leave --resume out, or name the folder of its journal with --journal.",
        )
    return None


def _begun(
    proof: Proof, today: date, around: Around, journal: Journal, resumed: Course | None, registry: Registry | None
) -> Target:
    """Refuse what must be refused, note the beginning, and return the way to the endpoint.

    One that was being undone when it stopped is undone further, whatever the verdict says by now.
    """
    try:
        found, target = _looked_at(proof, today, around, journal, resumed)
    except AzureError as error:
        raise as_ours(error) from error
    if resumed is not None and resumed.state == "undoing":
        return target
    refuse(found)
    began = resumed.began if resumed else _began(found, around.clock.now().isoformat())
    if registry is not None:
        registry.holds(began)
    if resumed is None:
        journal.append(began)
    return target


def _looked_at(
    proof: Proof, today: date, around: Around, journal: Journal, resumed: Course | None
) -> tuple[Situation, Target]:
    """Look at both deployments and at the endpoint as they are now."""
    client, now = around.client, around.clock.now
    header = proof.header
    baseline, _ = describe(client, header.baseline.endpoint, header.baseline.deployment, now)
    candidate, target = describe(client, header.candidate.endpoint, header.candidate.deployment, now)
    endpoint = client.online_endpoints.get(candidate.endpoint)
    settings = read_settings(endpoint)
    states = {side.deployment.casefold(): _state(client, side) for side in (baseline, candidate)}
    situation = Situation(
        verdict=proof.verdict,
        policy=proof.policy,
        header=header,
        evidence_sha256=proof.evidence_sha256,
        recomputed=proof.recomputed,
        deployed={"baseline": baseline, "candidate": candidate},
        states=states,
        division=settings.division,
        managed=not isinstance(endpoint, KubernetesOnlineEndpoint),
        claim=read_claim(settings.tags),
        earlier=journal.courses,
        today=today,
        sent_back=_sent_back(client, candidate),
        resumed=resumed,
    )
    return situation, target


def _sent_back(client: Any, side: Side) -> SentBack | None:
    if "/registries/" in side.model or not model_name(side.model):
        return None
    return SentBack.of(client.models.get(model_name(side.model), side.version).tags)


def _state(client: Any, side: Side) -> str:
    return word(client.online_deployments.get(side.deployment, side.endpoint).provisioning_state)


def _began(found: Situation, at: str) -> Began:
    verdict, candidate = found.verdict, found.verdict.candidate
    seed = f"{candidate.endpoint} {verdict.evidence_sha256} {at} {len(found.earlier)}"
    return Began(
        promotion=hashlib.sha256(seed.encode()).hexdigest()[:12],
        at=at,
        endpoint=candidate.endpoint,
        baseline=verdict.baseline.deployment,
        candidate=candidate.deployment,
        model=model_name(candidate.model),
        version=candidate.version,
        digest=candidate.digest,
        verdict=verdict.outcome,
        evidence_sha256=verdict.evidence_sha256,
        policy_sha256=verdict.policy_sha256,
        expires=expires(verdict, found.policy).isoformat(),
        live=dict(found.division.live),
        mirror=dict(found.division.mirror),
        rungs=tuple(rung.name for rung in ladder(found.policy.rollout)),
    )
