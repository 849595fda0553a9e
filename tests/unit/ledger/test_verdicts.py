"""What a sweep may remove: the table of decisions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from ledgers import NOON, RUN

from harness.ledger.verdicts import Claim, Sighting, began, judge

OURS = {"harness-run": RUN, "harness-expires": "2024-05-10T18:00:00Z"}
BEFORE, AFTER = NOON + timedelta(hours=1), NOON + timedelta(hours=7)
THERE = Sighting(OURS, bills=True)


def claim(liveness: Any = "dead", **given: Any) -> Claim:
    """What the ledger says of something of a run that began at noon and may take until six."""
    return Claim(RUN, liveness, NOON, NOON + timedelta(hours=6), **given)


def seen(bills: bool = True, **tags: str) -> Sighting:
    """Something that bears these tags."""
    return Sighting({name.replace("_", "-"): value for name, value in tags.items()}, bills)


@pytest.mark.parametrize(
    ("claimed", "sighted", "now", "action", "reason"),
    [
        (claim(), THERE, BEFORE, "remove", f"run {RUN} is over"),
        (claim(), seen(), BEFORE, "remove", "is over"),
        (claim(), None, BEFORE, "gone", "not there"),
        (claim("alive"), THERE, AFTER, "wait", "is going on"),
        (claim("alive"), None, AFTER, "wait", "is going on"),
        (claim("unknown"), THERE, BEFORE, "wait", "elsewhere until 2024-05-10T18:00:00Z"),
        (claim("unknown"), None, BEFORE, "wait", "elsewhere until 2024-05-10T18:00:00Z"),
        (claim("unknown"), THERE, AFTER, "remove", "has expired"),
        (claim("unknown"), seen(), AFTER, "remove", "has expired"),
        (claim("unknown"), None, AFTER, "gone", "not there"),
        (None, THERE, BEFORE, "wait", "elsewhere until"),
        (None, THERE, AFTER, "remove", "has expired"),
        (None, seen(harness_run=RUN), AFTER, "keep", "says no time: there is none"),
        (None, seen(harness_run=RUN, harness_expires="never"), AFTER, "keep", "says no time: 'never'"),
        (None, seen(team="a"), AFTER, "ignore", "no run of the harness"),
        (None, seen(harness_run=""), AFTER, "ignore", "no run of the harness"),
        (claim(), seen(harness_run="2-b"), AFTER, "refuse", f"its tag says run 2-b, the ledger says {RUN}"),
        (claim(sure=False), seen(), AFTER, "refuse", "it may be another's"),
        (claim(sure=False), THERE, BEFORE, "remove", "is over"),
        (claim(), Sighting(OURS, bills=False), AFTER, "keep", "costs nothing"),
        (claim(unwanted=True), Sighting(OURS, bills=False), BEFORE, "remove", "is over"),
        (claim(wanted=True), THERE, BEFORE, "keep", "on purpose until 2024-05-10T18:00:00Z"),
        (claim(wanted=True), THERE, AFTER, "remove", "is over"),
        (claim(wanted=True), seen(harness_run=RUN), AFTER, "keep", "says no time"),
        (claim(wanted=True), seen(), AFTER, "keep", "says no time"),
    ],
)
def test_each_case_has_its_verdict(
    claimed: Claim | None, sighted: Sighting | None, now: datetime, action: str, reason: str
) -> None:
    """What is to be done, and the reason that is printed beside it."""
    verdict = judge(claimed, sighted, now=now)

    assert verdict.action == action
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("claimed", "older_than", "action"),
    [
        (claim(), timedelta(hours=6), "remove"),
        (claim(), timedelta(hours=8), "wait"),
        (None, timedelta(hours=6), "remove"),
        (None, timedelta(hours=8), "wait"),
    ],
)
def test_what_is_younger_stays(claimed: Claim | None, older_than: timedelta, action: str) -> None:
    """At seven, by the ledger or by the run's id, which holds the second of its beginning."""
    assert judge(claimed, THERE, now=AFTER, older_than=older_than).action == action


def test_age_that_nobody_knows_is_not_old_enough() -> None:
    """A run's id of another make, in no ledger: without the option its expiry alone counts."""
    strange = seen(harness_run="mine", harness_expires="2024-05-10")

    assert judge(None, strange, now=AFTER).action == "remove"
    assert judge(None, strange, now=AFTER, older_than=timedelta(hours=1)).reason == "nobody knows how old it is"


@pytest.mark.parametrize(("run", "when"), [(RUN, NOON), ("scenario", None), ("17-a", None), ("", None)])
def test_ids_of_runs_hold_their_beginning(run: str, when: datetime | None) -> None:
    """Others hold none."""
    assert began(run) == when
