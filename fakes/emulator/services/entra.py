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
    from collections.abc import Mapping

    from fakes.emulator.call import Call

AUTHORITY = "login.microsoftonline.com"

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


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
        _prove(call, form)
        call.world.identity.check_scope(form.get("scope", ""))
    except Invalid as error:
        return _refusal(call, error)
    clock = call.world.clock
    token = call.world.identity.issue(form.get("scope", ""), clock.now(), clock.outlasts)
    seconds = int(TOKEN_LIFETIME.total_seconds())
    return json_reply(
        200,
        {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token.text},
    )


def _prove(call: Call, form: Mapping[str, str]) -> None:
    """Refuse an application that proves itself neither with its secret nor with a token that it is federated with."""
    if form.get("grant_type") != "client_credentials":
        raise Invalid(
            f"AADSTS70003: The app requested an unsupported grant type '{form.get('grant_type')}'.",
            code="unsupported_grant_type",
        )
    identity, now = call.world.identity, call.world.clock.now()
    who = (call.params["tenant"], form.get("client_id", ""))
    if "client_assertion" not in form:
        identity.authenticate(*who, form.get("client_secret", ""), now)
    elif form.get("client_assertion_type") == _ASSERTION:
        identity.authenticate_federated(*who, form["client_assertion"], now)
    else:
        raise Invalid("AADSTS50027: JWT token is invalid or malformed.", code="invalid_request")


def _refusal(call: Call, error: Invalid) -> Reply:
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
        "client credentials only, with a secret or a federated token",
    ),
)
