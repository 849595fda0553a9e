"""Contract: what a job takes, and what is refused when it is submitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import Input
from azure.ai.ml.exceptions import MlException
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from contract_steps import CHAT, CLUSTER, FOUNDATION, chat_job, conversations, make_cluster, submit, submit_command
from contract_subject import Subject
from evidence import Evidence, evidence

COMPONENT = f"azureml://registries/azureml/components/{CHAT}/versions/0.0.42"


@evidence(Evidence.RECORDED, "job PUT: status NotStarted in the 201, 2023-04")
def test_a_job_is_born_not_started(aml: Subject, tmp_path: Path) -> None:
    """Submitting answers at once with a job that has not started."""
    assert submit(aml, tmp_path).status == "NotStarted"


@evidence(Evidence.RECORDED, "job PUT is no long-running operation")
def test_submitting_waits_for_nothing(aml: Subject, tmp_path: Path) -> None:
    """Between a submission and its answer no time passes."""
    make_cluster(aml.workspace)
    job = chat_job(aml, conversations(tmp_path))
    before = aml.now()
    aml.workspace.jobs.create_or_update(job)

    assert aml.now() == before


@evidence(Evidence.RECORDED, "job PUT: experimentName and displayName")
def test_a_job_bears_its_experiment_and_its_display_name(aml: Subject, tmp_path: Path) -> None:
    """Experiment and display name are those that were sent."""
    make_cluster(aml.workspace)
    job = chat_job(aml, conversations(tmp_path))
    job.display_name = "chat-bs1"
    name = aml.workspace.jobs.create_or_update(job, experiment_name="chat").name

    found = aml.workspace.jobs.get(name)
    assert (found.experiment_name, found.display_name, found.type) == ("chat", "chat-bs1", "pipeline")


@evidence(Evidence.SDK_SOURCE, "generate_job_name; two words and ten characters")
def test_each_job_gets_a_name_of_its_own(aml: Subject) -> None:
    """A job without a name gets one, and no two jobs the same."""
    names = [submit_command(aml.workspace).name for _ in range(3)]

    assert len(set(names)) == 3


@evidence(Evidence.RECORDED, "pipeline PUT: numbers as text inside the node")
def test_parameters_come_back_as_text(aml: Subject, tmp_path: Path) -> None:
    """A number that was given to a node is text when the job is read."""
    name = submit(aml, tmp_path, learning_rate=5e-6, num_train_epochs=3).name
    inputs = aml.workspace.jobs.get(name).jobs["node"].inputs

    assert (inputs["learning_rate"]._data, inputs["num_train_epochs"]._data) == ("5e-06", "3")


@evidence(Evidence.RECORDED, "a registry component is only referenced")
def test_a_node_refers_to_its_component(aml: Subject, tmp_path: Path) -> None:
    """The node of a submitted pipeline names the registry component by its id."""
    name = submit(aml, tmp_path).name

    assert aml.workspace.jobs.get(name).jobs["node"].component == COMPONENT


@evidence(Evidence.SDK_SOURCE, "local inputs are uploaded before the PUT")
def test_training_data_are_uploaded(aml: Subject, tmp_path: Path) -> None:
    """A local file that a job names is on the datastore once the job is submitted."""
    name = submit(aml, tmp_path).name
    path = aml.workspace.jobs.get(name).jobs["node"].inputs["train_file_path"].path

    assert path.startswith("azureml://datastores/workspaceblobstore/paths/")
    assert path.endswith("/train.jsonl")


@evidence(Evidence.SDK_SOURCE, "upload of a path that does not exist")
def test_training_data_must_exist(aml: Subject, tmp_path: Path) -> None:
    """A local file that does not exist never reaches the service."""
    make_cluster(aml.workspace)

    with pytest.raises(MlException):
        aml.workspace.jobs.create_or_update(chat_job(aml, tmp_path / "none.jsonl"))
    assert list(aml.workspace.jobs.list()) == []


@evidence(Evidence.RECORDED, "job PUT with an unknown compute: 400 UserError, UnknownTargetType, 2023-11")
def test_an_unknown_compute_is_a_400(aml: Subject, tmp_path: Path) -> None:
    """A compute that does not exist is refused with 400 and not with 404."""
    make_cluster(aml.workspace)
    job = chat_job(aml, conversations(tmp_path), compute_finetune="missing")

    with pytest.raises(HttpResponseError, match="Unknown compute target 'missing'") as refused:
        aml.workspace.jobs.create_or_update(job)
    assert (refused.value.status_code, refused.value.error.code) == (400, "UserError")


@evidence(Evidence.INFERRED, "recorded for components: Not found component")
def test_an_unknown_base_model_is_a_404(aml: Subject, tmp_path: Path) -> None:
    """A registry model that does not exist is refused with its name and version."""
    model = Input(type="mlflow_model", path=FOUNDATION.replace("/5", "/99"))

    with pytest.raises(ResourceNotFoundError, match=r"Not found model Phi-3-mini-4k-instruct \(version: 99\)"):
        submit(aml, tmp_path, mlflow_model_path=model)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"num_train_epochs": 0}, "must be at least 1"),
        ({"lr_scheduler_type": "zigzag"}, "allowed values are"),
        ({"learning_rate": "fast"}, "number is expected"),
    ],
    ids=["minimum", "enumeration", "type"],
)
@evidence(Evidence.INFERRED, "the SDK checks none of it; what refuses is not recorded")
def test_a_wrong_parameter_is_refused(aml: Subject, tmp_path: Path, given: dict[str, Any], words: str) -> None:
    """A value that the component does not take is refused when the job is submitted, and no job is left."""
    with pytest.raises(HttpResponseError, match=words) as refused:
        submit(aml, tmp_path, **given)

    assert refused.value.status_code == 400
    assert list(aml.workspace.jobs.list()) == []


@evidence(Evidence.SDK_SOURCE, "Component.__call__ raises UnexpectedKeywordError")
def test_an_unknown_parameter_is_refused(aml: Subject, tmp_path: Path) -> None:
    """An input that the component does not have is refused before the job is sent."""
    with pytest.raises(MlException, match="unexpected keyword argument 'learning_rate_max'"):
        submit(aml, tmp_path, learning_rate_max="5e-5")


@evidence(Evidence.DOCUMENTED, "REST: Jobs_CreateOrUpdate of a job that exists")
def test_the_description_of_a_job_may_change(aml: Subject) -> None:
    """A job that was read, described anew and sent again is the same job with the new words."""
    job = submit_command(aml.workspace)
    job.description, job.tags = "better", {"a": "1"}
    aml.workspace.jobs.create_or_update(job)

    (found,) = aml.workspace.jobs.list()
    assert (found.name, found.description, found.tags) == (job.name, "better", {"a": "1"})


@evidence(Evidence.RECORDED, "command PUT; its only output until it is done is the default one")
def test_a_command_is_submitted(aml: Subject) -> None:
    """A command job comes back with its command and its compute."""
    found = aml.workspace.jobs.get(submit_command(aml.workspace).name)

    assert (found.type, found.command) == ("command", "echo")
    assert found.compute.endswith(CLUSTER)


@evidence(Evidence.RECORDED, "command PUT with an unknown compute: 400 UserError, UnknownTargetType, 2023-11")
def test_a_command_needs_a_compute_that_exists(aml: Subject) -> None:
    """A command on a compute that does not exist is refused."""
    with pytest.raises(Exception, match="missing"):
        submit_command(aml.workspace, compute="missing")

    assert list(aml.workspace.jobs.list()) == []
