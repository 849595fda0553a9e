"""Online endpoints and deployments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from azure.ai.ml.entities import (
    CodeConfiguration,
    DefaultScaleSettings,
    IdentityConfiguration,
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    OnlineRequestSettings,
    ProbeSettings,
)
from azure.ai.ml.exceptions import ErrorTarget

from fakes.ml_client.refusals import invalid
from fakes.ml_client.translate.origins import creation_context
from fakes.world.deployment_defaults import probe, request_settings
from fakes.world.deployments import OnlineDeployment
from fakes.world.endpoints import OnlineEndpoint
from fakes.world.identity import USER
from fakes.world.world import Workspace, World

_FROM_WIRE = {"Key": "key", "AMLToken": "aml_token", "AADToken": "aad_token"}
_TO_WIRE = {said: meant for meant, said in _FROM_WIRE.items()}
_ENDPOINT_API, _DEPLOYMENT_API = "2022-02-01-preview", "2023-04-01-preview"
_NAME = re.compile(r"[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?")
_SHORTEST, _LONGEST = 3, 32
_DURATION = re.compile(r"PT(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?")


def check_name(name: str | None, what: str, target: str) -> None:
    """Refuse a name as the SDK does before it sends anything; `what` is "an endpoint" or "a deployment"."""
    if name is None:
        return
    if not _SHORTEST <= len(name) <= _LONGEST:
        raise invalid(
            f"The name for {what} must be at least {_SHORTEST} and at most {_LONGEST} characters long "
            "(inclusive of both limits).",
            target,
        )
    if not _NAME.fullmatch(name):
        raise invalid(f"The name for {what} begins with a letter and holds letters, digits and '-' only.", target)


def as_endpoint(world: World, workspace: Workspace, endpoint: OnlineEndpoint) -> Any:
    """Return an endpoint as it is now; its addresses are there once it has been created."""
    arm_id = f"{workspace.arm_id}/onlineEndpoints/{endpoint.name}"
    return ManagedOnlineEndpoint(
        id=arm_id,
        name=endpoint.name,
        tags=dict(endpoint.tags),
        properties={
            "createdBy": USER,
            "createdAt": _instant(endpoint.created),
            "lastModifiedAt": _instant(endpoint.modified),
            **endpoint.properties,
            "azureml.onlineendpointid": arm_id.lower(),
            "AzureAsyncOperationUri": _operation_url(workspace, endpoint.operation_id, _ENDPOINT_API),
        },
        auth_mode=_FROM_WIRE[endpoint.auth_mode],
        description=endpoint.description,
        location=endpoint.region,
        traffic=dict(endpoint.traffic),
        mirror_traffic=dict(endpoint.mirror_traffic),
        provisioning_state=endpoint.plan.state(world.clock.now()),
        scoring_uri=f"https://{endpoint.host}/score" if endpoint.born else None,
        openapi_uri=f"https://{endpoint.host}/swagger.json" if endpoint.born else None,
        identity=IdentityConfiguration(
            type="system_assigned",
            principal_id=endpoint.principal_id,
            tenant_id=world.identity.application.tenant_id,
        ),
        kind="Managed",
        public_network_access=endpoint.public_network_access,
    )


def endpoint_body(endpoint: Any, region: str) -> dict[str, Any]:
    """Return what is sent of an endpoint; ValidationException for a name that the SDK does not send."""
    check_name(endpoint.name, "an endpoint", ErrorTarget.ENDPOINT)
    mode = str(endpoint.auth_mode or "").lower()
    properties: dict[str, Any] = {
        "description": endpoint.description,
        "authMode": _TO_WIRE.get(mode, mode),
        "properties": dict(endpoint.properties or {}),
        "traffic": endpoint.traffic,
        "mirrorTraffic": endpoint.mirror_traffic,
    }
    if getattr(endpoint, "public_network_access", None):
        properties["publicNetworkAccess"] = endpoint.public_network_access
    return {
        "location": region,
        "properties": properties,
        "identity": {"type": "SystemAssigned"},
        "tags": dict(endpoint.tags or {}),
    }


def without_zeroes(traffic: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the shares that are sent: none of 0 percent, and names in lower case (SDK source)."""
    return {name.lower(): share for name, share in (traffic or {}).items() if share and int(share) != 0}


def as_deployment(world: World, workspace: Workspace, endpoint: OnlineEndpoint, deployment: OnlineDeployment) -> Any:
    """Return a deployment as it is now; what the service fills in appears with success."""
    sent, state = deployment.settings, deployment.plan.state(world.clock.now())
    ready, code = state == "Succeeded", sent.get("codeConfiguration")
    operation = _operation_url(workspace, deployment.operation_id, _DEPLOYMENT_API)
    return ManagedOnlineDeployment(
        id=f"{workspace.arm_id}/onlineEndpoints/{endpoint.name}/deployments/{deployment.name}",
        name=deployment.name,
        endpoint_name=endpoint.name,
        tags=dict(deployment.tags),
        properties={**(sent.get("properties") or {}), "AzureAsyncOperationUri": operation},
        description=sent.get("description"),
        model=sent.get("model"),
        code_configuration=CodeConfiguration(code["codeId"], code.get("scoringScript")) if code else None,
        environment=sent.get("environmentId"),
        environment_variables=dict(sent.get("environmentVariables") or {}),
        app_insights_enabled=sent.get("appInsightsEnabled") or False,
        scale_settings=DefaultScaleSettings(),
        request_settings=_requests(request_settings(sent, ready)),
        liveness_probe=_probe(probe(sent.get("livenessProbe"), ready)),
        readiness_probe=_probe(probe(sent.get("readinessProbe"), ready)),
        instance_type=sent.get("instanceType"),
        instance_count=deployment.capacity,
        egress_public_network_access=sent.get("egressPublicNetworkAccess") or "Enabled",
        private_network_connection=sent.get("privateNetworkConnection"),
        provisioning_state=state,
        creation_context=creation_context(deployment.created, deployment.modified, kinds=False),
    )


def deployment_body(deployment: Any, *, model: str | None, environment: str | None, code: str | None) -> dict[str, Any]:
    """Return what is sent of a deployment whose assets have these ids."""
    requests = deployment.request_settings
    properties: dict[str, Any] = {
        "endpointComputeType": "Managed",
        "model": model,
        "environmentId": environment,
        "modelMountPath": deployment.model_mount_path,
        "scaleSettings": {"scaleType": "Default"} if deployment.scale_settings else None,
        "properties": dict(deployment.properties or {}),
        "description": deployment.description,
        "environmentVariables": dict(deployment.environment_variables or {}),
        "appInsightsEnabled": deployment.app_insights_enabled,
        "requestSettings": _sent_requests(requests) if requests else None,
        "livenessProbe": _sent_probe(deployment.liveness_probe),
        "readinessProbe": _sent_probe(deployment.readiness_probe),
        "instanceType": deployment.instance_type,
    }
    if code is not None:
        script = deployment.code_configuration.scoring_script
        properties["codeConfiguration"] = {"codeId": code, "scoringScript": script}
    if deployment.egress_public_network_access:
        properties["egressPublicNetworkAccess"] = deployment.egress_public_network_access
    return {
        "properties": {name: value for name, value in properties.items() if value is not None},
        "tags": dict(deployment.tags or {}),
        "sku": {"name": "Default", "capacity": deployment.instance_count},
    }


def _requests(settings: Mapping[str, Any]) -> Any:
    timeout, wait = _seconds(settings.get("requestTimeout")), _seconds(settings.get("maxQueueWait"))
    return OnlineRequestSettings(
        request_timeout_ms=timeout * 1000 if timeout else None,
        max_queue_wait_ms=wait * 1000 if wait else None,
        max_concurrent_requests_per_instance=settings.get("maxConcurrentRequestsPerInstance"),
    )


def _sent_requests(settings: Any) -> dict[str, Any]:
    return {
        "maxQueueWait": _duration(settings.max_queue_wait_ms, 1000),
        "maxConcurrentRequestsPerInstance": settings.max_concurrent_requests_per_instance,
        "requestTimeout": _duration(settings.request_timeout_ms, 1000),
    }


def _probe(settings: Mapping[str, Any] | None) -> Any:
    if settings is None:
        return None
    return ProbeSettings(
        failure_threshold=settings.get("failureThreshold"),
        success_threshold=settings.get("successThreshold"),
        timeout=_seconds(settings.get("timeout")),
        period=_seconds(settings.get("period")),
        initial_delay=_seconds(settings.get("initialDelay")),
    )


def _sent_probe(settings: Any) -> dict[str, Any] | None:
    if settings is None:
        return None
    return {
        "failureThreshold": settings.failure_threshold,
        "successThreshold": settings.success_threshold,
        "timeout": _duration(settings.timeout),
        "period": _duration(settings.period),
        "initialDelay": _duration(settings.initial_delay),
    }


def _duration(amount: float | None, of_a_second: int = 1) -> str | None:
    return f"PT{amount / of_a_second:g}S" if amount else None


def _seconds(duration: str | None) -> int | None:
    found = _DURATION.fullmatch(duration or "")
    if found is None or not any(found.groups()):
        return None
    return int(int(found["h"] or 0) * 3600 + int(found["m"] or 0) * 60 + float(found["s"] or 0))


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f%z")


def _operation_url(workspace: Workspace, operation_id: str, api_version: str) -> str:
    return (
        f"https://management.azure.com/subscriptions/{workspace.subscription_id}/providers"
        f"/Microsoft.MachineLearningServices/locations/{workspace.region}/mfeOperationsStatus/{operation_id}"
        f"?api-version={api_version}"
    )
