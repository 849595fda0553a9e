"""Fine-tune camembert to find names: the calls of the published token-classification notebook."""

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
experiment_name = "token-classification-ner"
timestamp = str(int(time.time()))

compute_cluster = "gpu-cluster-big"
compute = AmlCompute(name=compute_cluster, size="Standard_NC24rs_v3", max_instances=2)
workspace_ml_client.compute.begin_create_or_update(compute).wait()
gpus_per_node = 4

# %% 2. Foundation model
model_name = "Jean-Baptiste-camembert-ner"
foundation_model = registry_ml_client.models.get(model_name, label="latest")

# %% 3. Data
exit_status = os.system("python ./download-dataset.py --download_dir conll2003-dataset")
if exit_status != 0:
    raise Exception("Error downloading dataset")

train_df = pd.read_json("./conll2003-dataset/train.jsonl", lines=True)
validation_df = pd.read_json("./conll2003-dataset/validation.jsonl", lines=True)
test_df = pd.read_json("./conll2003-dataset/test.jsonl", lines=True)
frac = 1
train_df.sample(frac=frac).to_json("./conll2003-dataset/small_train.jsonl", orient="records", lines=True)
validation_df.sample(frac=frac).to_json("./conll2003-dataset/small_validation.jsonl", orient="records", lines=True)
test_df.sample(frac=frac).to_json("./conll2003-dataset/small_test.jsonl", orient="records", lines=True)

# %% 4. Fine-tuning
pipeline_component_func = registry_ml_client.components.get(name="token_classification_pipeline", label="latest")


@pipeline()
def create_pipeline():
    token_classification_pipeline = pipeline_component_func(
        mlflow_model_path=foundation_model.id,
        compute_model_import=compute_cluster,
        compute_preprocess=compute_cluster,
        compute_finetune=compute_cluster,
        compute_model_evaluation=compute_cluster,
        train_file_path=Input(type="uri_file", path="./conll2003-dataset/small_train.jsonl"),
        validation_file_path=Input(type="uri_file", path="./conll2003-dataset/small_validation.jsonl"),
        test_file_path=Input(type="uri_file", path="./conll2003-dataset/small_test.jsonl"),
        token_key="tokens",
        tag_key="ner_tags_str",
        number_of_gpu_to_use_finetuning=gpus_per_node,
        num_train_epochs=3,
        per_device_train_batch_size=1,
        per_device_eval_batch_size=1,
        learning_rate=2e-5,
        metric_for_best_model="f1",
    )
    return {"trained_model": token_classification_pipeline.outputs.mlflow_model_folder}


pipeline_object = create_pipeline()
pipeline_object.settings.force_rerun = True
pipeline_job = workspace_ml_client.jobs.create_or_update(pipeline_object, experiment_name=experiment_name)
workspace_ml_client.jobs.stream(pipeline_job.name)

# %% 5. Registration
registered_model = workspace_ml_client.models.create_or_update(
    Model(
        path=f"azureml://jobs/{pipeline_job.name}/outputs/trained_model",
        type=AssetTypes.MLFLOW_MODEL,
        name=model_name + "-ner",
        version=timestamp,
        description=model_name + " fine tuned model for named entity recognition",
    )
)

# %% 6. Deployment
online_endpoint_name = "ner-" + timestamp
endpoint = ManagedOnlineEndpoint(name=online_endpoint_name, auth_mode="key")
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

# %% 7. Scoring
test_df = pd.read_json("./conll2003-dataset/small_test.jsonl", lines=True)
test_df = test_df.sample(n=10)
test_df.reset_index(drop=True, inplace=True)
test_df.drop(columns=["id", "pos_tags", "chunk_tags", "ner_tags"], inplace=True)
test_df = test_df.rename(columns={"ner_tags_str": "ground_truth_tags"})
test_df_copy = test_df[["tokens"]]
test_json = {"input_data": test_df_copy.to_dict("split")}
with open("./conll2003-dataset/sample_score.json", "w") as f:
    json.dump(test_json, f)
response = workspace_ml_client.online_endpoints.invoke(
    endpoint_name=online_endpoint_name,
    deployment_name="demo",
    request_file="./conll2003-dataset/sample_score.json",
)
response_df = pd.read_json(StringIO(response))
response_df.rename(columns={0: "predicted_tags"}, inplace=True)
merged_df = pd.merge(test_df, response_df, left_index=True, right_index=True)

# %% 8. Deletion
workspace_ml_client.online_endpoints.begin_delete(name=online_endpoint_name).wait()
