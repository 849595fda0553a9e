"""Data assets of all three types from local files, versions, and data as the input of jobs."""

# %% 1. Workspace
from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

subscription_id = "<SUBSCRIPTION_ID>"
resource_group = "<RESOURCE_GROUP>"
workspace = "<AML_WORKSPACE_NAME>"
ml_client = MLClient(DefaultAzureCredential(), subscription_id, resource_group, workspace)

# %% 2. Local files
import os

os.makedirs("./sample_data", exist_ok=True)
with open("./sample_data/titanic.csv", "w") as f:
    f.write("Name,Age,Survived\nAda,36,1\nBrandt,,0\n")
with open("./sample_data/MLTable", "w") as f:
    f.write("paths:\n  - file: ./titanic.csv\ntransformations:\n  - read_delimited:\n      delimiter: ','\n")
os.makedirs("./src", exist_ok=True)
with open("./src/read_data.py", "w") as f:
    f.write("import sys\n\nprint(open(sys.argv[-1]).read())\n")

# %% 3. A file
from azure.ai.ml.entities import Data
from azure.ai.ml.constants import AssetTypes

try:
    registered_data_asset = ml_client.data.get(name="titanic", version="1")
    print("Found data asset. Will not create again")
except Exception as ex:
    my_data = Data(
        path="./sample_data/titanic.csv",
        type=AssetTypes.URI_FILE,
        description="Titanic Data",
        name="titanic",
        version="1",
    )
    ml_client.data.create_or_update(my_data)
    registered_data_asset = ml_client.data.get(name="titanic", version="1")
    print("Created data asset")

# %% 4. A folder and a table
folder_asset = ml_client.data.create_or_update(
    Data(path="./sample_data", type=AssetTypes.URI_FOLDER, name="titanic-folder", tags={"source": "sample"})
)
table_asset = ml_client.data.create_or_update(
    Data(path="./sample_data", type=AssetTypes.MLTABLE, name="titanic-table", description="Titanic as a table")
)
remote_asset = ml_client.data.create_or_update(
    Data(path=registered_data_asset.path, type=AssetTypes.URI_FILE, name="titanic-by-path", version="2023.1")
)

# %% 5. Versions
second = ml_client.data.create_or_update(
    Data(path="./sample_data/titanic.csv", type=AssetTypes.URI_FILE, name="titanic-folder-file")
)
third = ml_client.data.create_or_update(
    Data(path="./sample_data/titanic.csv", type=AssetTypes.URI_FILE, name="titanic-folder-file")
)
latest = ml_client.data.get(name="titanic-folder-file", label="latest")
versions = [asset.version for asset in ml_client.data.list(name="titanic-folder-file")]
names = [asset.name for asset in ml_client.data.list()]
ml_client.data.archive(name="titanic-folder-file", version=second.version)
active = [asset.version for asset in ml_client.data.list(name="titanic-folder-file")]
ml_client.data.restore(name="titanic-folder-file", version=second.version)

# %% 6. A job that reads the asset
from azure.ai.ml import command, Input, Output

job = command(
    code="./src",
    command="python read_data.py --input_data ${{inputs.input_data}}",
    inputs={"input_data": Input(type=AssetTypes.URI_FILE, path=registered_data_asset.id)},
    environment="AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest",
)
returned_job = ml_client.create_or_update(job)
studio_url = returned_job.studio_url

# %% 7. A job that reads a local file and writes to a datastore
job = command(
    code="./src",
    command="python read_data.py --output ${{outputs.output_folder}} --input_data ${{inputs.input_data}}",
    inputs={"input_data": Input(type=AssetTypes.URI_FILE, path="./sample_data/titanic.csv")},
    outputs={
        "output_folder": Output(
            type=AssetTypes.URI_FOLDER,
            path=f"azureml://subscriptions/{subscription_id}/resourcegroups/{resource_group}"
            f"/workspaces/{workspace}/datastores/workspaceblobstore/paths/",
        )
    },
    environment="AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest",
)
writing_job = ml_client.jobs.create_or_update(job)

# %% 8. Datastores
datastores = [datastore.name for datastore in ml_client.datastores.list()]
default_datastore = ml_client.datastores.get_default()
blob_store = ml_client.datastores.get("workspaceblobstore")
