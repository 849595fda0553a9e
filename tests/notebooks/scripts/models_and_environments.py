"""Models from a local file, a local MLflow folder, a cloud path and a job; environments of all three kinds."""

# %% 1. Workspace
from azure.ai.ml import MLClient
from azure.ai.ml.entities import Model, Environment, BuildContext
from azure.identity import DefaultAzureCredential
from azure.ai.ml.constants import AssetTypes

ml_client = MLClient(DefaultAzureCredential(), "<SUBSCRIPTION_ID>", "<RESOURCE_GROUP>", "<AML_WORKSPACE_NAME>")

# %% 2. Local files
import os

os.makedirs("mlflow-model", exist_ok=True)
with open("mlflow-model/model.pkl", "wb") as f:
    f.write(b"\x80\x04N.")
with open("mlflow-model/MLmodel", "w") as f:
    f.write("flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    model_path: model.pkl\n")
os.makedirs("conda-yamls", exist_ok=True)
with open("conda-yamls/pydata.yml", "w") as f:
    f.write("name: pydata-example\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.8\n  - pip:\n    - pandas\n")
os.makedirs("docker-contexts/python-and-pip", exist_ok=True)
with open("docker-contexts/python-and-pip/Dockerfile", "w") as f:
    f.write("FROM python:3.8\n")

# %% 3. Models
file_model = Model(
    path="mlflow-model/model.pkl",
    type=AssetTypes.CUSTOM_MODEL,
    name="local-file-example",
    description="Model created from local file.",
)
registered_file_model = ml_client.models.create_or_update(file_model)

mlflow_model = Model(
    path="mlflow-model",
    type=AssetTypes.MLFLOW_MODEL,
    name="local-mlflow-example",
    description="MLflow model created from local path",
)
registered_mlflow_model = ml_client.create_or_update(mlflow_model)

cloud_model = Model(
    path=file_model.path,
    name="cloud-path-example",
    type=AssetTypes.CUSTOM_MODEL,
    description="Model created from cloud path.",
)
registered_cloud_model = ml_client.models.create_or_update(cloud_model)

# %% 4. Models: manage
again = ml_client.models.create_or_update(Model(path="mlflow-model", type="mlflow_model", name="local-mlflow-example"))
latest = ml_client.models.get("local-mlflow-example", label="latest")
model_names = [model.name for model in ml_client.models.list()]
model_versions = [model.version for model in ml_client.models.list(name="local-mlflow-example")]
latest.tags["stage"] = "Prod"
tagged = ml_client.models.create_or_update(latest)
ml_client.models.download("local-mlflow-example", version=latest.version, download_path="downloaded")
ml_client.models.archive(name="local-file-example")
archived = [model.name for model in ml_client.models.list()]
ml_client.models.restore(name="local-file-example")

# %% 5. Environments
env_docker_image = Environment(
    image="pytorch/pytorch:latest",
    name="docker-image-example",
    description="Environment created from a Docker image.",
)
ml_client.environments.create_or_update(env_docker_image)

env_docker_context = Environment(
    build=BuildContext(path="docker-contexts/python-and-pip"),
    name="docker-context-example",
    description="Environment created from a Docker context.",
)
context_environment = ml_client.environments.create_or_update(env_docker_context)

env_docker_conda = Environment(
    image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04",
    conda_file="conda-yamls/pydata.yml",
    name="docker-image-plus-conda-example",
    description="Environment created from a Docker image plus Conda environment.",
)
conda_environment = ml_client.environments.create_or_update(env_docker_conda)

# %% 6. Environments: manage
environment_names = [environment.name for environment in ml_client.environments.list()]
conda_again = ml_client.environments.get("docker-image-plus-conda-example", label="latest")
curated = ml_client.environments.get("AzureML-sklearn-1.0-ubuntu20.04-py38-cpu", version="36")
ml_client.environments.archive(name="docker-image-example")
