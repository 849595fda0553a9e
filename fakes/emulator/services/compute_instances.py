"""ARM compute instances: what they show of themselves, and their being started and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Handler, Route
from fakes.emulator.services.arm import WORKSPACE
from fakes.emulator.services.lro import accepted_compute
from fakes.emulator.wire import json_reply
from fakes.world.compute import get_compute
from fakes.world.compute_instances import act
from fakes.world.instants import timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.emulator.call import Call
    from fakes.world.compute import Compute
    from fakes.world.states import Plan

_COMPUTE = WORKSPACE + "/computes/<compute>"


def instance(compute: Compute, power: Plan, now: datetime) -> dict[str, Any]:
    """Return the inner properties: what was sent, the state and the last operation (members documented)."""
    return {
        **compute.settings,
        "vmSize": compute.vm_size,
        "state": power.state(now),
        "lastOperation": {
            "operationName": compute.last_action,
            "operationTime": timestamp(power.started),
            "operationStatus": "Succeeded" if power.done(now) else "InProgress",
            "operationTrigger": "User",
        },
        "subnet": compute.settings.get("subnet"),
        "connectivityEndpoints": None,
        "applications": [],
        "errors": [],
    }


def _action(name: str) -> Handler:
    def change(call: Call) -> Reply:
        compute = get_compute(call.workspace, call.params["compute"])
        return accepted_compute(call, call.workspace.region, act(call.world, compute, name), 202)

    return change


def list_nodes(call: Call) -> Reply:
    """Return the nodes of a compute: a cluster is always scaled down, since nothing runs on it."""
    get_compute(call.workspace, call.params["compute"])
    return json_reply(200, {"nodes": []})


ROUTES = (
    *(
        Route(
            f"Compute_{name}",
            "POST",
            f"{_COMPUTE}/{name.lower()}",
            _action(name),
            Evidence.DOCUMENTED,
            "refusals are inferred",
        )
        for name in ("Start", "Stop", "Restart")
    ),
    Route("Compute_ListNodes", "POST", _COMPUTE + "/listNodes", list_nodes, Evidence.DOCUMENTED, "always empty"),
)
