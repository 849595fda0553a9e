"""A command job that is watched in a loop of the user's own, which really sleeps."""

# %% 1. Job
import os
import time

from azure.ai.ml import MLClient, command
from azure.identity import DefaultAzureCredential

ml_client = MLClient.from_config(credential=DefaultAzureCredential())
os.makedirs("./src", exist_ok=True)
with open("./src/main.py", "w") as f:
    f.write("print('hello')\n")
job = command(
    code="./src",
    command="python main.py",
    environment="AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest",
    experiment_name="watched",
)
returned_job = ml_client.jobs.create_or_update(job)

# %% 2. Watch
status = returned_job.status
while status not in ("Completed", "Failed", "Canceled"):
    time.sleep(0.05)
    status = ml_client.jobs.get(returned_job.name).status
