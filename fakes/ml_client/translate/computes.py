"""Clusters, VM sizes and quotas."""

from __future__ import annotations

from typing import Any

from azure.ai.ml.entities import AmlCompute, AmlComputeSshSettings, NetworkSettings, Usage, VmSize

from fakes.catalogue import VmSize as Size
from fakes.world.compute import Compute
from fakes.world.instants import timestamp
from fakes.world.world import Workspace, World

_TIERS = {"LowPriority": "low_priority", "Dedicated": "dedicated"}
_PORTS = {None: "NotSpecified", True: "Enabled", False: "Disabled"}
_DEFAULT_SIZE = "STANDARD_DS3_V2"
"""The size of a cluster that names none (SDK source)."""


def as_compute(world: World, workspace: Workspace, compute: Compute) -> Any:
    """Return a cluster as it is now."""
    sent, scale = compute.settings, compute.settings.get("scaleSettings") or {}
    state = compute.plan.state(world.clock.now())
    return AmlCompute(
        name=compute.name,
        id=f"{workspace.arm_id}/computes/{compute.name}",
        description=compute.description,
        location=compute.location,
        tags=dict(compute.tags) if compute.tags else None,
        provisioning_state=state,
        provisioning_errors=compute.errors[0][0] if compute.errors and state == "Failed" else None,
        size=compute.vm_size,
        tier=_TIERS[compute.vm_priority],
        min_instances=scale.get("minNodeCount"),
        max_instances=scale.get("maxNodeCount"),
        network_settings=NetworkSettings() if sent.get("subnet") else None,
        ssh_settings=_ssh_settings(sent.get("userAccountCredentials")),
        ssh_public_access_enabled=sent.get("remoteLoginPortPublicAccess") == "Enabled",
        idle_time_before_scale_down=_seconds(scale.get("nodeIdleTimeBeforeScaleDown")),
        created_on=timestamp(compute.created),
        enable_node_public_ip=sent.get("enableNodePublicIp", True),
    )


def compute_body(compute: Any) -> dict[str, Any]:
    """Return what is sent of a cluster."""
    idle = compute.idle_time_before_scale_down
    inner: dict[str, Any] = {
        "vmSize": compute.size or _DEFAULT_SIZE,
        "scaleSettings": {
            "maxNodeCount": compute.max_instances,
            "minNodeCount": compute.min_instances,
            **({"nodeIdleTimeBeforeScaleDown": f"PT{int(idle)}S"} if idle else {}),
        },
        "remoteLoginPortPublicAccess": _PORTS[compute.ssh_public_access_enabled],
        "enableNodePublicIp": compute.enable_node_public_ip,
        "osType": "Linux",
    }
    if compute.ssh_settings:
        inner["userAccountCredentials"] = {
            "adminUserName": compute.ssh_settings.admin_username,
            "adminUserPassword": compute.ssh_settings.admin_password,
            "adminUserSshPublicKey": compute.ssh_settings.ssh_key_value,
        }
    if compute.tier:
        inner["vmPriority"] = "".join(part.capitalize() for part in str(compute.tier).split("_"))
    return {
        "computeType": "AmlCompute",
        "description": compute.description,
        "disableLocalAuth": not compute.ssh_settings,
        "properties": inner,
    }


def _ssh_settings(account: dict[str, Any] | None) -> Any:
    """Return how to log in; the password is not told (recorded)."""
    if not account:
        return None
    return AmlComputeSshSettings(
        admin_username=account["adminUserName"], ssh_key_value=account.get("adminUserSshPublicKey")
    )


def as_size(size: Size) -> Any:
    """Return a VM size; its prices are set as the SDK sets them, which its constructor does not take (SDK source)."""
    made = VmSize(
        name=size.name,
        family=size.family,
        v_cp_us=size.vcpus,
        gpus=size.gpus,
        os_vhd_size_mb=size.os_vhd_size_mb,
        max_resource_volume_mb=size.max_resource_volume_mb,
        memory_gb=size.memory_gb,
        low_priority_capable=size.low_priority_capable,
        premium_io=size.premium_io,
        supported_compute_types=list(size.compute_types),
    )
    made.estimated_vm_prices = {
        "billing_currency": "USD",
        "unit_of_measure": "OneHour",
        "values": [
            {"retail_price": price.retail_price, "os_type": price.os_type, "vm_tier": price.vm_tier}
            for price in size.prices
        ],
    }
    return made


def usages(world: World, subscription_id: str) -> list[Any]:
    """Return the quotas of the region; -1 is unlimited (recorded)."""
    return [
        Usage(
            id=f"/subscriptions/{subscription_id}/usages/{usage.name}",
            type=f"Microsoft.MachineLearningServices/{usage.kind}/usages",
            unit="Count",
            current_value=usage.used,
            limit=usage.limit,
            name={"value": usage.name, "localizedValue": usage.label},  # no UsageName (SDK source, 1.35)
        )
        for usage in world.quotas.usages()
    ]


def _seconds(duration: str | None) -> float | None:
    """Return the seconds of a duration in the one form that is sent."""
    return float(duration[2:-1]) if duration else None
