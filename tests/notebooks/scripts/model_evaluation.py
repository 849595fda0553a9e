"""Evaluate registry models with the registry's evaluation pipeline: the calls of the published notebook."""

# %% 1. Prerequisites
import json
import pandas as pd
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential
from azure.ai.ml.entities import AmlCompute

credential = DefaultAzureCredential()
workspace_ml_client = None
try:
    workspace_ml_client = MLClient.from_config(credential)
    subscription_id = workspace_ml_client.subscription_id
    workspace = workspace_ml_client.workspace_name
    resource_group = workspace_ml_client.resource_group_name
except Exception as ex:
    print(ex)
    subscription_id = "<SUBSCRIPTION_ID>"
    resource_group = "<RESOURCE_GROUP>"
    workspace = "<AML_WORKSPACE_NAME>"
    workspace_ml_client = MLClient(credential, subscription_id, resource_group, workspace)

registry = "azureml"
registry_ml_client = MLClient(credential, subscription_id, resource_group, registry_name=registry)

compute_cluster = "gpu-cluster-big"
compute = AmlCompute(name=compute_cluster, size="STANDARD_NC4AS_T4_V3", max_instances=2)
workspace_ml_client.compute.begin_create_or_update(compute).wait()

# %% 2. Models
model_details = [{"name": "Phi-3-mini-4k-instruct"}, {"name": "Phi-3-mini-128k-instruct"}]
models = []
for model in model_details:
    reg_model = list(registry_ml_client.models.list(name=model["name"]))[0]
    print(reg_model.id)
    models.append({**model, "version": reg_model.version})

# %% 3. Data
test_data = "./small-test.jsonl"
messages = [{"role": "user", "content": "What is 7 plus 8?"}, {"role": "assistant", "content": "15"}]
pd.DataFrame({"messages": [messages] * 20}).to_json(test_data, lines=True, orient="records")
with open("./eval-config.json", "w") as f:
    json.dump({"metrics": ["rouge1", "bleu_4"]}, f)

# %% 4. Evaluation: pipeline
from azure.ai.ml.dsl import pipeline
from azure.ai.ml import Input
from azure.ai.ml.constants import AssetTypes

pipeline_component_func = registry_ml_client.components.get(name="model_evaluation_pipeline", label="latest")


@pipeline()
def evaluation_pipeline(mlflow_model):
    evaluation_job = pipeline_component_func(
        mlflow_model=mlflow_model,
        test_data=Input(type=AssetTypes.URI_FILE, path="./small-test.jsonl"),
        input_column_names="messages",
        compute_name=compute_cluster,
        task="chat-completion",
        evaluation_config=Input(type=AssetTypes.URI_FILE, path="./eval-config.json"),
        device="auto",
    )
    return {"evaluation_result": evaluation_job.outputs.evaluation_result}


# %% 4. Evaluation: jobs
pipeline_jobs = []
experiment_name = "chat-completion-evaluation"
for model in models:
    model_object = registry_ml_client.models.get(model["name"], version=model["version"])
    pipeline_object = evaluation_pipeline(
        mlflow_model=Input(type=AssetTypes.MLFLOW_MODEL, path=f"{model_object.id}"),
    )
    pipeline_object.settings.force_rerun = True
    pipeline_object.settings.default_compute = compute_cluster
    pipeline_job = workspace_ml_client.jobs.create_or_update(pipeline_object, experiment_name=experiment_name)
    pipeline_jobs.append({"model_name": model["name"], "job_name": pipeline_job.name})
    workspace_ml_client.jobs.stream(pipeline_job.name)

# %% 5. Metrics
import mlflow

mlflow_tracking_uri = workspace_ml_client.workspaces.get(workspace_ml_client.workspace_name).mlflow_tracking_uri
mlflow.set_tracking_uri(mlflow_tracking_uri)
evaluation_runs = []
for job in pipeline_jobs:
    filter = "tags.mlflow.rootRunId='" + job["job_name"] + "'"
    evaluation_runs += mlflow.search_runs(
        experiment_names=[experiment_name], filter_string=filter, output_format="list"
    )
