"""A blue and a green deployment behind one endpoint: scaled, mirrored, shifted, called by key and by token."""

# %% 1. Workspace
from azure.ai.ml import MLClient
from azure.ai.ml.entities import ManagedOnlineEndpoint, ManagedOnlineDeployment, Model
from azure.identity import DefaultAzureCredential

subscription_id = "<SUBSCRIPTION_ID>"
resource_group = "<RESOURCE_GROUP>"
workspace = "<AML_WORKSPACE_NAME>"
ml_client = MLClient(DefaultAzureCredential(), subscription_id, resource_group, workspace)

# %% 2. Endpoint
import datetime

online_endpoint_name = "endpoint-" + datetime.datetime.now().strftime("%m%d%H%M%f")
endpoint = ManagedOnlineEndpoint(
    name=online_endpoint_name,
    description="this is a sample online endpoint",
    auth_mode="key",
    tags={"foo": "bar"},
)
ml_client.begin_create_or_update(endpoint).result()

# %% 3. Blue
registry_ml_client = MLClient(DefaultAzureCredential(), registry_name="azureml")
model = registry_ml_client.models.get("gpt2", label="latest")
blue_deployment = ManagedOnlineDeployment(
    name="blue",
    endpoint_name=online_endpoint_name,
    model=model.id,
    instance_type="Standard_DS3_v2",
    instance_count=1,
)
ml_client.begin_create_or_update(blue_deployment).result()
endpoint.traffic = {"blue": 100}
ml_client.begin_create_or_update(endpoint).result()

# %% 4. Test
import json

with open("sample-request.json", "w") as f:
    json.dump({"input_data": {"input_string": ["It is not easy to be"]}}, f)
blue_answer = ml_client.online_endpoints.invoke(
    endpoint_name=online_endpoint_name,
    deployment_name="blue",
    request_file="sample-request.json",
)

# %% 5. Scale
blue_deployment = ml_client.online_deployments.get(name="blue", endpoint_name=online_endpoint_name)
blue_deployment.instance_count = 2
scaled = ml_client.online_deployments.begin_create_or_update(blue_deployment).result()

# %% 6. Details
endpoint = ml_client.online_endpoints.get(name=online_endpoint_name)
print(endpoint.traffic)
print(endpoint.scoring_uri)
endpoints = [found.name for found in ml_client.online_endpoints.list()]
deployments = [found.name for found in ml_client.online_deployments.list(endpoint_name=online_endpoint_name)]
logs = ml_client.online_deployments.get_logs(name="blue", endpoint_name=online_endpoint_name, lines=50)
initializer_logs = ml_client.online_deployments.get_logs(
    name="blue", endpoint_name=online_endpoint_name, lines=50, container_type="storage-initializer"
)

# %% 7. Green, without traffic
green_deployment = ManagedOnlineDeployment(
    name="green",
    endpoint_name=online_endpoint_name,
    model=model.id,
    instance_type="Standard_F4s_v2",
    instance_count=1,
)
ml_client.begin_create_or_update(green_deployment).result()
green_answer = ml_client.online_endpoints.invoke(
    endpoint_name=online_endpoint_name,
    deployment_name="green",
    request_file="sample-request.json",
)

# %% 8. Mirrored traffic
import requests

endpoint.mirror_traffic = {"green": 10}
ml_client.begin_create_or_update(endpoint).result()
# not with invoke: azure-ai-ml 1.35 goes on sending the deployment_name of an earlier call
key = ml_client.online_endpoints.get_keys(name=online_endpoint_name).primary_key
with open("sample-request.json") as f:
    body = json.load(f)
for _ in range(20):
    requests.post(endpoint.scoring_uri, headers={"Authorization": f"Bearer {key}"}, json=body)
mirror_logs = ml_client.online_deployments.get_logs(name="green", endpoint_name=online_endpoint_name, lines=50)
endpoint.mirror_traffic = {"green": 0}
ml_client.begin_create_or_update(endpoint).result()

# %% 9. Shifted traffic
endpoint.traffic = {"blue": 90, "green": 10}
shifted = ml_client.begin_create_or_update(endpoint).result()
endpoint.traffic = {"blue": 0, "green": 100}
ml_client.begin_create_or_update(endpoint).result()
ml_client.online_deployments.begin_delete(endpoint_name=online_endpoint_name, name="blue").wait()
left = [found.name for found in ml_client.online_deployments.list(endpoint_name=online_endpoint_name)]

# %% 10. Keys
endpoint = ml_client.online_endpoints.get(name=online_endpoint_name)
key = ml_client.online_endpoints.get_keys(name=online_endpoint_name).primary_key
headers = {"Content-Type": "application/json", "Authorization": "Bearer " + key}
by_key = requests.post(endpoint.scoring_uri, headers=headers, json=body)
ml_client.online_endpoints.begin_regenerate_keys(name=online_endpoint_name, key_type="primary").result()
by_old_key = requests.post(endpoint.scoring_uri, headers=headers, json=body)

# %% 11. Tokens
token_endpoint = ManagedOnlineEndpoint(name=online_endpoint_name + "t", auth_mode="aml_token")
token_endpoint = ml_client.begin_create_or_update(token_endpoint).result()
token = ml_client.online_endpoints.get_keys(name=token_endpoint.name)
ml_client.begin_create_or_update(
    ManagedOnlineDeployment(
        name="blue",
        endpoint_name=token_endpoint.name,
        model=model.id,
        instance_type="Standard_DS3_v2",
        instance_count=1,
    )
).result()
token_endpoint.traffic = {"blue": 100}
ml_client.begin_create_or_update(token_endpoint).result()
by_token = requests.post(
    token_endpoint.scoring_uri, headers={"Authorization": "Bearer " + token.access_token}, json=body
)

# %% 12. Deletion
ml_client.online_endpoints.begin_delete(name=online_endpoint_name).wait()
ml_client.online_endpoints.begin_delete(name=token_endpoint.name).wait()
