"""The table of a policy that says how a promoted candidate comes into service."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.decide.traffic import LARGEST_MIRROR
from harness.errors import SpecError
from harness.spec.reading import rule_broken

__all__ = ["RolloutSection"]

Percent = Annotated[int, Field(ge=1, le=100)]


class RolloutSection(BaseModel):
    """The rungs of the ladder, and how long and by how many requests each of them is watched.

    verdict_days: how long a verdict lets its candidate be promoted. smoke_requests: asked of the candidate before it
    gets any traffic. mirror_percent: of live requests copied to it first, 0 for none. live_percents: its shares, the
    last one 100. requests: asked at each rung; where they show too little, up to most_requests. in_flight: at a time.
    timeout_s: of one answer. rung_s: seconds in which a rung must have shown enough. keep_hours: how long what was in
    service stays. registry: where the model is shared afterwards, "" for nowhere.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    verdict_days: Annotated[int, Field(ge=1, le=90)] = 7
    smoke_requests: Annotated[int, Field(ge=1, le=100)] = 3
    mirror_percent: Annotated[int, Field(ge=0, le=LARGEST_MIRROR)] = 10
    live_percents: Annotated[list[Percent], Field(min_length=1, max_length=20)] = [10, 50, 100]
    requests: Annotated[int, Field(ge=1)] = 300
    most_requests: Annotated[int, Field(ge=1)] = 900
    in_flight: Annotated[int, Field(ge=1, le=256)] = 4
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 120.0
    rung_s: Annotated[float, Field(gt=0)] = 7200.0
    keep_hours: Annotated[float, Field(ge=0, le=24 * 30)] = 24.0
    registry: str = ""

    @property
    def looks(self) -> int:
        """How often a rung is decided on at most: a second time after more requests."""
        return 1 + (self.most_requests > self.requests)

    @model_validator(mode="after")
    def _rungs_rise(self) -> RolloutSection:
        shares = self.live_percents
        if shares[-1] != 100 or any(low >= high for low, high in pairwise(shares)):
            raise rule_broken(
                SpecError(
                    "the shares of live traffic do not rise to 100",
                    got=str(shares),
                    expected="rising percents, the last one 100, such as [10, 50, 100]",
                    remedy="Put them in order, and end with 100.",
                )
            )
        if self.most_requests < self.requests:
            raise rule_broken(
                SpecError(
                    "most_requests is less than requests",
                    got=str(self.most_requests),
                    expected=f"at least {self.requests}",
                    remedy="Raise most_requests, or make both the same.",
                )
            )
        return self
