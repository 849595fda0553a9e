"""Compute instances: a machine of one's own that is started, stopped and restarted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from fakes.world.errors import Invalid
from fakes.world.operations import Operation
from fakes.world.states import POWER, Plan

if TYPE_CHECKING:
    from fakes.world.compute import Compute
    from fakes.world.world import World

INSTANCE = "ComputeInstance"
ACTIONS = {"Create": ("Creating", "Running"), "Start": ("Starting", "Running"), "Stop": ("Stopping", "Stopped")} | {
    "Restart": ("Restarting", "Running")
}
"""The state on the way and at the end of each action (documented)."""


def power(action: str, now: datetime, seconds: float) -> Plan:
    """Return the states that an action leads through."""
    first, last = ACTIONS[action]
    return Plan(POWER, now, ((first, 0.0), (last, seconds)))


def act(world: World, compute: Compute, action: str) -> Operation:
    """Start to start, stop or restart an instance; Invalid for a cluster and for one that is busy (inferred)."""
    now = world.clock.now()
    if compute.power is None:
        raise Invalid(f"Compute {compute.name} is of type {compute.compute_type}; it cannot be asked to {action}.")
    if not compute.power.done(now):
        raise Invalid(f"Compute {compute.name} is {compute.power.state(now)}. Wait until it has ended.")
    seconds = world.pace.of("compute.power")
    compute.power, compute.last_action = power(action, now, seconds), action
    return world.operations.start(world.ids.guid(), now, seconds, running="InProgress")
