"""Fine-tune bert-base-uncased to detect emotions: the calls of the published text-classification notebook.

`pd.read_json` gets a stream where the notebook hands it the text itself, which pandas 3 takes for a file's name.
"""

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

try:
    workspace_ml_client = MLClient.from_config(credential=credential)
except:
    workspace_ml_client = MLClient(
        credential,
        subscription_id="<SUBSCRIPTION_ID>",
        resource_group_name="<RESOURCE_GROUP>",
        workspace_name="<WORKSPACE_NAME>",
    )

registry_ml_client = MLClient(credential, registry_name="azureml")
experiment_name = "text-classification-emotion-detection"

# %% 1. Prerequisites: compute
compute_cluster = "gpu-cluster-big"
try:
    compute = workspace_ml_client.compute.get(compute_cluster)
except Exception as ex:
    compute = AmlCompute(name=compute_cluster, size="Standard_NC24rs_v3", max_instances=2)
    workspace_ml_client.compute.begin_create_or_update(compute).wait()

gpu_count_found = False
workspace_compute_sku_list = workspace_ml_client.compute.list_sizes()
available_sku_sizes = []
for compute_sku in workspace_compute_sku_list:
    available_sku_sizes.append(compute_sku.name)
    if compute_sku.name.lower() == compute.size.lower():
        gpus_per_node = compute_sku.gpus
        gpu_count_found = True
if gpu_count_found:
    print(f"Number of GPU's in copute {compute.size}: {gpus_per_node}")
else:
    raise ValueError(
        f"Number of GPU's in copute {compute.size} not found. Available skus are: {available_sku_sizes}."
        f"This should not happen. Please check the selected compute cluster: {compute_cluster} and try again."
    )
if gpus_per_node == 0:
    print("WARNING! Selected compute doesn't have GPU. CPU based finetune is experimental")
    gpus_per_node = 1

timestamp = str(int(time.time()))

# %% 2. Foundation model
model_name = "bert-base-uncased"
foundation_model = registry_ml_client.models.get(model_name, label="latest")
print(
    "\n\nUsing model name: {0}, version: {1}, id: {2} for fine tuning".format(
        foundation_model.name, foundation_model.version, foundation_model.id
    )
)

# %% 3. Data
import os

exit_status = os.system("python ./download-dataset.py --download_dir emotion-dataset")
if exit_status != 0:
    raise Exception("Error downloading dataset")

import json
import pandas as pd

with open("./emotion-dataset/label.json") as f:
    id2label = json.load(f)
    id2label = id2label["id2label"]
    label_df = pd.DataFrame.from_dict(id2label, orient="index", columns=["label_string"])
    label_df["label"] = label_df.index.astype("int64")
    label_df = label_df[["label", "label_string"]]

test_df = pd.read_json("./emotion-dataset/test.jsonl", lines=True)
train_df = pd.read_json("./emotion-dataset/train.jsonl", lines=True)
validation_df = pd.read_json("./emotion-dataset/validation.jsonl", lines=True)
train_df = train_df.merge(label_df, on="label", how="left")
validation_df = validation_df.merge(label_df, on="label", how="left")
test_df = test_df.merge(label_df, on="label", how="left")

frac = 1
train_df.sample(frac=frac).to_json("./emotion-dataset/small_train.jsonl", orient="records", lines=True)
validation_df.sample(frac=frac).to_json("./emotion-dataset/small_validation.jsonl", orient="records", lines=True)
test_df.sample(frac=frac).to_json("./emotion-dataset/small_test.jsonl", orient="records", lines=True)

# %% 4. Fine-tuning: pipeline
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import CommandComponent, PipelineComponent, Job, Component
from azure.ai.ml import PyTorchDistribution, Input

pipeline_component_func = registry_ml_client.components.get(name="text_classification_pipeline", label="latest")
with open("./text-classification-config.json", "w") as f:
    json.dump({"average_method": "macro"}, f)


@pipeline()
def create_pipeline():
    text_classification_pipeline = pipeline_component_func(
        mlflow_model_path=foundation_model.id,
        compute_model_import=compute_cluster,
        compute_preprocess=compute_cluster,
        compute_finetune=compute_cluster,
        compute_model_evaluation=compute_cluster,
        train_file_path=Input(type="uri_file", path="./emotion-dataset/small_train.jsonl"),
        validation_file_path=Input(type="uri_file", path="./emotion-dataset/small_validation.jsonl"),
        test_file_path=Input(type="uri_file", path="./emotion-dataset/small_test.jsonl"),
        evaluation_config=Input(type="uri_file", path="./text-classification-config.json"),
        sentence1_key="text",
        label_key="label_string",
        number_of_gpu_to_use_finetuning=gpus_per_node,
        num_train_epochs=3,
        per_device_train_batch_size=1,
        per_device_eval_batch_size=1,
        learning_rate=2e-5,
        metric_for_best_model="f1_macro",
    )
    return {"trained_model": text_classification_pipeline.outputs.mlflow_model_folder}


pipeline_object = create_pipeline()
pipeline_object.settings.force_rerun = True

# %% 4. Fine-tuning: job
pipeline_job = workspace_ml_client.jobs.create_or_update(pipeline_object, experiment_name=experiment_name)
workspace_ml_client.jobs.stream(pipeline_job.name)

# %% 5. Metrics
import mlflow
import json

mlflow_tracking_uri = workspace_ml_client.workspaces.get(workspace_ml_client.workspace_name).mlflow_tracking_uri
mlflow.set_tracking_uri(mlflow_tracking_uri)
filter = "tags.mlflow.rootRunId='" + pipeline_job.name + "'"
runs = mlflow.search_runs(experiment_names=[experiment_name], filter_string=filter, output_format="list")
training_run = None
evaluation_run = None
for run in runs:
    if "epoch" in run.data.metrics:
        training_run = run
    elif "accuracy" in run.data.metrics:
        evaluation_run = run

if training_run:
    print("Training metrics:\n\n")
    print(json.dumps(training_run.data.metrics, indent=2))
else:
    print("No Training job found")

if evaluation_run:
    print("Evaluation metrics:\n\n")
    print(json.dumps(evaluation_run.data.metrics, indent=2))
else:
    print("No Evaluation job found")

# %% 6. Registration
from azure.ai.ml.entities import Model
from azure.ai.ml.constants import AssetTypes

print("pipeline job outputs: ", workspace_ml_client.jobs.get(pipeline_job.name).outputs)
model_path_from_job = "azureml://jobs/{0}/outputs/{1}".format(pipeline_job.name, "trained_model")
finetuned_model_name = model_name + "-emotion-detection"
finetuned_model_name = finetuned_model_name.replace("/", "-")
prepare_to_register_model = Model(
    path=model_path_from_job,
    type=AssetTypes.MLFLOW_MODEL,
    name=finetuned_model_name,
    version=timestamp,
    description=model_name + " fine tuned model for emotion detection",
)
registered_model = workspace_ml_client.models.create_or_update(prepare_to_register_model)

# %% 7. Deployment
import time
import sys
from azure.ai.ml.entities import ManagedOnlineEndpoint, ManagedOnlineDeployment

online_endpoint_name = "emotion-" + timestamp
endpoint = ManagedOnlineEndpoint(
    name=online_endpoint_name,
    description="Online endpoint for " + registered_model.name + ", fine tuned model for emotion detection",
    auth_mode="key",
)
workspace_ml_client.begin_create_or_update(endpoint).wait()

demo_deployment = ManagedOnlineDeployment(
    name="demo",
    endpoint_name=online_endpoint_name,
    model=registered_model.id,
    instance_type="Standard_DS3_v2",
    instance_count=1,
)
workspace_ml_client.online_deployments.begin_create_or_update(demo_deployment).wait()
endpoint.traffic = {"demo": 100}
workspace_ml_client.begin_create_or_update(endpoint).result()

# %% 8. Scoring
from io import StringIO

test_df = pd.read_json("./emotion-dataset/small_test.jsonl", lines=True)
test_df = test_df.sample(n=10)
test_df.reset_index(drop=True, inplace=True)
test_df = test_df.rename(columns={"label_string": "ground_truth_label"})
test_df_copy = test_df[["text"]]
test_json = {"input_data": test_df_copy.to_dict("split")}
with open("./emotion-dataset/sample_score.json", "w") as f:
    json.dump(test_json, f)

response = workspace_ml_client.online_endpoints.invoke(
    endpoint_name=online_endpoint_name,
    deployment_name="demo",
    request_file="./emotion-dataset/sample_score.json",
)
print("raw response: \n", response, "\n")
response_df = pd.read_json(StringIO(response))
response_df = response_df.rename(columns={0: "scored_label"})
merged_df = pd.merge(test_df, response_df, left_index=True, right_index=True)
merged_df.head(10)

# %% 8. Scoring: the body of an earlier edition
test_json = {"inputs": test_df["text"].tolist()}
with open("./emotion-dataset/sample_inputs.json", "w") as f:
    json.dump(test_json, f)
try:
    workspace_ml_client.online_endpoints.invoke(
        endpoint_name=online_endpoint_name,
        deployment_name="demo",
        request_file="./emotion-dataset/sample_inputs.json",
    )
except Exception as ex:
    refusal = ex

# %% 9. Deletion
workspace_ml_client.online_endpoints.begin_delete(name=online_endpoint_name).wait()
