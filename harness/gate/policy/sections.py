"""The tables of a policy. Margins and limits are in the units of the metric; shares are 0 to 1; times are seconds."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.errors import SpecError
from harness.spec.reading import rule, rule_broken

__all__ = [
    "LONGEST_WAIVER_DAYS",
    "AnchorSection",
    "AnswersSection",
    "DecisionSection",
    "GuardrailSection",
    "HardSection",
    "Kind",
    "OperationsSection",
    "PrimarySection",
    "SliceSection",
    "ValiditySection",
    "WaiverSection",
]

Kind = Literal["binary", "continuous"]
OperationsRule = Literal["error_rate", "latency_p95_ratio"]

LONGEST_WAIVER_DAYS = 30
"""A waiver that lives longer is a change of the policy, and should be one."""

_MARGINS: dict[Kind, float] = {"continuous": 0.02, "binary": 0.03}


def _not_blank(text: str) -> None:
    if not text.strip():
        raise SpecError("nothing is given", got=repr(text), expected="some text", remedy="Say it in a few words.")


def _is_sha256(text: str) -> None:
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise SpecError(
            "this is no sha256",
            got=repr(text),
            expected="64 hexadecimal digits, in lower case",
            remedy="Take it from the verdict that this evidence led to: evidence_sha256.",
        )


Text = Annotated[str, rule(_not_blank)]
Sha256 = Annotated[str, rule(_is_sha256)]
Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DecisionSection(_Section):
    """How sure to be. alpha: the share of bad candidates that may be promoted; alpha_block: of equal ones, blocked.

    looks: how often one may decide on growing evidence. resamples, seed: of the bootstrap. conversations: how many the
    held-out file has, for `harness gate plan`. Fewer than min_conversations decide nothing.
    """

    alpha: Annotated[float, Field(ge=0.001, le=0.2)] = 0.05
    alpha_block: Annotated[float, Field(ge=0.001, le=0.2)] = 0.05
    power: Annotated[float, Field(ge=0.5, le=0.99)] = 0.8
    looks: Literal[1, 2] = 1
    resamples: Annotated[int, Field(ge=999, le=99_999)] = 9_999
    seed: Annotated[int, Field(ge=0)] = 0
    conversations: Annotated[int, Field(ge=1)] | None = None
    min_conversations: Annotated[int, Field(ge=2)] = 50


class PrimarySection(_Section):
    """A metric that must be shown not to be worse by the margin or more (0.02 continuous, 0.03 binary).

    assumed_sd, assumed_discordance: the standard deviation of the differences, and the share of conversations that only
    one model gets right, that planning counts with. kind: without it, as the metric's own facts say.
    """

    metric: Text
    margin: Positive | None = None
    kind: Kind | None = None
    assumed_sd: Positive | None = None
    assumed_discordance: Share | None = None

    def margin_for(self, kind: Kind) -> float:
        """Return the margin, or the default of the metric's kind."""
        return _MARGINS[kind] if self.margin is None else self.margin


class GuardrailSection(_Section):
    """A metric that must not be shown to be worse; within the margin that is a warning."""

    metric: Text
    margin: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    kind: Kind | None = None


class HardSection(_Section):
    """A metric that finds faults: more conversations with one than `allowed` block the candidate, as they stand.

    A fault counts where it goes beyond what the baseline says to the same conversation; if absolute, everywhere.
    """

    metric: Text
    allowed: Annotated[int, Field(ge=0)] = 0
    absolute: bool = False


class SliceSection(_Section):
    """Parts of the conversations, by a name of theirs, that must not be shown to be worse.

    values: without any, all there are. metrics: without any, the primaries. margin: without one, twice the metric's.
    required: whether a part that shows nothing keeps the candidate from being promoted.
    """

    by: Text
    values: list[Text] = []
    metrics: list[Text] = []
    margin: Positive | None = None
    min_conversations: Annotated[int, Field(ge=2)] = 50
    required: bool = False


class OperationsSection(_Section):
    """Limits that the candidate's answering must be shown to keep. Ratios are the candidate's by the baseline's.

    error_rate: of conversations. tokens: of prompt and answer, a conversation. gpu_seconds: instances times seconds, by
    the requests in flight. off: those of the two defaults that shall not apply. assumed_error_rate, assumed_latency_sd:
    what planning counts with; the latter of the logarithm of the times.
    """

    error_rate: Share = 0.02
    latency_p50_s: Positive | None = None
    latency_p95_s: Positive | None = None
    latency_p99_s: Positive | None = None
    latency_p95_ratio: Positive = 1.25
    tokens_ratio: Positive | None = None
    tokens_per_conversation: Positive | None = None
    gpu_seconds_per_conversation: Positive | None = None
    off: list[OperationsRule] = []
    assumed_error_rate: Annotated[float, Field(ge=0, lt=1)] = 0.0
    assumed_latency_sd: Positive | None = None


class ValiditySection(_Section):
    """What evidence must be to be trusted; where it is not, the verdict is INVALID.

    baseline_error_rate: the largest share of conversations that the baseline may fail. leakage_check: training data
    must have been compared. same_hardware: instance type and count must be equal. a_a: the baseline must have been
    asked twice. same_deployment: both roles may be one deployment, as when a baseline is compared with itself.
    """

    baseline_error_rate: Share = 0.05
    leakage_check: bool = True
    same_hardware: bool = True
    a_a: bool = False
    same_deployment: bool = False


class AnswersSection(_Section):
    """What counts as an answer. truncated: one that was cut off at its longest."""

    truncated: Literal["failed", "answered"] = "failed"


class AnchorSection(_Section):
    """Evidence of an earlier model, pinned: no primary may be worse than there by the margin, however many steps ago.

    evidence: a file, relative to the policy. role: which model of that file is the anchor.
    """

    evidence: Text
    sha256: Sha256
    margin: Positive = 0.03
    role: Literal["baseline", "candidate"] = "candidate"


class WaiverSection(_Section):
    """Lets one model pass one rule that it fails, within a bound and for some days.

    metric: the rule's name without its slice. slice: as in "language=de". largest_delta: the loss that it covers, for a
    limit or a count the excess; it holds where more than that is excluded. granted, expires: dates, both included, at
    most 30 days apart.
    """

    id: Text
    metric: Text
    slice: str = ""
    model_digest: Text
    largest_delta: Positive
    owner: Text
    author: Text
    approver: Text
    reason: Text
    granted: date
    expires: date

    @property
    def rule(self) -> str:
        """The name of the rule that it is for."""
        return f"slice:{self.slice}:{self.metric}" if self.slice else self.metric

    @model_validator(mode="after")
    def _two_people_and_an_end(self) -> WaiverSection:
        if self.author.strip().casefold() == self.approver.strip().casefold():
            raise rule_broken(_broken("author and approver are one person", self.approver, "two people", self.id))
        days = (self.expires - self.granted).days
        if not 0 <= days <= LONGEST_WAIVER_DAYS:
            expected = f"0 to {LONGEST_WAIVER_DAYS} days after {self.granted}"
            raise rule_broken(_broken("the waiver ends too late", str(self.expires), expected, self.id))
        return self


def _broken(what: str, got: str, expected: str, waiver: str) -> SpecError:
    remedy = f"Correct waiver {waiver}, or improve the model."
    return SpecError(what, got=got, expected=expected, remedy=remedy)
