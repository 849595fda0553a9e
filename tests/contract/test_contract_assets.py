"""Contract: data, environments, components and datastores of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import Input, command
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import Data, Environment
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from contract_steps import CLUSTER, make_cluster
from contract_subject import Subject
from evidence import Evidence, evidence

IMAGE = "mcr.microsoft.com/azureml/base"
SHORT = "azureml://datastores/workspaceblobstore/paths/data/rows.jsonl"


def _data(version: str = "1", path: str | Path = SHORT, **given: Any) -> Data:
    return Data(**{"name": "d", "version": version, "type": "uri_file", "path": path, **given})


def _component(**given: Any) -> Any:
    inputs = {"epochs": Input(type="integer", default=3, min=1)}
    sent = {"name": "c", "command": "echo ${{inputs.epochs}}", "environment": Environment(image=IMAGE), **given}
    return command(inputs=inputs, **sent).component


def _component_of_a_pipeline(aml: Subject, word: str) -> str:
    """Submit a pipeline around a command, and return the id of the component that it became."""
    node = command(name="step", command=word, environment=Environment(image=IMAGE))

    @pipeline(default_compute=CLUSTER)
    def create() -> None:
        node()

    (submitted,) = aml.workspace.jobs.create_or_update(create()).jobs.values()
    return str(submitted.component)


@evidence(Evidence.RECORDED, "upload of a file, then data PUT, 2023-10")
def test_a_local_file_becomes_a_data_asset(aml: Subject, tmp_path: Path) -> None:
    """A file is uploaded to the default datastore, and its asset leads there."""
    (tmp_path / "rows.jsonl").write_text("{}\n", encoding="utf-8")
    made = aml.workspace.data.create_or_update(_data(path=tmp_path / "rows.jsonl"))

    assert aml.workspace.data.get("d", "1").path == made.path
    assert "/datastores/workspaceblobstore/paths/" in made.path
    assert made.path.endswith("/rows.jsonl")


@evidence(Evidence.RECORDED, "dataUri of a version: resourcegroups in lower case")
def test_a_short_uri_is_expanded(aml: Subject) -> None:
    """A short datastore URI comes back in its long form."""
    made = aml.workspace.data.create_or_update(_data())

    assert made.path.startswith(f"azureml://subscriptions/{aml.azure.subscription_id}/resourcegroups/")
    assert made.path.endswith("/datastores/workspaceblobstore/paths/data/rows.jsonl")


@evidence(Evidence.DOCUMENTED, "data versions are immutable but for tags, description and archiving")
def test_a_data_version_keeps_its_path(aml: Subject) -> None:
    """An existing version cannot be made to point elsewhere."""
    aml.workspace.data.create_or_update(_data())

    with pytest.raises(HttpResponseError, match="already exists") as refused:
        aml.workspace.data.create_or_update(_data(path=f"{SHORT}l"))
    assert refused.value.status_code == 400


@evidence(Evidence.RECORDED, "orderBy createdtime desc, top 1")
def test_the_newest_data_version_is_the_latest(aml: Subject) -> None:
    """`label="latest"` of a data asset is the version created last."""
    for version in ("2", "1"):
        aml.workspace.data.create_or_update(_data(version))
        aml.clock.advance(60)

    assert aml.workspace.data.get("d", label="latest").version == "1"


@evidence(Evidence.RECORDED, "listViewType filters isArchived")
def test_an_archived_data_version_is_hidden(aml: Subject) -> None:
    """The default list leaves out an archived version."""
    for version in ("1", "2"):
        aml.workspace.data.create_or_update(_data(version))
    aml.workspace.data.archive("d", "1")

    assert [data.version for data in aml.workspace.data.list("d")] == ["2"]
    assert [data.version for data in aml.workspace.data.list("d", list_view_type="ArchivedOnly")] == ["1"]


@evidence(Evidence.INFERRED, "recorded for registry models")
def test_an_unknown_data_version_is_not_found(aml: Subject) -> None:
    """`data.get` of a version that does not exist is a 404 that names it."""
    with pytest.raises(ResourceNotFoundError, match="/data/none/versions/1"):
        aml.workspace.data.get("none", "1")


@evidence(Evidence.RECORDED, "environment PUT: condaFile comes back as JSON text, which the SDK parses")
def test_the_conda_file_of_an_environment_comes_back(aml: Subject) -> None:
    """A conda file is read back as the mapping that was sent."""
    conda = {"name": "e", "dependencies": ["python=3.11"]}
    sent = Environment(name="e", version="1", image=IMAGE, conda_file=conda)
    aml.workspace.environments.create_or_update(sent)

    found = aml.workspace.environments.get("e", "1")
    assert (found.image, found.conda_file) == (IMAGE, conda)


@evidence(Evidence.RECORDED, "environment PUT answers 201 also when it existed")
def test_an_environment_may_be_sent_again(aml: Subject) -> None:
    """The same environment again is accepted, and is one version."""
    for _ in range(2):
        aml.workspace.environments.create_or_update(Environment(name="e", version="1", image=IMAGE))

    assert [found.version for found in aml.workspace.environments.list("e")] == ["1"]


@evidence(Evidence.INFERRED, "recorded for registry models")
def test_an_unknown_environment_is_not_found(aml: Subject) -> None:
    """`environments.get` of a version that does not exist is a 404 that names it."""
    with pytest.raises(ResourceNotFoundError, match="/environments/none/versions/1"):
        aml.workspace.environments.get("none", "1")


@evidence(Evidence.RECORDED, "component PUT: every scalar of the spec is text, which the SDK reads back")
def test_a_component_keeps_its_numbers(aml: Subject) -> None:
    """Default and minimum of an input are numbers again when a component is read."""
    aml.workspace.components.create_or_update(_component(), version="1")
    epochs = aml.workspace.components.get("c", "1").inputs["epochs"]

    assert (epochs.type, epochs.default, epochs.min) == ("integer", 3, 1)


@evidence(Evidence.RECORDED, "PUT azureml_anonymous answers with the version of the content")
def test_anonymous_components_are_one_by_content(aml: Subject) -> None:
    """The same command inside two pipelines is one component, another command is another."""
    make_cluster(aml.workspace)
    first, again, other = (_component_of_a_pipeline(aml, word) for word in ("echo", "echo", "true"))

    assert first.startswith("azureml_anonymous:")
    assert (first == again, first == other) == (True, False)


@evidence(Evidence.INFERRED, "recorded for registry models")
def test_an_unknown_workspace_component_is_not_found(aml: Subject) -> None:
    """`components.get` of a version that does not exist is a 404 that names it."""
    with pytest.raises(ResourceNotFoundError, match="/components/none/versions/1"):
        aml.workspace.components.get("none", "1")


@evidence(Evidence.RECORDED, "datastores GET with isDefault=true")
def test_the_default_datastore_is_the_blob_store(aml: Subject) -> None:
    """`get_default` is `workspaceblobstore`, whose container bears the workspace's id."""
    found = aml.workspace.datastores.get_default()

    assert (found.name, found.type) == ("workspaceblobstore", "AzureBlob")
    assert found.container_name.startswith("azureml-blobstore-")


@evidence(Evidence.RECORDED, "datastore GET of workspaceartifactstore")
def test_artifacts_have_a_datastore_of_their_own(aml: Subject) -> None:
    """Every workspace has the artifact store, which keeps what jobs write in the container `azureml`."""
    assert aml.workspace.datastores.get("workspaceartifactstore").container_name == "azureml"
    assert {"workspaceblobstore", "workspaceartifactstore"} <= {found.name for found in aml.workspace.datastores.list()}


@evidence(Evidence.RECORDED, "listSecrets with expirableSecret, 2026-03")
def test_secrets_of_a_datastore_come_on_request(aml: Subject) -> None:
    """A datastore shows its secret only when it is asked for: a signature that begins with a question mark."""
    plain = aml.workspace.datastores.get("workspaceblobstore").credentials
    asked = aml.workspace.datastores.get("workspaceblobstore", include_secrets=True).credentials

    assert getattr(plain, "account_key", None) is None
    assert asked.sas_token.startswith("?sv=")


@evidence(Evidence.INFERRED, "not recorded")
def test_an_unknown_datastore_is_not_found(aml: Subject) -> None:
    """`datastores.get` of an unknown name is a 404 that names it."""
    with pytest.raises(ResourceNotFoundError, match="Could not find datastore: none"):
        aml.workspace.datastores.get("none")
