"""Data, models, environments and components are registered alike on the double and on the emulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from azure.ai.ml import Input, Output, command, load_component
from azure.ai.ml.entities import BuildContext, Data, Environment, Model
from local_files import CURATED
from twins import Twin, agreed


def test_data_is_registered_alike(files: Path) -> None:
    """Files and folders are uploaded, versions count up, and archived ones are not listed."""

    def life(twin: Twin) -> Any:
        data = twin.workspace.data
        sent = Data(name="d1", path="rows.jsonl", type="uri_file", description="x", tags={"a": "b"})
        made = [data.create_or_update(sent), data.create_or_update(Data(name="d1", path="src", type="uri_folder"))]
        made.append(data.create_or_update(Data(name="d2", version="v7", path=made[0].path, type="uri_file")))
        listed = [list(data.list()), list(data.list("d1"))]
        data.archive("d1", "1")
        data.archive("d2")
        listed += [list(data.list()), list(data.list("d1"))]
        data.restore("d1", "1")
        return [made, listed, list(data.list("d1")), data.get("d1", label="latest"), data.get("d1", "1"), sent.path]

    agreed(life)


def test_models_are_registered_alike(files: Path) -> None:
    """A folder, a file, and a model that was read and tagged."""

    def life(twin: Twin) -> Any:
        models = twin.workspace.models
        sent = Model(name="m1", path="model", type="mlflow_model", description="d", tags={"a": "1"})
        made = [models.create_or_update(sent), models.create_or_update(Model(name="f1", path="rows.jsonl"))]
        again = twin.workspace.create_or_update(Model(name="m1", path="model", type="mlflow_model"))
        again.tags["stage"] = "prod"
        made.append(models.create_or_update(again))
        listed = [list(models.list()), list(models.list("m1"))]
        models.archive("m1")
        listed.append(list(models.list()))
        models.restore("m1", "1")
        return [made, listed, list(models.list("m1")), models.get("m1", label="latest"), sent.path, sent.version]

    agreed(life)


def test_a_model_comes_back_as_it_was_uploaded(files: Path) -> None:
    """A download holds the files of the folder under its name."""

    def life(twin: Twin) -> Any:
        twin.workspace.models.create_or_update(Model(name="m1", version="1", path="model", type="mlflow_model"))
        target = files / type(twin.workspace).__name__
        twin.workspace.models.download("m1", "1", download_path=str(target))
        return {str(path.relative_to(target)): path.read_text() for path in target.rglob("*") if path.is_file()}

    double = agreed(life)

    assert list(double) == ["m1/model/MLmodel"]


def test_a_model_is_shared_alike(files: Path) -> None:
    """A registry gets a copy that remembers where it comes from."""

    def life(twin: Twin) -> Any:
        models = twin.workspace.models
        models.create_or_update(Model(name="m1", path="model", type="mlflow_model"))
        shared = models.share("m1", "1", share_with_name="m9", share_with_version="3", registry_name="azureml")
        return [shared.id, shared.path, shared.type, twin.registry.models.get("m9", "3").id]

    agreed(life)


def test_a_registry_takes_models_alike(files: Path) -> None:
    """A model is published in a registry by its client."""
    sent = {"name": "m1", "version": "1", "path": "model", "type": "mlflow_model"}
    agreed(lambda twin: twin.registry.models.create_or_update(Model(**sent)))


def test_environments_are_registered_alike(files: Path) -> None:
    """Images, conda files and build contexts; without a version the latest one is changed."""

    def life(twin: Twin) -> Any:
        environments = twin.workspace.environments
        conda = {"name": "x", "dependencies": ["python=3.8", {"pip": ["pandas"]}]}
        made = [
            environments.create_or_update(Environment(name="e1", image="img:1", conda_file=conda, description="d")),
            environments.create_or_update(Environment(name="e2", build=BuildContext(path="context"))),
            environments.create_or_update(Environment(name="e1", image="img:2")),
        ]
        names = [found.name for found in environments.list()]
        return [made, names, list(environments.list("e1")), environments.get(CURATED, "36")]

    agreed(life)


def test_components_are_registered_alike(files: Path) -> None:
    """From YAML and from Python, with code and environment."""

    def life(twin: Twin) -> Any:
        components = twin.workspace.components
        made = [components.create_or_update(load_component(source="component.yml"))]
        written = command(
            name="score",
            inputs={"model": Input(type="uri_folder")},
            outputs={"rows": Output(type="uri_folder")},
            code="src",
            command="python main.py ${{inputs.model}} ${{outputs.rows}}",
            environment=f"{CURATED}@latest",
        )
        made.append(components.create_or_update(written.component, version="2"))
        components.archive("score")
        return [made, [found.name for found in components.list()], [c.version for c in components.list("train_model")]]

    agreed(life)
