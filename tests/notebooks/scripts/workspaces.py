"""Workspaces: found, loaded by parameters and by a config file, created and deleted."""

# %% 1. Subscription
from azure.ai.ml import MLClient
from azure.ai.ml.entities import Workspace
from azure.identity import DefaultAzureCredential

subscription_id = "<SUBSCRIPTION_ID>"
resource_group = "<RESOURCE_GROUP>"
my_ml_client = MLClient(DefaultAzureCredential(), subscription_id, resource_group)

# %% 2. Find
for ws in my_ml_client.workspaces.list():
    print(ws.name, ":", ws.location, ":", ws.description)
ws = my_ml_client.workspaces.get("<AML_WORKSPACE_NAME>")
print(ws.location, ":", ws.resource_group)

# %% 3. Load
import json

ml_client = MLClient(
    DefaultAzureCredential(),
    subscription_id="<SUBSCRIPTION_ID>",
    resource_group_name="<RESOURCE_GROUP>",
    workspace_name="<AML_WORKSPACE_NAME>",
)
wsconfig = {"subscription_id": subscription_id, "resource_group": resource_group, "workspace_name": ws.name}
with open("my_config.json", "w") as f:
    f.write(json.dumps(wsconfig))
from_config = MLClient.from_config(credential=DefaultAzureCredential(), path="./", file_name="my_config.json")

# %% 4. Create
ws_basic = Workspace(
    name="mlw-basic-prod",
    location="eastus",
    display_name="Basic workspace-example",
    description="This example shows how to create a basic workspace",
    hbi_workspace=False,
    tags=dict(purpose="demo"),
)
ws_basic = my_ml_client.workspaces.begin_create(ws_basic).result()
print(ws_basic)

# %% 5. Use and delete
basic_client = MLClient(DefaultAzureCredential(), subscription_id, resource_group, "mlw-basic-prod")
basic_datastores = [datastore.name for datastore in basic_client.datastores.list()]
basic_jobs = list(basic_client.jobs.list())
my_ml_client.workspaces.begin_delete("mlw-basic-prod", delete_dependent_resources=False).wait()
left = [found.name for found in my_ml_client.workspaces.list()]
