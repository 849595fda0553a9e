"""What the SDK has and the double does not take: each with its reason. A test holds these tables to the SDK's source.

What is not listed is taken, with the SDK's default and in the SDK's place.
"""

from __future__ import annotations

from collections.abc import Mapping

PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "begin_create_or_update": {},
    "create_or_update": {},
    "components.archive": {"**kwargs": "the SDK does not look at them"},
    "components.create_or_update": {"**kwargs": "is_anonymous and skip_if_no_change are the SDK's own, for jobs"},
    "components.restore": {"**kwargs": "the SDK does not look at them"},
    "compute.begin_attach": {"**kwargs": "passed on to a method that takes none"},
    "data.archive": {"**kwargs": "the SDK does not look at them"},
    "data.restore": {"**kwargs": "the SDK does not look at them"},
    "environments.archive": {"**kwargs": "the SDK does not look at them"},
    "environments.restore": {"**kwargs": "the SDK does not look at them"},
    "jobs.begin_cancel": {"**kwargs": "tag cancels many jobs at once and is for private use"},
    "jobs.begin_delete": {"**kwargs": "options of a request; there is none"},
    "jobs.create_or_update": {"**kwargs": "options of a request; there is none"},
    "jobs.list": {"**kwargs": "schedules are not doubled, and pages have no other size"},
    "models.archive": {"**kwargs": "the SDK does not look at them"},
    "models.restore": {"**kwargs": "the SDK does not look at them"},
    "online_deployments.begin_create_or_update": {"**kwargs": "package_model builds an image"},
    "online_endpoints.invoke": {"**kwargs": "the SDK does not look at them"},
    "workspaces.begin_create": {"**kwargs": "hubs and feature stores are not doubled"},
    "workspaces.begin_delete": {"**kwargs": "another resource group is another client's"},
    "workspaces.begin_update": {"**kwargs": "hubs and feature stores are not doubled"},
    "workspaces.get": {"**kwargs": "another resource group is another client's"},
}
"""Parameters that are refused: Python's own TypeError names them."""

METHODS: Mapping[str, str] = {
    "components.download": "writes files for another workspace",
    "components.prepare_for_sign": "signs files on this machine",
    "components.validate": "checks a schema that the SDK owns",
    "compute.begin_restart": "compute instances are not doubled",
    "compute.begin_start": "compute instances are not doubled",
    "compute.begin_stop": "compute instances are not doubled",
    "compute.enable_sso": "compute instances are not doubled",
    "compute.list_nodes": "clusters have no nodes here: nothing runs on them",
    "data.import_data": "reads from databases",
    "data.list_materialization_status": "reads from databases",
    "data.mount": "mounts a file system",
    "data.share": "only models are shared here",
    "datastores.create_or_update": "a world stores blobs in the two datastores that it makes",
    "datastores.delete": "a world stores blobs in the two datastores that it makes",
    "datastores.mount": "mounts a file system",
    "environments.share": "only models are shared here",
    "jobs.show_services": "jobs have no nodes with services here",
    "jobs.validate": "checks a schema that the SDK owns",
    "models.package": "builds an image",
    "registries.begin_create": "the double reads the registries that there are, and makes none",
    "registries.begin_delete": "the double reads the registries that there are, and makes none",
    "registries.list": "the double reads the registries that there are, and makes none",
    "workspaces.begin_diagnose": "looks at networks",
    "workspaces.begin_provision_network": "looks at networks",
    "workspaces.begin_sync_keys": "a workspace's own keys are not doubled",
    "workspaces.get_keys": "a workspace's own keys are not doubled",
}
"""Methods of the groups that the double has, but not these: calling one is an AttributeError with the reason."""

GROUPS = frozenset(
    (
        "azure_openai_deployments",
        "batch_deployments",
        "batch_endpoints",
        "capability_hosts",
        "connections",
        "deployment_templates",
        "evaluators",
        "feature_set_entities",
        "feature_sets",
        "feature_store_entities",
        "feature_stores",
        "indexes",
        "marketplace_subscriptions",
        "schedules",
        "serverless_endpoints",
        "workspace_outbound_rules",
    )
)
"""Whole groups that the double does not have."""


def why_missing(name: str) -> str:
    """Return what to tell somebody who asks for `name` of the double."""
    reason = METHODS.get(name) or ("it is not doubled" if name in GROUPS else "neither has the SDK, or it is newer")
    return f"the double of MLClient has no {name}: {reason}. docs/fake-ml-client.md lists what it has."
