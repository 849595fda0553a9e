"""Who holds an endpoint: tags on it, so that any machine can see a promotion, and undo it without its journal.

Azure offers no lock. Two that begin at once both write; the one that reads back another's tag stops. Each later change
reads the tag again first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from harness.decide.traffic import Division
from harness.errors import UsageError

__all__ = ["LONGEST_TAG", "Claim", "SentBack", "claimed", "read_claim", "released"]

LONGEST_TAG = 256
"""Characters of a tag's value (documented)."""

PROMOTION_TAG, STATE_TAG, SAVED_TAG = "gate.promotion", "gate.state", "gate.saved"
CANDIDATE_TAG, KEPT_TAG = "gate.candidate", "gate.kept_until"
_SENT_BACK_TAG = "gate.sent_back"
_TAGS = (PROMOTION_TAG, STATE_TAG, SAVED_TAG, CANDIDATE_TAG, KEPT_TAG)

_SHARE = re.compile(r"([^=,;]+)=(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Claim:
    """saved: the traffic before the promotion. kept_until: ISO 8601, until when what was in service stays; "" at first.

    climbing: nobody else may begin; promoted: it is over, and can still be undone.
    """

    promotion: str
    state: Literal["climbing", "promoted"]
    saved: Division
    candidate: str
    kept_until: str = ""


class SentBack(NamedTuple):
    """What a version says of its last promotion, where requests sent it back: why, and by which evidence and policy."""

    why: str
    evidence_sha256: str
    policy_sha256: str

    def tags(self) -> dict[str, str]:
        """Return it as tags of the version."""
        return {_SENT_BACK_TAG: " ".join(self)}

    @classmethod
    def of(cls, tags: Mapping[str, str] | None) -> SentBack | None:
        """Return what tags say; None where they say nothing."""
        parts = (tags or {}).get(_SENT_BACK_TAG, "").split()
        return cls(*parts) if len(parts) == len(cls._fields) else None


def read_claim(tags: Mapping[str, str]) -> Claim | None:
    """Return what the tags of an endpoint say; None when no promotion holds it, or the tags make no sense."""
    live, _, mirror = tags.get(SAVED_TAG, "").partition(";")
    saved = Division.of(_read(live), _read(mirror))
    state: Literal["climbing", "promoted"] = "promoted" if tags.get(STATE_TAG) == "promoted" else "climbing"
    if not tags.get(PROMOTION_TAG) or not saved.live:
        return None
    return Claim(tags[PROMOTION_TAG], state, saved, tags.get(CANDIDATE_TAG, ""), tags.get(KEPT_TAG, ""))


def claimed(tags: Mapping[str, str], claim: Claim) -> dict[str, str]:
    """Return the tags with a claim; UsageError when the saved traffic is longer than a tag may be."""
    saved = f"{_spelled(claim.saved.live)};{_spelled(claim.saved.mirror)}"
    if len(saved) > LONGEST_TAG:
        raise UsageError(
            "the traffic is divided among too many deployments to be saved in a tag",
            where="endpoint traffic",
            got=f"{len(saved)} characters: {claim.saved}",
            expected=f"at most {LONGEST_TAG} characters",
            remedy="Take the traffic from deployments that are not needed, and promote again.",
        )
    ours = {
        PROMOTION_TAG: claim.promotion,
        STATE_TAG: claim.state,
        SAVED_TAG: saved,
        CANDIDATE_TAG: claim.candidate,
        **({KEPT_TAG: claim.kept_until} if claim.kept_until else {}),
    }
    return {**released(tags), **ours}


def released(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags without a claim."""
    return {name: value for name, value in tags.items() if name not in _TAGS}


def _spelled(shares: Mapping[str, int]) -> str:
    return ",".join(f"{name}={share}" for name, share in shares.items())


def _read(text: str) -> dict[str, int]:
    return {name: int(share) for name, share in _SHARE.findall(text)}
