"""Fine-tune phi-2 to summarize dialogs by generating text: the calls of the published text-generation notebook."""

# %% 1. Prerequisites
import json
import os
import time
from io import StringIO

import pandas as pd
from azure.ai.ml import Input, MLClient
from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import AmlCompute, ManagedOnlineDeployment, ManagedOnlineEndpoint, Model
from azure.identity import DefaultAzureCredential

credential = DefaultAzureCredential()
workspace_ml_client = MLClient.from_config(credential=credential)
registry_ml_client = MLClient(credential, registry_name="azureml")
experiment_name = "text-generation-samsum"
timestamp = str(int(time.time()))

compute_cluster = "gpu-cluster-big"
compute = AmlCompute(name=compute_cluster, size="Standard_NC24rs_v3", max_instances=2)
workspace_ml_client.compute.begin_create_or_update(compute).wait()
gpus_per_node = 4

# %% 2. Foundation model
model_name = "microsoft-phi-2"
foundation_model = registry_ml_client.models.get(model_name, label="latest")

# %% 3. Data
exit_status = os.system("python ./download-dataset.py --download_dir samsum-dataset")
if exit_status != 0:
    raise Exception("Error downloading dataset")


def get_preprocessed_samsum(df):
    prompt = "Summarize this dialog:\n{}\n---\nSummary:\n"
    df["text"] = df["dialogue"].map(prompt.format)
    df = df.drop(columns=["dialogue", "id"])
    return df[["text", "summary"]]


for split in ("train", "validation", "test"):
    split_df = get_preprocessed_samsum(pd.read_json(f"./samsum-dataset/{split}.jsonl", lines=True))
    split_df.to_json(f"./samsum-dataset/small_{split}.jsonl", orient="records", lines=True)

# %% 3. Parameters
import ast

training_parameters = {
    "num_train_epochs": 3,
    "per_device_train_batch_size": 1,
    "per_device_eval_batch_size": 1,
    "learning_rate": 2e-5,
}
if "model_specific_defaults" in foundation_model.tags:
    optimization_parameters = ast.literal_eval(foundation_model.tags["model_specific_defaults"])
else:
    optimization_parameters = {"apply_lora": "true", "apply_deepspeed": "true", "apply_ort": "true"}

# %% 4. Fine-tuning
pipeline_component_func = registry_ml_client.components.get(name="text_generation_pipeline", label="latest")


@pipeline()
def create_pipeline():
    text_generation_pipeline = pipeline_component_func(
        mlflow_model_path=foundation_model.id,
        compute_model_import=compute_cluster,
        compute_preprocess=compute_cluster,
        compute_finetune=compute_cluster,
        compute_model_evaluation=compute_cluster,
        train_file_path=Input(type="uri_file", path="./samsum-dataset/small_train.jsonl"),
        validation_file_path=Input(type="uri_file", path="./samsum-dataset/small_validation.jsonl"),
        test_file_path=Input(type="uri_file", path="./samsum-dataset/small_test.jsonl"),
        text_key="text",
        ground_truth_key="summary",
        number_of_gpu_to_use_finetuning=gpus_per_node,
        **training_parameters,
        **optimization_parameters,
    )
    return {"trained_model": text_generation_pipeline.outputs.mlflow_model_folder}


pipeline_object = create_pipeline()
pipeline_object.settings.force_rerun = True
pipeline_object.settings.continue_on_step_failure = False
pipeline_job = workspace_ml_client.jobs.create_or_update(pipeline_object, experiment_name=experiment_name)
workspace_ml_client.jobs.stream(pipeline_job.name)

# %% 5. Registration
registered_model = workspace_ml_client.models.create_or_update(
    Model(
        path=f"azureml://jobs/{pipeline_job.name}/outputs/trained_model",
        type=AssetTypes.MLFLOW_MODEL,
        name=model_name + "-samsum",
        version=timestamp,
        description=model_name + " fine tuned model for samsum textgen",
    )
)

# %% 6. Deployment
online_endpoint_name = "samsum-textgen-" + timestamp
endpoint = ManagedOnlineEndpoint(name=online_endpoint_name, auth_mode="key")
workspace_ml_client.begin_create_or_update(endpoint).wait()
demo_deployment = ManagedOnlineDeployment(
    name="demo",
    endpoint_name=online_endpoint_name,
    model=registered_model.id,
    instance_type="Standard_NC24s_v3",
    instance_count=1,
)
workspace_ml_client.online_deployments.begin_create_or_update(demo_deployment).wait()
endpoint.traffic = {"demo": 100}
workspace_ml_client.begin_create_or_update(endpoint).result()

# %% 7. Scoring
test_df = pd.read_json("./samsum-dataset/small_test.jsonl", lines=True)
test_df = test_df.sample(n=2)
test_df.reset_index(drop=True, inplace=True)
test_df = test_df.rename(columns={"summary": "ground_truth_label"})
parameters = {"top_p": 0.1, "temperature": 0.9, "do_sample": True, "max_new_tokens": 60, "return_full_text": True}
test_json = {"input_data": {"input_string": test_df["text"].tolist(), "parameters": parameters}, "params": {}}
with open("./samsum-dataset/sample_score.json", "w") as f:
    json.dump(test_json, f)
response = workspace_ml_client.online_endpoints.invoke(
    endpoint_name=online_endpoint_name,
    deployment_name="demo",
    request_file="./samsum-dataset/sample_score.json",
)
response_df = pd.read_json(StringIO(response))
response_df.rename(columns={0: "scored_label"}, inplace=True)
merged_df = pd.merge(test_df, response_df, left_index=True, right_index=True)

# %% 8. Deletion
workspace_ml_client.online_endpoints.begin_delete(name=online_endpoint_name).wait()
