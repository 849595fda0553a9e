"""An endpoint while it is promoted to: read, and changed only by who holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from harness.decide.traffic import Division
from harness.errors import DeploymentFailed, UsageError
from harness.gate.rollout.claim import Claim, claimed, read_claim, released
from harness.lifecycle.traffic import Settings, change_endpoint, read_settings
from harness.lifecycle.waiting import Clock, Waiting
from harness.lifecycle.watching import Watcher

__all__ = ["Site", "TakenError"]


class TakenError(UsageError):
    """Another promotion holds the endpoint."""


@dataclass(frozen=True, slots=True)
class Site:
    """An endpoint. change_s: seconds that a change of it may take."""

    client: Any
    endpoint: str
    clock: Clock
    watch: Watcher
    change_s: float = 900.0

    def read(self) -> Settings:
        """Return traffic and tags as they are now."""
        return read_settings(self.client.online_endpoints.get(self.endpoint))

    def take_hold(self, claim: Claim) -> None:
        """Tag the endpoint, without moving its traffic; UsageError when somebody holds it, or has changed it."""

        def change(now: Settings) -> Settings:
            held = read_claim(now.tags)
            if held is not None and held.state == "climbing" and held.promotion != claim.promotion:
                raise self._taken(held)
            if now.division != claim.saved:
                raise UsageError(
                    "the traffic has changed since it was looked at",
                    where=f"endpoint {self.endpoint}",
                    got=str(now.division),
                    expected=str(claim.saved),
                    remedy="Look who changes it, and promote again.",
                )
            return Settings(now.division, claimed(now.tags, claim))

        self._change(change)

    def divide(self, promotion: str, division: Division) -> None:
        """Divide the traffic; DeploymentFailed when the promotion holds the endpoint no longer."""
        self._change(lambda now: Settings(division, self._held(promotion, now).tags))

    def still(self, promotion: str, division: Division) -> None:
        """Raise DeploymentFailed unless the promotion holds the endpoint, with its traffic divided like this."""
        found = self._held(promotion, self.read()).division
        if found != division:
            raise DeploymentFailed(
                "the traffic is not what this rung gave it",
                where=f"endpoint {self.endpoint}",
                got=str(found),
                expected=str(division),
                remedy="Look who changes it, and promote again when nobody else does.",
            )

    def let_go(self, claim: Claim) -> None:
        """Say on the endpoint that the promotion is over, and until when it can be undone; the traffic stays."""
        self._change(lambda now: Settings(self._held(claim.promotion, now).division, claimed(now.tags, claim)))

    def put_back(self, promotion: str, saved: Division, *, held: bool = True) -> Settings:
        """Restore the saved traffic in one PUT, read it back, and return what was read.

        TakenError when another promotion holds the endpoint. held: this one did; tags that are gone are no hindrance
        then, for whoever wiped them may have wiped the traffic too. Else they say that nothing was changed yet.
        """

        def change(now: Settings) -> Settings:
            holder = read_claim(now.tags)
            if holder is not None and holder.promotion != promotion:
                raise self._taken(holder)
            return Settings(saved, released(now.tags)) if holder is not None or held else now

        return read_settings(self._change(change))

    def forget(self, promotion: str) -> None:
        """Remove a promotion's tags; those of another one stay."""

        def change(now: Settings) -> Settings:
            held = read_claim(now.tags)
            ours = held is not None and held.promotion == promotion
            return Settings(now.division, released(now.tags) if ours else now.tags)

        self._change(change)

    def _held(self, promotion: str, now: Settings) -> Settings:
        held = read_claim(now.tags)
        if held is None or held.promotion != promotion:
            raise DeploymentFailed(
                "the promotion holds the endpoint no longer",
                where=f"endpoint {self.endpoint}",
                got=f"promotion {held.promotion}" if held else "no promotion in its tags",
                expected=f"promotion {promotion}",
                remedy="Somebody else has undone it, or wiped the tags: look at the endpoint's traffic.",
            )
        return now

    def _taken(self, held: Claim) -> TakenError:
        return TakenError(
            "another promotion holds the endpoint",
            where=f"endpoint {self.endpoint}",
            got=f"promotion {held.promotion} of {held.candidate}",
            expected="one promotion of an endpoint at a time",
            remedy="Wait for it, or undo it with `harness gate rollback`.",
        )

    def _change(self, change: Callable[[Settings], Settings]) -> Any:
        within: Waiting = {"clock": self.clock, "deadline_s": self.change_s, "watch": self.watch}
        return partial(change_endpoint, **within)(self.client, self.endpoint, change)
