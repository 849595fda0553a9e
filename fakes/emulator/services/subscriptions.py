"""What somebody who has signed in may see: the tenant and its subscriptions, for which `az login` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.wire import json_reply
from fakes.world.errors import NotFound

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.world import World

_NAME = "Local Azure ML"


def list_subscriptions(call: Call) -> Reply:
    """Return every subscription that holds a workspace; the world's own comes first."""
    found = [_subscription(call.world, subscription) for subscription in _known(call.world)]
    return json_reply(200, {"value": found, "count": {"type": "Total", "value": len(found)}})


def get_subscription(call: Call) -> Reply:
    """Return one of them; NotFound for another (documented)."""
    wanted = str(call.params["subscription"]).lower()
    if wanted not in _known(call.world):
        raise NotFound(f"The subscription '{wanted}' could not be found.", code="SubscriptionNotFound")
    return json_reply(200, _subscription(call.world, wanted))


def list_tenants(call: Call) -> Reply:
    """Return the one tenant that there is."""
    tenant = call.world.identity.application.tenant_id
    about = {"displayName": _NAME, "tenantCategory": "Home", "countryCode": "", "domains": []}
    return json_reply(200, {"value": [{"id": f"/tenants/{tenant}", "tenantId": tenant, **about}]})


def _known(world: World) -> list[str]:
    return list(dict.fromkeys(workspace.subscription_id.lower() for workspace in (world.home, *world.workspaces())))


def _subscription(world: World, subscription: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{subscription}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription,
        "tenantId": world.identity.application.tenant_id,
        "displayName": _NAME,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


ROUTES = (
    Route("Subscriptions_List", "GET", "/subscriptions", list_subscriptions, Evidence.DOCUMENTED),
    Route(
        "Subscriptions_Get",
        "GET",
        "/subscriptions/<subscription>",
        get_subscription,
        Evidence.DOCUMENTED,
        "the text of the 404 is inferred",
    ),
    Route("Tenants_List", "GET", "/tenants", list_tenants, Evidence.DOCUMENTED),
)
