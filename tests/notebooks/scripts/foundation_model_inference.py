"""Deploy gpt2 straight from the registry and score it: the calls of the published inference notebook."""

# %% 1. Prerequisites
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential, InteractiveBrowserCredential, ClientSecretCredential
from azure.ai.ml.entities import AmlCompute
import time

try:
    credential = DefaultAzureCredential()
    credential.get_token("https://management.azure.com/.default")
except Exception as ex:
    credential = InteractiveBrowserCredential()

workspace_ml_client = MLClient(
    credential,
    subscription_id="<SUBSCRIPTION_ID>",
    resource_group_name="<RESOURCE_GROUP>",
    workspace_name="<WORKSPACE_NAME>",
)
registry_ml_client = MLClient(credential, registry_name="azureml")

# %% 2. Foundation model
model_name = "gpt2"
version_list = list(registry_ml_client.models.list(model_name))
if len(version_list) == 0:
    print("Model not found in registry")
else:
    model_version = version_list[0].version
    foundation_model = registry_ml_client.models.get(model_name, model_version)
    print(
        "\n\nUsing model name: {0}, version: {1}, id: {2} for inferencing".format(
            foundation_model.name, foundation_model.version, foundation_model.id
        )
    )

# %% 3. Data
import json

prompts = ["It is not easy to be", "My favourite month of the year"]
with open("sample_score.json", "w") as f:
    json.dump({"input_data": {"input_string": prompts, "parameters": {"max_new_tokens": 20}}}, f)

# %% 4. Deployment: endpoint
import sys
from azure.ai.ml.entities import ManagedOnlineEndpoint, ManagedOnlineDeployment, OnlineRequestSettings

timestamp = int(time.time())
online_endpoint_name = "text-generation-" + str(timestamp)
endpoint = ManagedOnlineEndpoint(
    name=online_endpoint_name,
    description="Online endpoint for " + foundation_model.name + ", for text-generation task",
    auth_mode="key",
)
workspace_ml_client.begin_create_or_update(endpoint).wait()

# %% 4. Deployment
demo_deployment = ManagedOnlineDeployment(
    name="demo",
    endpoint_name=online_endpoint_name,
    model=foundation_model.id,
    instance_type="Standard_DS2_v2",
    instance_count=1,
    request_settings=OnlineRequestSettings(
        request_timeout_ms=60000,
    ),
)
workspace_ml_client.online_deployments.begin_create_or_update(demo_deployment).wait()
endpoint.traffic = {"demo": 100}
workspace_ml_client.begin_create_or_update(endpoint).result()

# %% 5. Scoring
import pandas as pd
from io import StringIO

response = workspace_ml_client.online_endpoints.invoke(
    endpoint_name=online_endpoint_name,
    deployment_name="demo",
    request_file="sample_score.json",
)
print("raw response: \n", response, "\n")
response_df = pd.read_json(StringIO(response))
response_df.head()

# %% 6. Deletion
workspace_ml_client.online_endpoints.begin_delete(name=online_endpoint_name).wait()
