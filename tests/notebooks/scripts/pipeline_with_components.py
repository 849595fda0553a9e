"""Own components from YAML and from Python, registered, archived, and joined in a pipeline."""

# %% 1. Workspace
from azure.identity import DefaultAzureCredential, InteractiveBrowserCredential
from azure.ai.ml import MLClient, Input
from azure.ai.ml.dsl import pipeline
from azure.ai.ml import load_component

try:
    credential = DefaultAzureCredential()
    credential.get_token("https://management.azure.com/.default")
except Exception as ex:
    credential = InteractiveBrowserCredential()

ml_client = MLClient.from_config(credential=credential)

# %% 2. Compute
from azure.ai.ml.entities import AmlCompute

cluster_name = "cpu-cluster"
try:
    print(ml_client.compute.get(cluster_name))
except Exception as ex:
    cluster = AmlCompute(name=cluster_name, size="STANDARD_DS3_v2", min_instances=0, max_instances=4)
    ml_client.begin_create_or_update(cluster).result()

# %% 3. Local files
import os

parent_dir = "./components"
for folder in ("train_src", "score_src", "data"):
    os.makedirs(f"{parent_dir}/{folder}", exist_ok=True)
with open(f"{parent_dir}/train_src/train.py", "w") as f:
    f.write("print('training')\n")
with open(f"{parent_dir}/score_src/score.py", "w") as f:
    f.write("print('scoring')\n")
with open(f"{parent_dir}/data/rows.csv", "w") as f:
    f.write("a,b\n1,2\n")
with open(f"{parent_dir}/train_model.yml", "w") as f:
    f.write("""$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: train_model
display_name: Train Model
version: 1
inputs:
  training_data:
    type: uri_folder
  max_epochs:
    type: integer
    optional: true
  learning_rate:
    type: number
    default: 0.01
  learning_rate_schedule:
    type: string
    default: time-based
outputs:
  model_output:
    type: uri_folder
code: ./train_src
environment: azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest
command: >-
  python train.py --training_data ${{inputs.training_data}} $[[--max_epochs ${{inputs.max_epochs}}]]
  --learning_rate ${{inputs.learning_rate}} --learning_rate_schedule ${{inputs.learning_rate_schedule}}
  --model_output ${{outputs.model_output}}
""")

# %% 4. Components
from azure.ai.ml import command, Output

train_model = load_component(source=parent_dir + "/train_model.yml")
print(train_model)
score_data = command(
    name="score_data",
    display_name="Score Data",
    inputs={"model_input": Input(type="uri_folder"), "test_data": Input(type="uri_folder")},
    outputs={"score_output": Output(type="uri_folder", mode="rw_mount")},
    code=parent_dir + "/score_src",
    command="python score.py ${{inputs.model_input}} ${{inputs.test_data}} ${{outputs.score_output}}",
    environment="AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest",
)

# %% 5. Components: manage
try:
    train_model = ml_client.components.get(name=train_model.name, version=train_model.version)
except:
    train_model = ml_client.components.create_or_update(train_model)
print(train_model)
score_component = ml_client.components.create_or_update(score_data.component, version="1")
component_names = [component.name for component in ml_client.components.list()]
train_versions = [component.version for component in ml_client.components.list(name="train_model")]
ml_client.components.archive(name=train_model.name)
without_archived = [component.name for component in ml_client.components.list()]
ml_client.components.restore(name=train_model.name)


# %% 6. Pipeline
@pipeline()
def pipeline_with_components(training_input, test_input, training_max_epochs=20, training_learning_rate=1.8):
    """A dummy pipeline: train, then score."""
    train_with_sample_data = train_model(
        training_data=training_input,
        max_epochs=training_max_epochs,
        learning_rate=training_learning_rate,
        learning_rate_schedule="time-based",
    )
    score_with_sample_data = score_data(model_input=train_with_sample_data.outputs.model_output, test_data=test_input)
    score_with_sample_data.outputs.score_output.mode = "upload"
    return {
        "trained_model": train_with_sample_data.outputs.model_output,
        "scored_data": score_with_sample_data.outputs.score_output,
    }


pipeline_job = pipeline_with_components(
    training_input=Input(type="uri_folder", path=parent_dir + "/data/"),
    test_input=Input(type="uri_folder", path=parent_dir + "/data/"),
    training_max_epochs=20,
    training_learning_rate=1.8,
)
pipeline_job.settings.default_compute = "cpu-cluster"
print(pipeline_job)

# %% 7. Job
pipeline_job = ml_client.jobs.create_or_update(pipeline_job, experiment_name="pipeline_samples")
ml_client.jobs.stream(pipeline_job.name)

# %% 8. Job: results
finished_job = ml_client.jobs.get(pipeline_job.name)
children = [child.display_name for child in ml_client.jobs.list(parent_job_name=pipeline_job.name)]
