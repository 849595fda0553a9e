"""What a verdict consists of. Every number can be written to JSON: what is not known, or has no bound, is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "EXIT_CODES",
    "SCHEMA",
    "AppliedWaiver",
    "Outcome",
    "RuleKind",
    "RuleOutcome",
    "RuleResult",
    "SideIdentity",
    "Tipping",
    "Verdict",
]

SCHEMA = 1
"""Version of verdict.json; verdict.schema.json describes it."""

Outcome = Literal["PROMOTE", "PROMOTE_WARN", "BLOCK", "INCONCLUSIVE", "INVALID"]

EXIT_CODES: Mapping[Outcome, int] = {
    "PROMOTE": 0,
    "PROMOTE_WARN": 0,
    "BLOCK": 10,
    "INCONCLUSIVE": 11,
    "INVALID": 12,
}
"""What `harness gate decide` ends with. 1 to 5 belong to pytest, 2 to 4 to what went wrong before a verdict."""

RuleKind = Literal["primary", "guardrail", "hard", "operations", "slice", "precondition", "anchor"]
RuleOutcome = Literal["pass", "warn", "fail", "inconclusive", "not_testable", "invalid", "waived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule found. name: unique in a verdict, such as "rouge_l", "latency_p95", "slice:language=de:rouge_l".

    detail: a clause, to which who tells it adds the full stop.

    estimate, lower, upper: of the difference, better is positive, one-sided bounds at `alpha`; for operations and hard
    checks the quantity itself. limit: what `bound` is compared with: `lower` must be above it, or `upper` not above it.
    t_interval: the plain t interval, to compare. p, p_adjusted: of harm, before and after Holm. n: conversations, or
    requests. needed_n: how many would do, if the two are alike; None where no number would. unit: of estimate.
    """

    name: str
    kind: RuleKind
    outcome: RuleOutcome
    detail: str
    metric: str = ""
    slice: str = ""
    method: str = ""
    unit: str = ""
    bound: Literal["lower", "upper", ""] = ""
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    limit: float | None = None
    t_interval: tuple[float, float] | None = None
    p: float | None = None
    p_adjusted: float | None = None
    n: int | None = None
    needed_n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tipping:
    """The primaries' outcome when failed answers are dropped, are the worst, or the worst and the baseline's best."""

    drop: Outcome
    zero: Outcome
    worst: Outcome
    detail: str

    @property
    def agree(self) -> bool:
        """Whether it makes no difference what the failed answers would have been."""
        return self.drop == self.zero == self.worst


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedWaiver:
    """A waiver of the policy and whether a rule needed it. expires: ISO date."""

    id: str
    rule: str
    owner: str
    approver: str
    reason: str
    expires: str
    used: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SideIdentity:
    """Which model stood on one side."""

    endpoint: str
    deployment: str
    model: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer, its reasons, and all that is needed to come to it again.

    alpha, alpha_block: error rates of one look. decided: the date, ISO. digests: sha256 in hexadecimal; the anchor's is
    "" where the policy has none. versions: of what computed it.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    rules: tuple[RuleResult, ...]
    tipping: Tipping
    waivers: tuple[AppliedWaiver, ...]
    baseline: SideIdentity
    candidate: SideIdentity
    held_out: str
    held_out_sha256: str
    conversations: int
    needed_conversations: int | None
    attempts: int
    look: int
    looks: int
    alpha: float
    alpha_block: float
    evidence_sha256: str
    policy_sha256: str
    anchor_sha256: str
    decided: str
    versions: Mapping[str, str]
    schema: int = SCHEMA

    @property
    def exit_code(self) -> int:
        """What a command ends with that gives this verdict."""
        return EXIT_CODES[self.outcome]
