"""What a location offers: its VM sizes, their quota, and the services of its data plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import LOCATION, PROVIDER
from fakes.emulator.wire import json_reply

if TYPE_CHECKING:
    from fakes.catalogue import VmSize
    from fakes.emulator.call import Call
    from fakes.world.quotas import QuotaUsage


def discover(call: Call) -> Reply:
    """Return the service URLs of a region (recorded 2023-01); the SDK takes `api`."""
    region = call.host["region"]
    experiments = f"https://{region}.experiments.azureml.net"
    return json_reply(
        200,
        {
            "api": f"https://{region}.api.azureml.ms",
            "catalog": "https://catalog.cortanaanalytics.com",
            "experimentation": experiments,
            "gallery": "https://gallery.cortanaintelligence.com/project",
            "history": experiments,
            "hyperdrive": experiments,
            "labeling": experiments,
            "modelmanagement": f"https://{region}.modelmanagement.azureml.net",
            "pipelines": f"https://{region}.aether.ms",
            "quota-manager": experiments,
            "studio": "https://ml.azure.com",
        },
    )


def list_sizes(call: Call) -> Reply:
    """Return every VM size of the location, in one page (recorded)."""
    return json_reply(200, {"value": [_size(size) for size in call.world.catalogue.vm_sizes]})


def _size(size: VmSize) -> dict[str, Any]:
    return {
        "name": size.name,
        "family": size.family,
        "vCPUs": size.vcpus,
        "gpus": size.gpus,
        "osVhdSizeMB": size.os_vhd_size_mb,
        "maxResourceVolumeMB": size.max_resource_volume_mb,
        "memoryGB": size.memory_gb,
        "lowPriorityCapable": size.low_priority_capable,
        "premiumIO": size.premium_io,
        "estimatedVMPrices": {
            "billingCurrency": "USD",
            "unitOfMeasure": "OneHour",
            "values": [
                {"retailPrice": price.retail_price, "osType": price.os_type, "vmTier": price.vm_tier}
                for price in size.prices
            ],
        },
        "supportedComputeTypes": list(size.compute_types),
        **({"generation": size.generation} if size.generation else {}),
        **({} if size.supports_ib is None else {"supportsIB": size.supports_ib}),
    }


def list_usages(call: Call) -> Reply:
    """Return the quotas of the region; -1 is unlimited (recorded)."""
    return json_reply(200, {"value": [_usage(call, usage) for usage in call.world.quotas.usages()]})


def _usage(call: Call, usage: QuotaUsage) -> dict[str, Any]:
    return {
        "unit": "Count",
        "currentValue": usage.used,
        "limit": usage.limit,
        "name": {"value": usage.name, "localizedValue": usage.label},
        "type": f"{PROVIDER}/{usage.kind}/usages",
        "id": f"/subscriptions/{call.params['subscription']}/usages/{usage.name}",
    }


ROUTES = (
    Route("VirtualMachineSizes_List", "GET", LOCATION + "/vmSizes", list_sizes, Evidence.RECORDED),
    Route(
        "Usages_List",
        "GET",
        LOCATION + "/usages",
        list_usages,
        Evidence.RECORDED,
        "the URL is inferred; totals, which are told where a test limits them, are quoted in public issues",
    ),
)

DISCOVERY_ROUTES = (
    # the SDK asks without a token (SDK source)
    Route("Discovery_Get", "GET", "/discovery", discover, Evidence.RECORDED, anonymous=True),
)
