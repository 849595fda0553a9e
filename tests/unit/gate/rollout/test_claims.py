"""What tags say: who holds an endpoint, what its traffic was, and that a version was sent back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.decide.traffic import Division
from harness.errors import UsageError
from harness.gate.rollout.claim import LONGEST_TAG, Claim, SentBack, claimed, read_claim, released

NAMES = st.from_regex(r"[a-z][a-z0-9-]{1,12}[a-z0-9]", fullmatch=True)
SHARES = st.dictionaries(NAMES, st.integers(min_value=1, max_value=100), min_size=1, max_size=4)
MIRRORS = st.dictionaries(NAMES, st.integers(min_value=1, max_value=50), max_size=1)


@given(
    SHARES, MIRRORS, st.sampled_from(["climbing", "promoted"]), st.dictionaries(NAMES, st.text(max_size=5), max_size=2)
)
def test_a_claim_is_read_as_it_was_written(
    live: dict[str, int], mirror: dict[str, int], state: str, others: dict[str, str]
) -> None:
    """Whatever the traffic was; other tags stay, and releasing leaves nothing of it."""
    claim = Claim("p", state, Division.of(live, mirror), "green", "2024-05-11T12:00:00+00:00")  # type: ignore[arg-type]
    tags = claimed(others, claim)

    assert read_claim(tags) == claim
    assert released(tags) == others


@pytest.mark.parametrize(
    "tags", [{}, {"gate.promotion": "p"}, {"gate.saved": "blue=100;"}, {"gate.promotion": "p", "gate.saved": "?"}]
)
def test_tags_that_make_no_sense_are_no_claim(tags: dict[str, str]) -> None:
    """Half of one holds nobody back, and leads nobody anywhere."""
    assert read_claim(tags) is None


def test_traffic_that_no_tag_can_hold_is_refused() -> None:
    """Azure takes 256 characters."""
    many = Division.of({f"deployment-with-a-long-name-{number}": 10 for number in range(10)})

    with pytest.raises(UsageError, match=f"expected at most {LONGEST_TAG} characters"):
        claimed({}, Claim("p", "climbing", many, "green"))


def test_a_version_says_why_it_was_sent_back() -> None:
    """By which evidence and policy; what else stands in the tag says nothing."""
    sent_back = SentBack("harm", "e" * 64, "p" * 64)

    assert SentBack.of(sent_back.tags()) == sent_back
    assert max(map(len, sent_back.tags().values())) <= LONGEST_TAG
    assert [SentBack.of(tags) for tags in (None, {}, {"gate.sent_back": "harm"})] == [None] * 3
