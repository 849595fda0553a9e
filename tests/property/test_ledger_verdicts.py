"""Laws of a sweep's decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.ledger import EXPIRES_TAG, RUN_TAG
from harness.ledger.verdicts import Claim, Sighting, judge

NOON = datetime(2024, 5, 10, 12, tzinfo=timezone.utc)
RUNS = ("1715342400-ab12", "1715300000-ffff", "odd")
hours = st.integers(-4, 4).map(lambda count: timedelta(hours=count))
instants = hours.map(lambda span: NOON + span)
spans = hours.map(abs)
claims = st.builds(
    Claim,
    st.sampled_from(RUNS[:2]),
    st.sampled_from(["dead", "unknown", "dead", "alive"]),
    instants,
    instants,
    sure=st.booleans(),
    wanted=st.booleans(),
    unwanted=st.booleans(),
)
living = claims.map(lambda claim: replace(claim, liveness="alive"))
times = st.one_of(instants.map(datetime.isoformat), st.sampled_from(["", "never", "2024-05-10"]))
tags = st.fixed_dictionaries({}, optional={RUN_TAG: st.sampled_from(("", *RUNS)), EXPIRES_TAG: times})
sightings = st.builds(Sighting, tags, st.sampled_from([True, True, False]))
many = settings(max_examples=1_000)  # a decision takes microseconds


@many
@given(st.none() | claims, sightings, instants, spans)
def test_nothing_foreign_is_removed(claim: Claim | None, seen: Sighting, now: datetime, age: timedelta) -> None:
    """What is removed is claimed by a ledger or bears a run's tag, and the two do not contradict each other."""
    if judge(claim, seen, now=now, older_than=age).action != "remove":
        return
    owner = seen.tags.get(RUN_TAG) or None

    assert claim is not None or owner is not None
    assert claim is None or owner in (None, claim.run)
    assert owner is not None or (claim is not None and claim.sure)


@many
@given(living, sightings | st.none(), instants, spans)
def test_run_that_lives_is_left_alone(claim: Claim, seen: Sighting | None, now: datetime, age: timedelta) -> None:
    """Nothing of it is touched, not even its ledger."""
    assert judge(claim, seen, now=now, older_than=age).action == "wait"


@many
@given(st.none() | claims, st.none() | sightings, instants, spans, spans)
def test_a_longer_age_removes_no_more(
    claim: Claim | None, seen: Sighting | None, now: datetime, age: timedelta, more: timedelta
) -> None:
    """Monotone in --older-than."""
    shorter, longer = (judge(claim, seen, now=now, older_than=each) for each in (age, age + more))

    assert longer.action != "remove" or shorter.action == "remove"
    assert longer == shorter or longer.action == "wait"


@many
@given(claims, sightings, instants, spans, spans)
def test_what_was_removed_is_gone(
    claim: Claim, seen: Sighting, now: datetime, age: timedelta, later: timedelta
) -> None:
    """A second sweep finds it gone and does nothing."""
    if judge(claim, seen, now=now, older_than=age).action == "remove" and claim.liveness == "dead":
        assert judge(claim, None, now=now + later, older_than=age).action == "gone"


@many
@given(st.none() | claims, sightings, instants, spans)
def test_time_takes_nothing_back(claim: Claim | None, seen: Sighting, now: datetime, later: timedelta) -> None:
    """What may be removed now may be removed later."""
    if judge(claim, seen, now=now).action == "remove":
        assert judge(claim, seen, now=now + later).action == "remove"
