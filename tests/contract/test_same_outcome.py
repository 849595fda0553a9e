"""Whatever is done to them, in whatever order, the doubles answer alike and keep the laws of Azure ML."""

from __future__ import annotations

from typing import Any

from contract_subject import Subject
from doubles import Doubles
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from moves import (
    CLUSTERS,
    DEPLOYMENTS,
    ENDPOINTS,
    JOBS,
    MODEL,
    MODELS,
    QUESTIONS,
    READS,
    SUBMISSIONS,
    VIEWS,
    Move,
    put_cluster,
    put_deployment,
    put_endpoint,
    steps,
    weighted,
)
from outcome import Outcome, observe

OTHERS = st.lists(
    weighted({ENDPOINTS: 2, DEPLOYMENTS: 2, CLUSTERS: 1, JOBS: 1, QUESTIONS: 1, READS: 1}), min_size=1, max_size=3
)
THOROUGH = settings.default.max_examples > 100
"""Under the profile of CI."""
LONG = 3600.0
"""Seconds in which every operation ends."""

STEPS = weighted(
    {
        steps("change", weighted({ENDPOINTS: 4, DEPLOYMENTS: 3, CLUSTERS: 2, JOBS: 1})): 5,
        steps("overlap", weighted({ENDPOINTS: 1, DEPLOYMENTS: 1}), OTHERS, st.sampled_from([0, 30])): 3,
        steps("enter", weighted({MODELS: 2, SUBMISSIONS: 1})): 3,
        steps("ask", QUESTIONS): 2,
        steps("read", READS): 1,
        steps("meanwhile", st.sampled_from([1, 30, 600, 3600, "fail_deployment", "fail_compute", "refuse_compute"])): 2,
    }
)
"""One rule takes them all, by weight: hypothesis leaves out whole rules at random, and these need each other."""


class SameOutcome(RuleBasedStateMachine):
    """Drives both doubles with the same operations, and compares what comes of each."""

    def __init__(self) -> None:
        super().__init__()
        self.doubles = Doubles()

    def teardown(self) -> None:
        """Compare everything that there is, and close both doubles."""
        try:
            self.doubles.both(_everything)
        finally:
            self.doubles.close()

    @initialize()
    def begin_with_something(self) -> None:
        """Begin with a cluster and an endpoint with two deployments, so that more than refusals can happen."""
        for move in (
            put_cluster("cpu-1", "Standard_DS3_v2", 1, "Dedicated"),
            put_endpoint("chat-1", "key", {}),
            put_deployment("chat-1", "blue", "Standard_DS3_v2", 1, "5"),
            put_deployment("chat-1", "green", "Standard_DS3_v2", 1, "5"),
        ):
            assert not self._done(move).refused

    @rule(step=STEPS)
    def do(self, step: tuple[str, tuple[Any, ...]]) -> None:
        """Do one of the things below."""
        name, given = step
        getattr(self, name)(*given)

    def change(self, move: Move) -> None:
        """Begin a long-running operation and wait for it."""
        self._done(move)

    def overlap(self, first: Move, others: list[Move], seconds: int) -> None:
        """Begin an operation, do other things while it runs, and take what comes of everything when all has ended.

        Nobody waits before that: the SDK's pollers are threads, and of two of them either may move the clock first.
        """

        def act(aml: Subject) -> list[Outcome]:
            with aml.paused():
                begun = [observe_begun(first, aml, self.doubles)]
                aml.clock.advance(seconds)
                begun += [observe_begun(other, aml, self.doubles) for other in others]
                begun.append((observe(lambda: _everything(aml)), None))
                aml.clock.advance(LONG)
            return [outcome if poller is None else observe(poller.result) for outcome, poller in begun]

        self.doubles.both(act)

    def enter(self, move: Move) -> None:
        """Register, archive or restore a model, or submit a job; what comes later is newer."""
        self.doubles.both(lambda aml: move(aml, self.doubles.folder))
        self.doubles.advance(1)

    def ask(self, move: Move) -> None:
        """Ask an endpoint; which deployment has answered is in the logs."""
        self.doubles.both(lambda aml: move(aml, self.doubles.folder))
        self.doubles.both(_answered)

    def read(self, move: Move) -> None:
        """Read something, which takes no time."""
        before = self.doubles.instants()
        self.doubles.both(lambda aml: move(aml, self.doubles.folder))

        assert self.doubles.instants() == before

    def meanwhile(self, what: float | str) -> None:
        """Let time pass without waiting for anything, or let the next deployment or cluster go wrong."""
        if isinstance(what, str):
            for subject in self.doubles.subjects.values():
                getattr(subject.faults, what)()
        else:
            self.doubles.advance(what)

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


def _everything(aml: Subject) -> list[Any]:
    """Return all that the workspace holds, as its lists show it."""
    client = aml.workspace
    endpoints = list(client.online_endpoints.list())
    return [
        endpoints,
        *(client.online_deployments.list(endpoint.name) for endpoint in endpoints),
        client.compute.list(),
        *(client.jobs.list(list_view_type=view) for view in VIEWS),
        *(client.models.list(MODEL, list_view_type=view) for view in VIEWS),
    ]


def _answered(aml: Subject) -> list[int]:
    """Return how many requests each deployment has answered."""
    online = aml.workspace.online_deployments
    return [
        online.get_logs(deployment.name, endpoint.name, lines=500).count("POST /score")
        for endpoint in aml.workspace.online_endpoints.list()
        for deployment in online.list(endpoint.name)
    ]


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
    max_examples=50 if THOROUGH else 8,
    stateful_step_count=25 if THOROUGH else 15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
