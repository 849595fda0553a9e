"""Climbing the ladder: what the traffic is on each rung, what is asked there, and what sends a candidate back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from fakes.world.faults import HttpFault
from harness.decide.traffic import Division
from harness.errors import EnvironmentMissing, Interrupted, StepFailed, UsageError
from harness.lifecycle.watching import Unbreakable
from tests.unit.gate.rollout.stage import POLICY, Stage

BLUE = Division.of({"blue": 100})
RUNGS = ["claim", "smoke", "tags", "mirror-10", "live-10", "live-50", "live-100", "release"]


def seen_at(stage: Stage) -> list[str]:
    """Note the traffic at each request, without repetitions."""
    seen: list[str] = []

    def note() -> None:
        division = str(stage.traffic)
        if division not in seen:
            seen.append(division)

    stage.on_post = note
    return seen


def interrupt_at(stage: Stage, number: int, error: BaseException) -> None:
    """Raise `error` instead of sending request `number`, counted from 1."""

    def strike() -> None:
        if len(stage.asked) == number - 1:
            stage.on_post = lambda: None
            raise error

    stage.on_post = strike


def test_a_candidate_climbs_to_the_top(stage: Stage) -> None:
    """Copies first, then 10, 50 and 100 % of the traffic; every rung is in the journal."""
    seen = seen_at(stage)
    ended = stage.promote()

    assert (ended.outcome, ended.exit_code, [held.rung for held in ended.course.passed]) == ("promoted", 0, RUNGS)
    assert seen == [
        "blue 100 %",
        "blue 100 %, copies of 10 % to green",
        "blue 90 %, green 10 %",
        "blue 50 %, green 50 %",
        "green 100 %",
    ]


def test_the_version_bears_its_verdict(stage: Stage) -> None:
    """The tags name verdict, evidence, policy and the last day; those of others stay."""
    model = stage.client.models.get("m", "2")
    model.tags = {"team": "a"}
    stage.client.models.create_or_update(model)
    began = stage.promote().course.began
    tags = stage.client.models.get("m", "2").tags

    assert (tags["team"], tags["gate.verdict"], tags["gate.expires"]) == ("a", "PROMOTE", "2024-05-17")
    assert (tags["gate.evidence_sha256"], tags["gate.policy_sha256"]) == (began.evidence_sha256, began.policy_sha256)


def test_each_rung_is_watched_by_requests_of_both_kinds(stage: Stage) -> None:
    """Three to green for the smoke test, then nine to the endpoint and nine to green on each of four rungs."""
    stage.promote()

    assert (stage.asked.count("green"), stage.asked.count(""), stage.asked.count("blue")) == (3 + 36, 36, 0)


def test_the_baseline_is_asked_where_times_are_compared(tmp_path: Path) -> None:
    """With a limit of the ratio of times the baseline is asked too, in turn."""
    stage = Stage(tmp_path, POLICY.replace('off = ["latency_p95_ratio"]', "latency_p95_ratio = 2.0"))
    stage.promote()

    assert stage.asked[3:9] == ["", "blue", "green", "green", "blue", ""]


def test_others_keep_their_shares_and_their_copies(tmp_path: Path) -> None:
    """A third deployment gives way in proportion; copies that it got it gets again after the rung of copies."""
    stage = Stage(tmp_path, deployments=("blue", "green", "red", "shadow"))
    stage.divide(Division.of({"blue": 60, "red": 40}, {"shadow": 20}))
    seen = seen_at(stage)
    stage.promote()

    assert seen[1:4] == [
        "blue 60 %, red 40 %, copies of 10 % to green",
        "blue 54 %, green 10 %, red 36 %, copies of 20 % to shadow",
        "blue 30 %, green 50 %, red 20 %, copies of 20 % to shadow",
    ]


@pytest.mark.parametrize("who", ["green", ""], ids=["candidate", "endpoint"])
def test_one_that_answers_nothing_is_sent_back_within_a_few_requests(tmp_path: Path, who: str) -> None:
    """Harm ends a rung at once, at the twelfth of a hundred: the traffic is back, and the exit code is 10."""
    stage = Stage(tmp_path, POLICY.replace("requests = 9", "requests = 100"))

    def break_at_live() -> None:
        if stage.traffic.live.get("green"):
            stage.failing[who] = 500

    stage.on_post = break_at_live
    ended = stage.promote()

    assert (ended.why, ended.exit_code, stage.traffic, stage.tags) == ("harm", 10, BLUE, {})
    assert ended.course.undoing is not None
    assert ended.course.undoing.rung == "live-10"
    assert len(ended.course.seen) <= 24


def test_a_smoke_test_that_fails_moves_no_traffic(stage: Stage) -> None:
    """The candidate does not answer by its name: nobody is led to it."""
    stage.failing["green"] = 424
    ended = stage.promote()

    assert (ended.exit_code, ended.detail) == (10, "request 1 of 3 to green: http_error (HTTP 424)")
    assert (stage.asked, stage.traffic, stage.tags) == (["green"], BLUE, {})


def test_requests_that_show_too_little_send_back_with_11(stage: Stage) -> None:
    """One error in nine is neither shown to be within 30 % nor beyond it: nothing unproven stays in service."""
    stage.on_post = lambda: stage.failing.update({"green": 0 if len(stage.asked) == 30 else 200})
    ended = stage.promote()

    assert (ended.why, ended.exit_code, stage.traffic) == ("inconclusive", 11, BLUE)
    assert ended.detail.startswith("candidate errors: 1 of 9 requests, at most 42.91% of all, limit 30.00%")


def test_a_second_look_after_more_requests_can_show_enough(tmp_path: Path) -> None:
    """With room for more requests the same error is outweighed."""
    stage = Stage(tmp_path, POLICY.replace("most_requests = 9", "most_requests = 40"))
    stage.on_post = lambda: stage.failing.update({"green": 0 if len(stage.asked) == 30 else 200})

    assert stage.promote().exit_code == 0


def test_a_rung_has_its_time(tmp_path: Path) -> None:
    """When the time of a rung is up before enough was asked, the traffic is put back."""
    stage = Stage(tmp_path, POLICY + "rung_s = 600.0\n")
    stage.on_post = lambda: stage.clock.advance(100)
    ended = stage.promote()

    assert (ended.exit_code, stage.traffic) == (11, BLUE)
    assert ended.detail.startswith("the time of the rung (600 s) was up after 7 requests")


@pytest.mark.parametrize("request_number", [1, 10, 30, 50, 70])
def test_ctrl_c_puts_the_traffic_back(stage: Stage, request_number: int) -> None:
    """On every watched rung: an unproven candidate does not stay in service because nobody watches any more."""
    interrupt_at(stage, request_number, KeyboardInterrupt())
    ended = stage.promote()

    assert (ended.why, ended.exit_code, stage.traffic, stage.tags) == ("interrupted", 4, BLUE, {})


def test_ctrl_c_twice_says_how_to_go_on(stage: Stage) -> None:
    """The second one stops the way back too: the error names what is left to do, and the journal knows."""
    interrupt_at(stage, 30, KeyboardInterrupt())
    stage.watch = _Impatient()
    with pytest.raises(Interrupted, match="harness gate rollback"):
        stage.promote()

    assert (stage.journal[-1].state, stage.traffic == BLUE) == ("undoing", False)


class _Silent:
    """A watcher that does nothing."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


class _Impatient(_Silent):
    """Presses Ctrl-C when it hears that the traffic is put back."""

    def progress(self, text: str) -> None:
        """Be told."""
        if text.startswith("putting"):
            raise KeyboardInterrupt


def test_a_failure_of_azure_puts_the_traffic_back(stage: Stage) -> None:
    """The PUT of the third division is refused for good: the error is told, and blue has everything again."""
    stage.azure.faults.on("OnlineEndpoints_CreateOrUpdate", HttpFault(403), nth=4)
    with pytest.raises(StepFailed, match="changing the traffic to blue 50 %, green 50 % failed"):
        stage.promote()

    assert (stage.traffic, stage.journal[-1].state) == (BLUE, "undone")


def test_who_loses_the_endpoint_stops(stage: Stage) -> None:
    """Tags are gone, such as by a PUT of an older client: the climb ends, and the saved traffic is there."""

    def wipe() -> None:
        if stage.traffic.live.get("green") == 10:
            stage.divide(Division.of({"green": 100}))

    stage.on_post = wipe
    with pytest.raises(StepFailed, match="holds the endpoint no longer"):
        stage.promote()

    assert stage.traffic == BLUE


def test_traffic_that_somebody_moved_on_a_rung_proves_nothing(stage: Stage) -> None:
    """An operator takes traffic from the candidate while a rung is watched: it does not climb over their decision."""

    def move() -> None:
        if stage.traffic.live.get("green") == 50:
            stage.divide(Division.of({"blue": 70, "green": 30}), **stage.tags)

    stage.on_post = move
    with pytest.raises(StepFailed, match="the traffic is not what this rung gave it"):
        stage.promote()

    assert (stage.traffic, stage.journal[-1].state) == (BLUE, "undone")


@pytest.mark.parametrize("by_whom", ["elsewhere", ""], ids=["a promotion", "somebody"])
def test_who_was_quicker_is_not_overruled(tmp_path: Path, by_whom: str) -> None:
    """The traffic, or the hold of another promotion, came between the look and the first rung: it stays."""
    stage = Stage(tmp_path, deployments=("blue", "green", "red"))
    theirs = Division.of({"blue": 50, "red": 50})
    tags = {"gate.promotion": by_whom, "gate.saved": "blue=100;"} if by_whom else {}

    class Quicker(_Silent):
        def started(self, step: str, _title: str) -> None:
            if step == "claim":
                stage.divide(theirs, **tags)

    stage.watch = Quicker()
    with pytest.raises(UsageError, match=r"another promotion holds|the traffic has changed since"):
        stage.promote()

    assert (stage.traffic, stage.tags, stage.journal[-1].state) == (theirs, tags, "undone")


def test_a_closed_terminal_stops_nothing(stage: Stage) -> None:
    """What cannot be printed any more does not send a candidate back."""

    class Closed:
        def __getattr__(self, _name: str) -> Any:
            raise BrokenPipeError

    stage.watch = Unbreakable(Closed())  # type: ignore[arg-type]
    assert stage.promote().exit_code == 0


def test_what_ends_a_promotion_is_on_the_endpoint(stage: Stage) -> None:
    """At the top the endpoint's tags say what can be put back, and until when it is kept."""
    stage.promote()

    assert stage.tags["gate.state"] == "promoted"
    assert (stage.tags["gate.saved"], stage.tags["gate.kept_until"][:10]) == ("blue=100;", "2024-05-11")


def test_another_promotion_may_follow(stage: Stage) -> None:
    """Once it is over the endpoint is free: here green goes back, and up again with new evidence."""
    stage.promote()
    stage.roll_back()
    stage.files()

    assert (stage.promote().exit_code, [course.state for course in stage.journal]) == (0, ["undone", "promoted"])


def test_a_journal_that_is_full_hinders_no_way_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full in the middle of a rung: the traffic is put back, and then the disk is told of."""

    def full(_descriptor: int) -> None:
        if stage.traffic.live.get("green"):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentMissing, match="No space left"):
        stage.promote()

    assert stage.traffic == BLUE
