"""The keys of the resources that a workspace is made with, and its diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import WORKSPACE
from fakes.emulator.wire import empty_reply, json_reply
from fakes.world.attached import attached_resources
from fakes.world.ids import guid_of
from fakes.world.storage_keys import account_key

if TYPE_CHECKING:
    from fakes.emulator.call import Call

_CHECKS = (
    "userDefinedRoute",
    "networkSecurityRule",
    "resourceLock",
    "dnsResolution",
    "storageAccount",
    "keyVault",
    "containerRegistry",
    "applicationInsights",
    "other",
)


def list_keys(call: Call) -> Reply:
    """Return the key that opens the storage account; the other resources exist in name only."""
    workspace = call.workspace
    resources = attached_resources(workspace)
    return json_reply(
        200,
        {
            "userStorageKey": account_key(call.world.seed, workspace.storage_account),
            "userStorageArmId": resources["storageAccount"],
            "appInsightsInstrumentationKey": guid_of("insights", workspace.workspace_id),
            "containerRegistryCredentials": None,
            "notebookAccessKeys": None,
        },
    )


def resync_keys(call: Call) -> Reply:
    """Read the keys again: they never change, so nothing is left to do."""
    assert call.workspace
    return empty_reply(200)


def diagnose(call: Call) -> Reply:
    """Return a diagnosis without findings."""
    assert call.workspace
    return json_reply(200, {"value": {f"{check}Results": [] for check in _CHECKS}})


ROUTES = (
    Route(
        "Workspaces_ListKeys",
        "POST",
        WORKSPACE + "/listKeys",
        list_keys,
        Evidence.DOCUMENTED,
        "the key of the storage account is good, those of other resources are null or stand-ins",
    ),
    Route("Workspaces_ResyncKeys", "POST", WORKSPACE + "/resyncKeys", resync_keys, Evidence.DOCUMENTED, "done at once"),
    Route("Workspaces_Diagnose", "POST", WORKSPACE + "/diagnose", diagnose, Evidence.DOCUMENTED, "finds nothing"),
)
