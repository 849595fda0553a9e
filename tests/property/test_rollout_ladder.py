"""Laws of the ladder: whatever dies whenever, callers are answered, and the way back leads to the traffic that was."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from harness.decide.traffic import Division
from harness.errors import PromotionRefused, StepFailed, UsageError
from harness.gate.rollout.journal import Journal
from harness.lifecycle.traffic import read_settings
from tests.unit.gate.rollout.stage import POLICY, Killed, Stage

POLICY_OF_A_QUARTER = POLICY + "verdict_days = 90\n"
SAVED = st.sampled_from(
    [
        Division.of({"blue": 100}),
        Division.of({"blue": 60, "red": 40}),
        Division.of({"blue": 100}, {"red": 30}),
        Division.of({"blue": 99, "red": 1}, {"green": 50}),
    ]
)
STEPS = st.one_of(st.none(), st.sampled_from(range(0, 400, 3)))
"""After how many things that the process does it dies; a whole climb does some four hundred."""

BREAKS = st.sampled_from([None, None, 0, 10, 50, 100])
"""From which share of the traffic on green answers nothing."""


class Wire:
    """Kills when it has been passed so many times."""

    def __init__(self) -> None:
        self.left: int | None = None

    def step(self) -> None:
        """Pass it."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


class Wired:
    """A client on the wire: each call passes it before and after; what is sent of an endpoint is kept."""

    def __init__(self, inner: Any, wire: Wire, sent: list[Division]) -> None:
        self._inner, self._wire, self._sent = inner, wire, sent

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return Wired(found, self._wire, self._sent)

        def call(*arguments: Any, **named: Any) -> Any:
            self._wire.step()
            if name == "begin_create_or_update":
                self._sent.append(read_settings(arguments[0]).division)
            result = found(*arguments, **named)
            self._wire.step()
            return result

        return call


class Ladder(RuleBasedStateMachine):
    """Promotes, resumes, rolls back, loses journals and tags, and dies anywhere in between."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.stage = Stage(self.folder, POLICY_OF_A_QUARTER, ("blue", "green", "red"))
        self.wire, self.sent = Wire(), list[Division]()
        self.stage.client = Wired(self.stage.client, self.wire, self.sent)
        self.stage.on_post = self._posting
        self.breaks: int | None = None
        self.saved: Division | None = None
        self.number = 0
        self.append = Journal.append
        wired, original = self.wire, Journal.append

        def append(journal: Journal, *records: Any) -> None:
            wired.step()
            original(journal, *records)
            wired.step()

        Journal.append = append  # type: ignore[method-assign]
        self.fsync, os.fsync = os.fsync, lambda _: None  # a process that dies in here loses nothing by it

    def teardown(self) -> None:
        """Let the journal be what it was."""
        Journal.append, os.fsync = self.append, self.fsync  # type: ignore[method-assign]
        self.stage.azure.close()
        shutil.rmtree(self.folder)

    @initialize(saved=SAVED)
    def begin(self, saved: Division) -> None:
        """Some traffic is there."""
        self.stage.divide(saved)

    def is_open(self) -> bool:
        """Whether the journal's last promotion has not ended."""
        return bool(self.stage.journal) and self.stage.journal[-1].is_open

    def _posting(self) -> None:
        self.wire.step()
        share = self.sent[-1].live.get("green", 0) if self.sent else 0
        self.stage.failing = {"green": 500} if self.breaks is not None and share >= self.breaks else {}

    @precondition(lambda self: not self.is_open() and "blue" in self.stage.traffic.live)
    @rule(dies=STEPS, breaks=BREAKS)
    def promote(self, dies: int | None, breaks: int | None) -> None:
        """Promote; who was sent back gets new evidence first."""
        if self.stage.journal and self.stage.journal[-1].undoing is not None:
            self.stage.files(POLICY_OF_A_QUARTER, tools={"try": str(len(self.sent))})
        self._climb(dies, breaks, resume=False)

    @precondition(lambda self: self.is_open())
    @rule(dies=STEPS, breaks=BREAKS)
    def resume(self, dies: int | None, breaks: int | None) -> None:
        """Go on with what was cut off."""
        self._climb(dies, breaks, resume=True)

    def _climb(self, dies: int | None, breaks: int | None, *, resume: bool) -> None:
        before, held = self.stage.traffic, dict(self.stage.tags)
        self.wire.left, self.breaks = dies, breaks
        try:
            ended = self.stage.promote(resume=resume)
        except (UsageError, PromotionRefused):
            assert (self.stage.traffic, self.stage.tags) == (before, held)
        except StepFailed:
            self._note(before)
            assert self.stage.traffic == self.saved
        except Killed:
            self._note(before)
        else:
            self._note(before)
            at_top = Division.of({"green": 100}, _without_green(self.saved).mirror)
            assert self.stage.traffic == (at_top if ended.outcome == "promoted" else self.saved)
        finally:
            self.wire.left = None

    def _note(self, before: Division) -> None:
        """Note what was saved, if a promotion has begun since."""
        journal = self.stage.journal
        if journal and journal[-1].began.promotion != self.number:
            self.number = journal[-1].began.promotion  # type: ignore[assignment]
            self.saved = before

    @precondition(lambda self: self.is_open() or self.saved not in (None, self.stage.traffic))
    @rule(dies=STEPS)
    def roll_back(self, dies: int | None) -> None:
        """Put the traffic back; what dies is tried again."""
        before, self.wire.left = self.stage.traffic, dies
        try:
            restored = self.stage.roll_back()
        except UsageError:
            assert self.stage.traffic == before
        except Killed:
            self.wire.left = None
            with contextlib.suppress(UsageError):
                assert self.stage.roll_back().division == self.stage.traffic == self.saved
        else:
            assert restored.division == self.stage.traffic == self.saved
        finally:
            self.wire.left = None

    @precondition(lambda self: self.is_open())
    @rule()
    def lose_the_journal(self) -> None:
        """The machine is gone."""
        shutil.rmtree(self.folder / "journals", ignore_errors=True)

    @invariant()
    def callers_are_answered(self) -> None:
        """Shares add up to 100, whatever happened, and nothing else was ever sent."""
        for division in (self.stage.traffic, *self.sent):
            assert sum(division.live.values()) == 100
            assert len(division.mirror) <= 1
            assert not set(division.mirror) & set(division.live)


def _without_green(division: Division | None) -> Division:
    assert division is not None
    return Division.of(division.live, {name: share for name, share in division.mirror.items() if name != "green"})


TestLadder = Ladder.TestCase
TestLadder.settings = settings(
    max_examples=60 if settings.default.max_examples > 100 else 15, stateful_step_count=10, deadline=None
)
