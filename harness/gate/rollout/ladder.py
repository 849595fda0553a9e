"""The ladder as data: which rungs there are, what the endpoint's traffic is on each, and what undoes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.decide.traffic import Division
from harness.gate.policy.rollout import RolloutSection

__all__ = ["Action", "Rung", "division_on", "ladder"]

Action = Literal["claim", "smoke", "tag", "mirror", "live", "release", "share"]
"""claim: tag the endpoint, so that nobody else begins; smoke: ask the candidate by name; tag: write the verdict to the
model; mirror, live: divide the traffic and watch; release: let go of the endpoint, from when on what was in service is
kept for a while; share: to a registry."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step up. percent: of the live traffic, as copies or as its own. title: what it does, for people.

    undone: whether the saved traffic is put back when the rung does not hold; above that the candidate stays in
    service, and a rung that failed is tried again.
    """

    name: str
    action: Action
    title: str
    percent: int = 0
    undone: bool = True

    @property
    def watched(self) -> bool:
        """Whether requests must show that the endpoint works on it."""
        return self.action in ("mirror", "live")


def ladder(section: RolloutSection) -> tuple[Rung, ...]:
    """Return the rungs from the bottom to the top."""
    rungs = [
        Rung("claim", "claim", "Take hold of the endpoint"),
        Rung("smoke", "smoke", "Ask the candidate, which has no traffic"),
        Rung("tags", "tag", "Write the verdict to the model's version"),
    ]
    if section.mirror_percent:
        percent = section.mirror_percent
        rungs.append(Rung(f"mirror-{percent}", "mirror", f"Copy {percent} % of the requests to it", percent))
    for percent in section.live_percents:
        rungs.append(Rung(f"live-{percent}", "live", f"Give it {percent} % of the traffic", percent))
    rungs.append(Rung("release", "release", "Keep what was in service, for a way back", 100, undone=False))
    if section.registry:
        title = f"Share the model to registry {section.registry}"
        rungs.append(Rung("share", "share", title, 100, undone=False))
    return tuple(rungs)


def division_on(rung: Rung, saved: Division, candidate: str) -> Division:
    """Return how the endpoint's traffic is divided on a rung, from how it was before the first one.

    The others keep their proportions; copies that another deployment got it gets again once the candidate has its own
    traffic. ParameterError when no other deployment could take the rest.
    """
    if rung.action == "mirror":
        return saved.copying_to(candidate, rung.percent)
    return saved.giving(candidate, rung.percent) if rung.percent else saved
