"""What a job may refer to, and what an existing one may be sent again with."""

from __future__ import annotations

from typing import Any

import pytest
from fine_tuning import new_world

from fakes.world.errors import Invalid, NotFound
from fakes.world.jobs import list_jobs, put_job
from fakes.world.world import World

CURATED = "azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu"


@pytest.fixture
def world() -> World:
    """A world at Azure's pace."""
    return new_world()


def command(**given: Any) -> dict[str, Any]:
    """Return the properties of a command job."""
    return {"jobType": "Command", "command": "true", "environmentId": f"{CURATED}@latest", **given}


def data(uri: str, kind: str = "uri_file") -> dict[str, Any]:
    """Return the inputs of a job that reads one thing."""
    return {"inputs": {"data": {"jobInputType": kind, "uri": uri}}}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"environmentId": "azureml:nope:1"}, "environment nope (version: 1)"),
        ({"environmentId": f"{CURATED}:999"}, "(version: 999)"),
        ({"environmentId": f"{CURATED}:newest"}, "(version: newest)"),
        (data("azureml:nodata:1"), "data nodata (version: 1)"),
        (data("azureml:nomodel:1", "mlflow_model"), "model nomodel (version: 1)"),
        (data("azureml://registries/azureml/models/gpt2/versions/999", "mlflow_model"), "model gpt2 (version: 999)"),
        (data("azureml://datastores/nods/paths/x"), "datastore: nods"),
        (data("azureml://jobs/nojob/outputs/artifacts/paths/x"), "Job nojob"),
        ({"outputs": {"o": {"uri": "azureml://datastores/nods/paths/x"}}}, "datastore: nods"),
    ],
)
def test_what_does_not_exist_is_refused(world: World, given: dict[str, Any], missing: str) -> None:
    """A job that names an asset, a run or a datastore which does not exist is refused, and leaves nothing."""
    with pytest.raises(NotFound) as refusal:
        put_job(world, world.home, "job", command(**given))

    assert missing in refusal.value.message
    assert not world.home.jobs


def test_a_missing_code_is_refused(world: World) -> None:
    """A job that names code which was never uploaded is refused."""
    with pytest.raises(NotFound, match="Not found code c"):
        put_job(world, world.home, "job", command(codeId=f"{world.home.arm_id}/codes/c/versions/1"))


@pytest.mark.parametrize("environment", [f"{CURATED}:1", f"{CURATED}@latest", "azureml:AzureML-unheard-of:7"])
def test_a_curated_environment_may_be_old_or_unheard_of(world: World, environment: str) -> None:
    """A curated environment passes in an older version, and where the catalogue does not know it."""
    put_job(world, world.home, "job", command(environmentId=environment))

    assert "job" in world.home.jobs


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"command": "false"}, "Command"),
        ({"environmentId": f"{CURATED}:1"}, "EnvironmentId"),
        ({"inputs": {"x": {"jobInputType": "literal", "value": "2"}}}, "Inputs"),
        ({"outputs": {"o": {"jobOutputType": "uri_folder"}}}, "Outputs"),
        ({"command": "false", "jobType": "Pipeline"}, "JobType,  Command"),
    ],
)
def test_what_a_job_does_cannot_be_changed(world: World, changed: dict[str, Any], named: str) -> None:
    """A job that is sent again with other content is refused, and the refusal names what differs (quoted)."""
    sent = command(inputs={"x": {"jobInputType": "literal", "value": "1"}}, outputs={})
    job, _ = put_job(world, world.home, "job", sent)
    with pytest.raises(Invalid, match=f"the existing job's {named} cannot be changed") as refusal:
        put_job(world, world.home, "job", {**sent, **changed})

    assert refusal.value.inner == ("Immutable", "JobPropertyImmutable")
    assert job.properties["command"] == "true"


def test_tags_are_added(world: World) -> None:
    """A tag that is left out when a job is sent again stays (quoted in public issues)."""
    job, _ = put_job(world, world.home, "job", command(tags={"a": "1"}))
    put_job(world, world.home, "job", command(tags={"b": "2"}))

    assert job.run.tags == {"a": "1", "b": "2"}


def test_jobs_are_listed_by_kind_and_by_tag(world: World) -> None:
    """A list of jobs holds those of the job type and with the tag that were asked for, newest first."""
    put_job(world, world.home, "first", command(tags={"a": "1"}))
    put_job(world, world.home, "second", command())
    put_job(world, world.home, "third", command(tags={"a": "2"}))

    assert [job.name for job in list_jobs(world.home, "All", tag="a")] == ["third", "first"]
    assert [job.name for job in list_jobs(world.home, "All", kind="Command")] == ["third", "second", "first"]
    assert list_jobs(world.home, "All", kind="Pipeline") == []
    assert list_jobs(world.home, "All", tag="b") == []
