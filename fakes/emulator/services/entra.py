"""Microsoft Entra ID: discovery and tokens for client credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import base_url
from fakes.emulator.wire import json_reply
from fakes.world.errors import Invalid
from fakes.world.identity import TOKEN_LIFETIME

if TYPE_CHECKING:
    from fakes.emulator.call import Call

AUTHORITY = "login.microsoftonline.com"


def discover_instance(call: Call) -> Reply:
    """Name the authority's own hosts and where the tenant's endpoints are described."""
    hosts = [AUTHORITY, "login.windows.net", "login.microsoft.com", "sts.windows.net"]
    return json_reply(
        200,
        {
            "tenant_discovery_endpoint": (
                f"{base_url(call)}/{call.world.identity.application.tenant_id}/v2.0/.well-known/openid-configuration"
            ),
            "api-version": "1.1",
            "metadata": [{"preferred_network": AUTHORITY, "preferred_cache": "login.windows.net", "aliases": hosts}],
        },
    )


def describe_tenant(call: Call) -> Reply:
    """Describe a tenant's endpoints."""
    tenant = f"{base_url(call)}/{call.params['tenant']}"
    return json_reply(
        200,
        {
            "issuer": f"{tenant}/v2.0",
            "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize",
            "token_endpoint": f"{tenant}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{tenant}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{tenant}/discovery/v2.0/keys",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        },
    )


def issue_token(call: Call) -> Reply:
    """Issue a token for client credentials; Entra's own error form otherwise."""
    form = dict(parse_qsl(call.request.content().decode(), keep_blank_values=True))
    try:
        if form.get("grant_type") != "client_credentials":
            raise Invalid(
                f"AADSTS70003: The app requested an unsupported grant type '{form.get('grant_type')}'.",
                code="unsupported_grant_type",
            )
        call.world.identity.authenticate(
            call.params["tenant"], form.get("client_id", ""), form.get("client_secret", "")
        )
    except Invalid as error:
        status = 401 if error.code == "invalid_client" else 400
        return json_reply(
            status,
            {
                "error": error.code,
                "error_description": error.message,
                "error_codes": [int(error.message.split(":")[0].removeprefix("AADSTS"))],
                "correlation_id": call.world.ids.guid(),
            },
        )
    clock = call.world.clock
    token = call.world.identity.issue(form.get("scope", ""), clock.now(), clock.outlasts)
    seconds = int(TOKEN_LIFETIME.total_seconds())
    return json_reply(
        200,
        {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token.text},
    )


ROUTES = (
    Route("Entra_DiscoverInstance", "GET", "/<tenant>/discovery/instance", discover_instance, Evidence.DOCUMENTED),
    Route(
        "Entra_DescribeTenant",
        "GET",
        "/<tenant>/v2.0/.well-known/openid-configuration",
        describe_tenant,
        Evidence.DOCUMENTED,
    ),
    Route(
        "Entra_IssueToken",
        "POST",
        "/<tenant>/oauth2/v2.0/token",
        issue_token,
        Evidence.DOCUMENTED,
        "client credentials only",
    ),
)
