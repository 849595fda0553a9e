"""The services of Azure ML, by the hosts that serve them."""

from __future__ import annotations

import re

from fakes.emulator.hosts import ARM_AUDIENCES, HostFamily
from fakes.emulator.routing import RouteTable
from fakes.emulator.services import (
    assets,
    blob,
    clouds,
    compute_instances,
    computes,
    datastores,
    deployments,
    endpoints,
    entra,
    jobs,
    locations,
    lro,
    mlflow,
    mlflow_tracking,
    registries,
    registry_resources,
    resource_groups,
    run_history,
    scoring,
    subscriptions,
    upload_references,
    workspace_keys,
    workspaces,
)

REGIONAL_AUDIENCES = (*ARM_AUDIENCES, "https://ml.azure.com")

FAMILIES = (
    HostFamily(
        "arm",
        re.compile(r"management\.azure\.com"),
        RouteTable(
            (
                *workspaces.ROUTES,
                *workspace_keys.ROUTES,
                *locations.ROUTES,
                *computes.ROUTES,
                *compute_instances.ROUTES,
                *datastores.ROUTES,
                *assets.ROUTES,
                *jobs.ROUTES,
                *endpoints.ROUTES,
                *deployments.ROUTES,
                *registry_resources.ROUTES,
                *resource_groups.ROUTES,
                *clouds.ROUTES,
                *subscriptions.ROUTES,
                *lro.ROUTES,
            )
        ),
        ARM_AUDIENCES,
        "arm",
        versioned=True,
    ),
    HostFamily(
        "regional",
        re.compile(r"(?P<region>[a-z0-9]+)\.api\.azureml\.ms"),
        RouteTable(
            (
                *locations.DISCOVERY_ROUTES,
                *registries.DISCOVERY_ROUTES,
                *run_history.ROUTES,
                *mlflow.ROUTES,
                *mlflow_tracking.ROUTES,
                *lro.ASSET_STORE_ROUTES,
                *upload_references.ROUTES,
            )
        ),
        REGIONAL_AUDIENCES,
        "dataplane",
    ),
    HostFamily(
        "registry",
        re.compile(r"cert-(?P<region>[a-z0-9]+)\.experiments\.azureml\.net"),
        RouteTable(registries.ROUTES),
        REGIONAL_AUDIENCES,
        "arm",
        versioned=True,
    ),
    HostFamily(
        "blob",
        re.compile(r"(?P<account>[a-z0-9]+)\.blob\.core\.windows\.net"),
        RouteTable(blob.ROUTES),
        name_operation=blob.operation_of,
        refuse=blob.refusal,
    ),
    HostFamily(
        "scoring",
        re.compile(r"(?P<endpoint>[a-z0-9-]+)\.(?P<region>[a-z0-9]+)\.inference\.ml\.azure\.com"),
        RouteTable(scoring.ROUTES),
    ),
    HostFamily(
        "entra",
        re.compile(r"login\.(microsoftonline|windows)\.(com|net)"),
        RouteTable(entra.ROUTES),
    ),
)
