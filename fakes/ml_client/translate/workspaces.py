"""Workspaces, their datastores, and registries."""

from __future__ import annotations

from typing import Any

from azure.ai.ml.entities import (
    AccountKeyConfiguration,
    AzureBlobDatastore,
    IdentityConfiguration,
    ManagedNetwork,
    NetworkAcls,
    Registry,
    RegistryRegionDetails,
    SasTokenConfiguration,
)
from azure.ai.ml.entities import Workspace as WorkspaceEntity

from fakes.world.attached import attached_resources
from fakes.world.datastores import Datastore
from fakes.world.registries import Registry as WorldRegistry
from fakes.world.storage_keys import account_key, sas_token
from fakes.world.world import Workspace, World

_SECRET_HOURS = 1
"""How long the SDK asks a secret to last (SDK source)."""


def as_workspace(world: World, workspace: Workspace) -> Any:
    """Return a workspace."""
    attached = attached_resources(workspace)
    return WorkspaceEntity(
        name=workspace.name,
        id=workspace.arm_id,
        description=workspace.description,
        kind="default",
        tags=dict(workspace.tags),
        location=workspace.region,
        resource_group=workspace.resource_group,
        display_name=workspace.friendly_name or workspace.name,
        discovery_url=f"https://{workspace.region}.api.azureml.ms/discovery",
        hbi_workspace=False,
        storage_account=attached["storageAccount"],
        container_registry=attached["containerRegistry"],
        key_vault=attached["keyVault"],
        application_insights=attached["applicationInsights"],
        public_network_access="Enabled",
        mlflow_tracking_uri=workspace.tracking_uri,
        network_acls=NetworkAcls(default_action="Allow", ip_rules=[]),
        managed_network=ManagedNetwork(isolation_mode="Disabled", outbound_rules={}),
        identity=_identity(world, workspace.principal_id),
        system_datastores_auth_mode="accesskey",
        enable_data_isolation=False,
        allow_roleassignment_on_rg=True,
        workspace_id=workspace.workspace_id,
    )


def as_datastore(world: World, workspace: Workspace, datastore: Datastore, *, secrets: bool) -> Any:
    """Return a blob datastore, with a signature for an hour where secrets are asked for (recorded 2026)."""
    credentials: Any = AccountKeyConfiguration(account_key=None)
    if secrets:
        key = account_key(world.seed, datastore.account)
        token = sas_token(key, datastore.account, world.clock.now(), _SECRET_HOURS)
        credentials = SasTokenConfiguration(sas_token="?" + token)
    return AzureBlobDatastore(
        name=datastore.name,
        id=f"{workspace.arm_id}/datastores/{datastore.name}",
        account_name=datastore.account,
        container_name=datastore.container,
        endpoint="core.windows.net",
        protocol="https",
        credentials=credentials,
    )


def as_registry(world: World, registry: WorldRegistry) -> Any:
    """Return a registry."""
    group = f"/subscriptions/{registry.subscription_id}/resourceGroups/{registry.resource_group}"
    arm_id = f"{group}/providers/Microsoft.MachineLearningServices/registries/{registry.name}"
    api = f"{registry.primary_region}.api.azureml.ms"
    return Registry(
        name=registry.name,
        id=arm_id,
        location=registry.primary_region,
        identity=IdentityConfiguration(type="SystemAssigned", tenant_id=world.identity.application.tenant_id),
        tags=dict(registry.tags),
        public_network_access="Enabled",
        discovery_url=f"https://{api}/registrymanagement/v1.0/registries/{registry.name}/discovery",
        managed_resource_group={"resourceId": group},
        mlflow_registry_uri=f"azureml://{api}/mlflow/v1.0{arm_id}",
        replication_locations=[
            RegistryRegionDetails(location=region, acr_config=[], storage_config=[]) for region in registry.regions
        ],
    )


def _identity(world: World, principal: str) -> Any:
    tenant = world.identity.application.tenant_id
    return IdentityConfiguration(type="system_assigned", principal_id=principal, tenant_id=tenant)
