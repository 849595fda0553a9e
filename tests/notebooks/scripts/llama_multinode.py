"""Fine-tune Llama-2-7b on two nodes to detect emotions: the calls of the published multi-node notebook."""

# %% 1. Prerequisites
import ast
import json
import os
import time

import pandas as pd
from azure.ai.ml import Input, MLClient
from azure.ai.ml.constants import AssetTypes, InputOutputModes
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import AmlCompute, ManagedOnlineDeployment, ManagedOnlineEndpoint, Model
from azure.identity import DefaultAzureCredential

credential = DefaultAzureCredential()
workspace_ml_client = MLClient.from_config(credential=credential)
registry_ml_client = MLClient(credential, registry_name="azureml")
registry_ml_client_meta = MLClient(credential, registry_name="azureml-meta")
experiment_name = "text-classification-emotion-detection"
timestamp = str(int(time.time()))

# %% 2. Foundation model
model_name = "Llama-2-7b"
foundation_model = registry_ml_client_meta.models.get(model_name, label="latest")

# %% 3. Compute
if "finetune_compute_allow_list" in foundation_model.tags:
    computes_allow_list = ast.literal_eval(foundation_model.tags["finetune_compute_allow_list"])
else:
    computes_allow_list = None

compute_cluster = "gpu-cluster-big"
compute = AmlCompute(name=compute_cluster, size="Standard_ND40rs_v2", tier="LowPriority", max_instances=2)
workspace_ml_client.compute.begin_create_or_update(compute).wait()
compute = workspace_ml_client.compute.get(compute_cluster)
if computes_allow_list is not None:
    if compute.size.lower() not in [x.lower() for x in computes_allow_list]:
        raise ValueError(f"VM size {compute.size} is not in the allow-listed computes for finetuning")
for compute_sku in workspace_ml_client.compute.list_sizes():
    if compute_sku.name.lower() == compute.size.lower():
        gpus_per_node = compute_sku.gpus

# %% 4. Data
exit_status = os.system("python ./download-dataset.py --download_dir emotion-dataset")
if exit_status != 0:
    raise Exception("Error downloading dataset")

with open("./emotion-dataset/label.json") as f:
    id2label = json.load(f)["id2label"]
for split in ("train", "validation", "test"):
    split_df = pd.read_json(f"./emotion-dataset/{split}.jsonl", lines=True)
    split_df["label_string"] = split_df["label"].astype(str).map(id2label)
    split_df.to_json(f"./emotion-dataset/small_{split}.jsonl", orient="records", lines=True)

# %% 5. Fine-tuning
training_parameters = dict(
    num_train_epochs=3,
    per_device_train_batch_size=1,
    per_device_eval_batch_size=1,
    learning_rate=2e-5,
    metric_for_best_model="f1_macro",
)
if "model_specific_defaults" in foundation_model.tags:
    optimization_parameters = ast.literal_eval(foundation_model.tags["model_specific_defaults"])
else:
    optimization_parameters = dict(apply_lora="true", apply_deepspeed="true", apply_ort="true")
num_nodes = 2
pipeline_component_func = registry_ml_client.components.get(name="text_classification_pipeline", label="latest")


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
        sentence1_key="text",
        label_key="label_string",
        number_of_gpu_to_use_finetuning=gpus_per_node,
        num_nodes_finetune=num_nodes,
        **training_parameters,
        **optimization_parameters,
    )
    # several nodes cannot upload one output: it has to be mounted
    text_classification_pipeline.outputs["pytorch_model_folder"].mode = InputOutputModes.RW_MOUNT
    text_classification_pipeline.outputs["mlflow_model_folder"].mode = InputOutputModes.RW_MOUNT
    return {"trained_model": text_classification_pipeline.outputs.mlflow_model_folder}


pipeline_object = create_pipeline()
pipeline_object.settings.force_rerun = True
pipeline_object.settings.continue_on_step_failure = False
pipeline_job = workspace_ml_client.jobs.create_or_update(pipeline_object, experiment_name=experiment_name)
workspace_ml_client.jobs.stream(pipeline_job.name)

# %% 6. Registration
registered_model = workspace_ml_client.models.create_or_update(
    Model(
        path=f"azureml://jobs/{pipeline_job.name}/outputs/trained_model",
        type=AssetTypes.MLFLOW_MODEL,
        name=model_name + "-emotion-detection",
        version=timestamp,
        description=model_name + " fine tuned model for emotion detection",
    )
)

# %% 7. Deployment
online_endpoint_name = "emotion-" + timestamp
endpoint = ManagedOnlineEndpoint(name=online_endpoint_name, auth_mode="key")
workspace_ml_client.begin_create_or_update(endpoint).wait()
demo_deployment = ManagedOnlineDeployment(
    name="demo",
    endpoint_name=online_endpoint_name,
    model=registered_model.id,
    instance_type="Standard_NC12s_v3",
    instance_count=1,
)
workspace_ml_client.online_deployments.begin_create_or_update(demo_deployment).wait()
endpoint.traffic = {"demo": 100}
workspace_ml_client.begin_create_or_update(endpoint).result()

# %% 8. Scoring
test_df = pd.read_json("./emotion-dataset/small_test.jsonl", lines=True).sample(n=10)
with open("./emotion-dataset/sample_score.json", "w") as f:
    json.dump({"input_data": {"input_string": test_df["text"].tolist()}}, f)
response = workspace_ml_client.online_endpoints.invoke(
    endpoint_name=online_endpoint_name,
    deployment_name="demo",
    request_file="./emotion-dataset/sample_score.json",
)

# %% 9. Deletion
workspace_ml_client.online_endpoints.begin_delete(name=online_endpoint_name).wait()
