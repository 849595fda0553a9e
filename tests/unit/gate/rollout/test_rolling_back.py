"""Back to the traffic that was saved: from every rung, with or without the journal, and proven by reading."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.world.faults import HttpFault
from harness.decide.traffic import Division
from harness.errors import StepFailed, UsageError
from harness.gate.rollout.journal import Journal
from harness.gate.rollout.promote import journal_file
from harness.gate.rollout.rollback import retire
from harness.gate.rollout.site import Site
from harness.lifecycle.watching import Silent
from tests.unit.gate.rollout.stage import ENDPOINT, Stage

BLUE = Division.of({"blue": 100})
EACH_RUNG = [2, 10, 30, 48, 66]
"""A request of the smoke test, and one of each watched rung."""


@pytest.mark.parametrize("request_number", EACH_RUNG)
def test_a_killed_promotion_is_rolled_back(stage: Stage, request_number: int) -> None:
    """Whatever rung it died on: one PUT restores the map, and the endpoint is free."""
    stage.kill_at(request_number)
    restored = stage.roll_back()

    assert (restored.division, stage.traffic, stage.tags) == (BLUE, BLUE, {})
    assert stage.journal[-1].state == "undone"


@pytest.mark.parametrize("request_number", EACH_RUNG)
def test_a_killed_promotion_is_resumed(stage: Stage, request_number: int) -> None:
    """It goes on where it stood; what was seen on the rung counts, and is not asked again."""
    stage.kill_at(request_number)
    ended = stage.promote(resume=True)

    assert (ended.exit_code, stage.traffic, len(stage.journal)) == (0, Division.of({"green": 100}), 1)
    assert stage.asked.count("") == 36


@pytest.mark.parametrize("request_number", EACH_RUNG)
def test_without_its_journal_the_tags_say_enough(stage: Stage, request_number: int) -> None:
    """The machine that promoted is gone: the endpoint itself knows what its traffic was."""
    stage.kill_at(request_number)
    journal_file(stage.folder / "journals", ENDPOINT).unlink()
    restored = stage.roll_back()

    assert (restored.division, stage.traffic, stage.tags) == (BLUE, BLUE, {})
    assert "in the endpoint's tags" in restored.by


def test_a_rollback_does_not_wait_for_who_climbs(stage: Stage) -> None:
    """In an emergency the traffic is put back at once; whoever climbs finds the endpoint lost, and ends."""

    def emergency() -> None:
        if stage.traffic.live.get("green") == 50 and "back" not in done:
            done.append("back")
            stage.roll_back()

    done: list[str] = []
    stage.on_post = emergency
    with pytest.raises(StepFailed, match="holds the endpoint no longer"):
        stage.promote()

    assert (stage.traffic, stage.tags, stage.journal[-1].state) == (BLUE, {}, "undone")


def test_the_mirror_is_put_back_too(tmp_path: Any) -> None:
    """Copies that another deployment got are part of the saved map."""
    stage = Stage(tmp_path, deployments=("blue", "green", "red"))
    saved = Division.of({"blue": 100}, {"red": 25})
    stage.divide(saved)
    stage.kill_at(10)
    assert stage.traffic.mirror == {"green": 10}

    assert stage.roll_back().division == saved
    assert stage.traffic == saved


def test_it_is_possible_after_the_top(stage: Stage) -> None:
    """What was in service is kept for that."""
    stage.promote()

    assert (stage.roll_back().was, stage.traffic) == (Division.of({"green": 100}), BLUE)


def test_a_second_time_changes_nothing(stage: Stage) -> None:
    """It says that it is so already, and sends nothing."""
    stage.kill_at(30)
    stage.roll_back()
    before = len(stage.azure.calls)

    assert stage.roll_back().division == BLUE
    assert [call.method for call in stage.azure.calls[before:] if call.method == "PUT"] == []


def test_who_changed_the_traffic_since_is_not_overruled(stage: Stage) -> None:
    """The last promotion is undone: what somebody did afterwards is theirs."""
    stage.kill_at(30)
    stage.roll_back()
    stage.divide(Division.of({"green": 100}))

    with pytest.raises(UsageError, match="is undone, and the traffic has changed since"):
        stage.roll_back()


def test_nothing_to_go_back_to_is_said(stage: Stage) -> None:
    """No journal and no tags: the traffic is left alone."""
    with pytest.raises(UsageError, match="nothing to go back to"):
        stage.roll_back()


def test_a_promotion_of_another_machine_is_undone_by_its_tags(stage: Stage) -> None:
    """This machine's journal ends with an earlier promotion; the endpoint knows the later one."""
    stage.promote()
    ours = (stage.folder / "journals" / f"{ENDPOINT}.jsonl").read_bytes()
    stage.roll_back()
    stage.divide(Division.of({"green": 100}), **{"gate.promotion": "theirs", "gate.saved": "blue=70,green=30;"})
    (stage.folder / "journals" / f"{ENDPOINT}.jsonl").write_bytes(ours)

    assert stage.roll_back().division == Division.of({"blue": 70, "green": 30})


def test_a_way_back_that_fails_is_gone_again(stage: Stage) -> None:
    """Azure refuses the PUT: the error says how to go on, and the next rollback does it."""
    stage.kill_at(30)
    stage.azure.faults.on("OnlineEndpoints_CreateOrUpdate", HttpFault(403))
    with pytest.raises(StepFailed, match="could not be put back") as failed:
        stage.roll_back()

    assert "harness gate rollback" in failed.value.remedy
    assert stage.roll_back().division == BLUE


def test_a_promotion_that_was_being_undone_is_undone_further(stage: Stage) -> None:
    """Resuming it goes the way that it was on, though its verdict has expired meanwhile."""
    stage.kill_at(30)
    stage.azure.faults.on("OnlineEndpoints_CreateOrUpdate", HttpFault(403))
    with pytest.raises(StepFailed):
        stage.roll_back()
    stage.clock.advance(30 * 86_400)
    ended = stage.promote(resume=True)

    assert (ended.outcome, ended.why, stage.traffic) == ("rolled back", "asked", BLUE)


class TestRetiring:
    """Deleting what was in service."""

    @staticmethod
    def retire(stage: Stage, *, early: bool = False) -> tuple[str, ...]:
        """Retire on the stage's endpoint."""
        site = Site(stage.client, ENDPOINT, stage.clock, Silent())
        return retire(site, stage.folder / "journals", early=early)

    def test_it_waits_for_its_time(self, stage: Stage) -> None:
        """Blue is kept for a day."""
        stage.promote()
        with pytest.raises(UsageError, match="blue is kept for a way back"):
            self.retire(stage)
        stage.clock.advance(86_400)

        assert self.retire(stage) == ("blue",)
        assert [each.name for each in stage.client.online_deployments.list(ENDPOINT)] == ["green"]

    def test_after_it_there_is_no_way_back(self, stage: Stage) -> None:
        """The journal says why, and the endpoint's tags are gone."""
        stage.promote()
        self.retire(stage, early=True)
        with pytest.raises(UsageError, match="what was in service has been deleted"):
            stage.roll_back()

        assert (stage.traffic, stage.tags) == (Division.of({"green": 100}), {})

    def test_what_has_traffic_is_not_deleted(self, stage: Stage) -> None:
        """Somebody has led callers back to blue."""
        stage.promote()
        stage.divide(Division.of({"blue": 50, "green": 50}))

        with pytest.raises(UsageError, match="blue has traffic"):
            self.retire(stage, early=True)

    def test_only_what_was_promoted_over_is_retired(self, stage: Stage) -> None:
        """Before a promotion, and after a way back, there is nothing."""
        stage.promote()
        stage.roll_back()

        with pytest.raises(UsageError, match="nothing to retire; got a promotion that is undone"):
            self.retire(stage)


def test_a_journal_in_use_without_tags_is_waited_for(stage: Stage) -> None:
    """Somebody is just beginning: there is nothing to put back yet."""
    with Journal(journal_file(stage.folder / "journals", ENDPOINT)), pytest.raises(UsageError, match="another process"):
        stage.roll_back()
