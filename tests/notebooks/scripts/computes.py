"""Clusters: created, found again, changed, listed and deleted."""

# %% 1. Workspace
from azure.ai.ml import MLClient
from azure.ai.ml.entities import AmlCompute
from azure.identity import DefaultAzureCredential

ml_client = MLClient(DefaultAzureCredential(), "<SUBSCRIPTION_ID>", "<RESOURCE_GROUP>", "<AML_WORKSPACE_NAME>")

# %% 2. A dedicated cluster
cluster_basic = AmlCompute(
    name="basic-example",
    type="amlcompute",
    size="STANDARD_DS3_v2",
    location="westus",
    min_instances=0,
    max_instances=2,
    idle_time_before_scale_down=120,
)
basic = ml_client.begin_create_or_update(cluster_basic).result()

# %% 3. A low priority cluster
cluster_low_pri = AmlCompute(
    name="low-pri-example",
    size="STANDARD_DS3_v2",
    min_instances=0,
    max_instances=2,
    idle_time_before_scale_down=120,
    tier="low_priority",
)
low_pri = ml_client.begin_create_or_update(cluster_low_pri).result()

# %% 4. Change and list
changed = ml_client.compute.get("basic-example")
changed.max_instances = 4
changed.idle_time_before_scale_down = 300
changed = ml_client.compute.begin_update(changed).result()
computes = [(compute.name, compute.type, compute.tier) for compute in ml_client.compute.list()]
usages = list(ml_client.compute.list_usage())
sizes = {size.name for size in ml_client.compute.list_sizes(compute_type="AMLCompute")}

# %% 5. Clean up
ml_client.compute.begin_delete(cluster_basic.name).wait()
ml_client.compute.begin_delete(cluster_low_pri.name).wait()
left = list(ml_client.compute.list())
