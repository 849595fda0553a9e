"""State machines and the plans that follow them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.world.states import JOB, OPERATION, PROVISIONING, Plan, StateMachine

START = datetime(2024, 5, 10, 12, tzinfo=timezone.utc)
CREATION = Plan(PROVISIONING, START, (("Creating", 0.0), ("Succeeded", 90.0)))
MACHINES = st.sampled_from([PROVISIONING, JOB, OPERATION])


def _after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _walks(machine: StateMachine) -> st.SearchStrategy[list[str]]:
    """Every legal walk from a state that is not terminal to a terminal one."""

    def onwards(walk: list[str]) -> st.SearchStrategy[list[str]]:
        following = sorted(machine.transitions[walk[-1]])
        if not following:
            return st.just(walk)
        return st.sampled_from(following).flatmap(lambda state: onwards([*walk, state]))

    starts = sorted(set(machine.transitions) - machine.terminal)
    return st.sampled_from(starts).flatmap(lambda state: onwards([state]))


@pytest.mark.parametrize("machine", [PROVISIONING, JOB, OPERATION], ids=lambda machine: machine.name)
def test_every_state_leads_to_a_state_that_is_known(machine: StateMachine) -> None:
    """No transition leads out of the table."""
    named = {after for following in machine.transitions.values() for after in following}

    assert named <= set(machine.transitions)


@pytest.mark.parametrize(
    ("machine", "terminal"),
    [
        (PROVISIONING, {"Succeeded", "Failed", "Canceled", "Deleted"}),
        (JOB, {"Completed", "Failed", "Canceled"}),
        (OPERATION, {"Succeeded", "Failed"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_terminal_states(machine: StateMachine, terminal: set[str]) -> None:
    """The states that nothing leaves are those that the SDK takes for the end."""
    assert machine.terminal == terminal


def test_a_terminal_state_is_left_by_nothing() -> None:
    """A completed job does not run again."""
    assert not any(JOB.allows("Completed", after) for after in JOB.transitions)


@pytest.mark.parametrize(
    ("machine", "before", "after"),
    [(PROVISIONING, "Succeeded", "Creating"), (JOB, "NotStarted", "Completed"), (JOB, "CancelRequested", "Running")],
)
def test_a_plan_with_an_illegal_move_is_refused(machine: StateMachine, before: str, after: str) -> None:
    """A plan that goes where its machine does not is an error when it is made."""
    with pytest.raises(ValueError, match=f"a {machine.name} never goes from {before} to {after}"):
        Plan(machine, START, ((before, 0.0), (after, 1.0)))


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, "Creating"), (89.9, "Creating"), (90, "Succeeded"), (10**6, "Succeeded")]
)
def test_a_state_is_a_function_of_the_clock(seconds: float, state: str) -> None:
    """A state is entered at its offset and kept until the next one's."""
    assert CREATION.state(_after(seconds)) == state


def test_a_plan_knows_when_it_enters_a_state() -> None:
    """`entered` is the instant of a state, and None for one that is not on the way."""
    assert CREATION.entered("Succeeded") == _after(90)
    assert CREATION.entered("Failed") is None


def test_a_plan_is_done_when_its_last_state_is_entered() -> None:
    """A plan ends with its last state and not a moment before."""
    assert [CREATION.done(_after(seconds)) for seconds in (0, 89, 90)] == [False, False, True]


def test_a_cut_keeps_the_past() -> None:
    """What a plan has been through stays when its future is replaced."""
    plan = Plan(JOB, START, (("NotStarted", 0.0), ("Preparing", 5.0), ("Running", 10.0), ("Completed", 60.0)))
    cut = plan.cut(_after(20), ("CancelRequested", 0.0), ("Canceled", 30.0))

    assert [cut.state(_after(seconds)) for seconds in (0, 5, 10, 20, 49, 50)] == [
        "NotStarted",
        "Preparing",
        "Running",
        "CancelRequested",
        "CancelRequested",
        "Canceled",
    ]


def test_a_cut_keeps_the_state_of_its_instant() -> None:
    """What was entered at the very instant of the cut has been entered."""
    cut = CREATION.cut(START, ("Failed", 5.0))

    assert cut.steps == (("Creating", 0.0), ("Failed", 5.0))


@given(MACHINES.flatmap(lambda machine: st.tuples(st.just(machine), _walks(machine))), st.integers(0, 10))
def test_a_plan_is_never_born_in_its_last_state(walk: tuple[StateMachine, list[str]], moment: int) -> None:
    """Whatever the walk, the last state shows only once its time has come."""
    machine, states = walk
    plan = Plan(machine, START, tuple((state, 10.0 * number) for number, state in enumerate(states)))

    assert plan.state(_after(moment - 0.5)) == states[0]
    assert plan.state(plan.ends) == states[-1]
