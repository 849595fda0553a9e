"""A command job: submitted, streamed, listed, canceled, archived and described anew."""

# %% 1. Workspace
import os
import uuid

from azure.ai.ml import MLClient, Input, command
from azure.ai.ml.entities import Environment
from azure.identity import DefaultAzureCredential

ml_client = MLClient.from_config(credential=DefaultAzureCredential())

# %% 2. Job
os.makedirs("./src", exist_ok=True)
with open("./src/main.py", "w") as f:
    f.write("print('hello')\n")
with open("./src/conda.yml", "w") as f:
    f.write("name: model-env\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.8\n")

job = command(
    code="./src",
    command="python main.py --iris-csv ${{inputs.iris_csv}} --learning-rate ${{inputs.learning_rate}}",
    environment=Environment(image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04", conda_file="./src/conda.yml"),
    inputs={
        "iris_csv": Input(
            type="uri_file",
            path="https://azuremlexamples.blob.core.windows.net/datasets/iris.csv",
        ),
        "learning_rate": 0.9,
    },
    environment_variables={"VERBOSE": "1"},
    instance_count=1,
    display_name="sklearn-iris-example",
    description="sklearn iris example",
    experiment_name="iris",
    tags={"team": "blue"},
)
returned_job = ml_client.jobs.create_or_update(job)
ml_client.jobs.stream(returned_job.name)

# %% 3. Another job, canceled
job.name = f"canceled-{uuid.uuid4()}"
canceled_job = ml_client.jobs.create_or_update(job)
ml_client.jobs.begin_cancel(canceled_job.name).result()
canceled_job = ml_client.jobs.get(canceled_job.name)

# %% 4. Lists
from azure.ai.ml.constants import ListViewType

names = [job.name for job in ml_client.jobs.list()]
ml_client.jobs.archive(returned_job.name)
active = [job.name for job in ml_client.jobs.list()]
archived = [job.name for job in ml_client.jobs.list(list_view_type=ListViewType.ARCHIVED_ONLY)]
ml_client.jobs.restore(returned_job.name)

# %% 5. Description
described_job = ml_client.jobs.get(returned_job.name)
described_job.display_name = "iris-one"
described_job.tags["reviewed"] = "yes"
described_job = ml_client.jobs.create_or_update(described_job)
updated_job = ml_client.jobs.update(returned_job.name, description="the first of its kind")

# %% 6. Files and links
ml_client.jobs.download(returned_job.name, download_path="./outputs", all=True)
studio_url = returned_job.studio_url

# %% 7. MLflow without Azure ML's plugin
import mlflow

tracking_uri = ml_client.workspaces.get(ml_client.workspace_name).mlflow_tracking_uri
os.environ["MLFLOW_TRACKING_TOKEN"] = DefaultAzureCredential().get_token("https://ml.azure.com/.default").token
client = mlflow.MlflowClient(tracking_uri=tracking_uri.replace("azureml://", "https://"))
experiment = client.get_experiment_by_name("iris")
mlflow_run = client.get_run(returned_job.name)
mlflow_runs = client.search_runs([experiment.experiment_id])
