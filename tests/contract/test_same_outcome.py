"""Whatever is done to them, in whatever order, the doubles answer alike and keep the laws of Azure ML."""

from __future__ import annotations

from typing import Any

from contract_subject import Subject
from doubles import Doubles
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from moves import CHANGES, ENTRIES, MODEL, READS, Move, put_cluster, put_deployment, put_endpoint
from outcome import Outcome, observe


class SameOutcome(RuleBasedStateMachine):
    """Drives both doubles with the same operations, and compares what comes of each."""

    def __init__(self) -> None:
        super().__init__()
        self.doubles = Doubles()

    def teardown(self) -> None:
        """Close both doubles."""
        self.doubles.close()

    @initialize()
    def begin_with_something(self) -> None:
        """Begin with a cluster and an endpoint that has a deployment, so that more than refusals can happen."""
        for move in (
            put_cluster("cpu-1", "Standard_DS3_v2", 1, "Dedicated"),
            put_endpoint("chat-1", "key", {}),
            put_deployment("chat-1", "blue", "Standard_DS3_v2", 1, "5"),
        ):
            assert not self._done(move).refused

    @rule(move=CHANGES)
    def change(self, move: Move) -> None:
        """Begin an operation and wait for it."""
        self._done(move)

    @rule(first=CHANGES, others=st.lists(CHANGES | READS, min_size=1, max_size=3), seconds=st.sampled_from([0, 30]))
    def overlap(self, first: Move, others: list[Move], seconds: int) -> None:
        """Begin an operation, do other things while it runs, and then wait for everything."""

        def act(aml: Subject) -> list[Outcome]:
            with aml.paused():
                begun = [observe_begun(first, aml, self.doubles)]
                aml.clock.advance(seconds)
                begun += [observe_begun(other, aml, self.doubles) for other in others]
            return [outcome if poller is None else observe(poller.result) for outcome, poller in begun]

        self.doubles.both(act)

    @rule(move=ENTRIES)
    def enter(self, move: Move) -> None:
        """Do what is done at once; what is registered later is newer."""
        self.doubles.both(lambda aml: move(aml, self.doubles.folder))
        self.doubles.advance(1)

    @rule(move=READS)
    def read(self, move: Move) -> None:
        """Read something, or ask an endpoint."""
        self.doubles.both(lambda aml: move(aml, self.doubles.folder))

    @rule(seconds=st.sampled_from([1, 30, 600, 7200]))
    def let_time_pass(self, seconds: int) -> None:
        """Let time pass without waiting for anything."""
        self.doubles.advance(seconds)

    @rule(what=st.sampled_from(["fail_deployment", "fail_compute", "refuse_compute"]))
    def arm_a_fault(self, what: str) -> None:
        """Let the next deployment or cluster go wrong."""
        for subject in self.doubles.subjects.values():
            getattr(subject.faults, what)()

    @invariant()
    def laws_are_kept(self) -> None:
        """Traffic adds up, states move along their table, and versions do not change, in both worlds."""
        self.doubles.check_laws()

    @invariant()
    def what_is_gone_is_not_found(self) -> None:
        """An endpoint that was deleted is a 404 until there is another one of its name."""
        for name in self.doubles.gone_endpoints():
            assert self.doubles.both(lambda aml, name=name: aml.workspace.online_endpoints.get(name)).is_missing

    @invariant()
    def the_newest_is_the_latest(self) -> None:
        """The label "latest" means the version created last among those that are not archived."""
        newest = self.doubles.newest_version(MODEL)
        outcome = self.doubles.both(lambda aml: aml.workspace.models.get(MODEL, label="latest").version)

        assert outcome == (Outcome(newest) if newest else Outcome(refused="ValidationException"))

    def _done(self, move: Move) -> Outcome:
        return self.doubles.both(lambda aml: move(aml, self.doubles.folder).result())


def observe_begun(move: Move, aml: Subject, doubles: Doubles) -> tuple[Outcome, Any]:
    """Do something; return what came of it, and the poller where it began an operation."""
    pollers: list[Any] = []

    def act() -> Any:
        result = move(aml, doubles.folder)
        if hasattr(result, "polling_method"):
            pollers.append(result)
            return None
        return result

    outcome = observe(act)
    return outcome, (pollers[0] if pollers else None)


TestSameOutcome = SameOutcome.TestCase
TestSameOutcome.settings = settings(
    max_examples=60 if settings.default.max_examples > 100 else 8,  # thorough under the profile of CI
    stateful_step_count=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
