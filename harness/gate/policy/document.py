"""GatePolicy: what may be promoted, as a frozen document from TOML. Unknown keys are refused with the nearest."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.errors import SpecError, nearest
from harness.gate.policy.sections import (
    AnchorSection,
    AnswersSection,
    DecisionSection,
    GuardrailSection,
    HardSection,
    OperationsSection,
    PrimarySection,
    SliceSection,
    ValiditySection,
    WaiverSection,
)
from harness.spec.reading import read_toml, rule_broken, validated

__all__ = ["MOST_PRIMARIES", "GatePolicy", "load_policy"]

MOST_PRIMARIES = 2
"""Each must be shown not to be worse, so each takes power from the whole."""

_REMEDY = "Name a policy file that can be read, such as samples/policies/chat.toml."


class GatePolicy(BaseModel):
    """One policy. metrics: measures of one's own, by name, as "module:function"."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    decision: DecisionSection = DecisionSection()
    primary: Annotated[list[PrimarySection], Field(min_length=1, max_length=MOST_PRIMARIES)]
    guardrail: list[GuardrailSection] = []
    hard: list[HardSection] = []
    slice: list[SliceSection] = []
    operations: OperationsSection = OperationsSection()
    validity: ValiditySection = ValiditySection()
    answers: AnswersSection = AnswersSection()
    anchor: AnchorSection | None = None
    waiver: list[WaiverSection] = []
    metrics: dict[str, str] = {}

    @property
    def digest(self) -> str:
        """The sha256 of what the policy says, defaults included; comments and order of keys are no part of it."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def used_metrics(self) -> tuple[str, ...]:
        """The names of all metrics that a rule needs."""
        return (*self.compared_metrics, *(each.metric for each in self.hard))

    @property
    def compared_metrics(self) -> tuple[str, ...]:
        """The names of the metrics by which the models are compared: primaries, then guardrails."""
        return (*(each.metric for each in self.primary), *(each.metric for each in self.guardrail))

    @model_validator(mode="after")
    def _rules_fit_together(self) -> GatePolicy:
        for broken in (*self._repeated(), *self._slices_of_nothing()):
            raise rule_broken(broken)
        return self

    def _repeated(self) -> Iterator[SpecError]:
        """Find a metric with two rules, and a slice or a waiver that is there twice."""
        metrics = Counter(self.used_metrics)
        waivers = Counter(each.id for each in self.waiver)
        slices = Counter(each.by for each in self.slice)
        for what, counts in (("metric", metrics), ("waiver", waivers), ("slice", slices)):
            for name, times in counts.items():
                if times > 1:
                    yield SpecError(
                        f"the {what} {name} is there {times} times",
                        got=name,
                        expected=f"each {what} once",
                        remedy="Remove all but one.",
                    )

    def _slices_of_nothing(self) -> Iterator[SpecError]:
        known = self.compared_metrics
        for section in self.slice:
            for metric in section.metrics:
                if metric not in known:
                    yield SpecError(
                        f"the slice {section.by} is of a metric without a rule of its own",
                        got=metric,
                        expected=f"one of {', '.join(known)}",
                        nearest=nearest(metric, known),
                        remedy="Make it a primary or a guardrail, or remove it from the slice.",
                    )


def load_policy(path: Path) -> GatePolicy:
    """Load a policy file. SpecError says where it is unreadable, no TOML, or no policy."""
    return validated(GatePolicy, read_toml(path, "policy", _REMEDY), str(path))
