"""Everyday code of the SDK's users: assets, jobs, pipelines of their own, endpoints, computes and workspaces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from notebook_runner import Notebook

from fakes.emulator import Emulator

FAST = 600.0
"""Virtual seconds a real second: a loop of a user's own waits a fifth of a second for two minutes of Azure's."""


def run(script: str, workplace: Path, **options: Any) -> dict[str, Any]:
    """Return what the cells of a script have defined; Azure has served every request of it."""
    with Emulator(**options) as azure:
        azure.write_config(workplace)
        names = Notebook(script, azure).run()
        assert [call.url for call in azure.calls if call.status in (400, 409, 500, 501)] == []
    return names


@pytest.fixture(scope="module")
def data(workplace: Path) -> dict[str, Any]:
    """Data assets, and jobs that read them."""
    return run("data_assets", workplace)


def test_data_is_uploaded_and_registered(data: dict[str, Any]) -> None:
    """A file, a folder, a table and a path become assets of their type, under versions that count up."""
    assert data["registered_data_asset"].path.endswith("/titanic.csv")
    assert (data["folder_asset"].type, data["table_asset"].type) == ("uri_folder", "mltable")
    assert data["remote_asset"].path == data["registered_data_asset"].path
    assert (data["second"].version, data["third"].version, data["latest"].version) == ("1", "2", "2")


def test_archived_data_is_not_listed(data: dict[str, Any]) -> None:
    """A list of versions leaves out the archived one."""
    assert (data["versions"], data["active"]) == (["2", "1"], ["2"])


def test_jobs_read_data_without_a_cluster(data: dict[str, Any]) -> None:
    """A job without a compute runs serverless."""
    assert [data[name].status for name in ("returned_job", "writing_job")] == ["NotStarted", "NotStarted"]
    assert data["default_datastore"].name == "workspaceblobstore"


@pytest.fixture(scope="module")
def assets(workplace: Path) -> dict[str, Any]:
    """Models and environments."""
    return run("models_and_environments", workplace)


def test_models_are_registered_from_files_and_paths(assets: dict[str, Any]) -> None:
    """A local file, a local folder and the path of what is uploaded already become models."""
    assert assets["model_names"] == ["local-file-example", "local-mlflow-example", "cloud-path-example"]
    assert assets["registered_cloud_model"].path == assets["registered_file_model"].path
    assert assets["model_versions"] == ["2", "1"]


def test_a_model_comes_back_as_it_was_uploaded(workplace: Path, assets: dict[str, Any]) -> None:
    """A download holds the files of the folder, byte for byte."""
    folder = workplace / "downloaded" / "local-mlflow-example" / "mlflow-model"

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in (workplace / "mlflow-model").iterdir()
    }


def test_a_model_is_changed_and_archived(assets: dict[str, Any]) -> None:
    """A tag is added to a version without a new one, and an archived model is not listed."""
    assert (assets["tagged"].tags, assets["tagged"].version) == ({"stage": "Prod"}, "2")
    assert assets["archived"] == ["local-mlflow-example", "cloud-path-example"]


def test_environments_are_registered_beside_the_curated_ones(assets: dict[str, Any]) -> None:
    """Images, build contexts and conda files become environments; Azure's own are there from the start."""
    assert assets["conda_environment"].conda_file["dependencies"] == ["python=3.8", {"pip": ["pandas"]}]
    assert assets["context_environment"].build.dockerfile_path == "Dockerfile"
    assert assets["curated"].image.startswith("mcr.microsoft.com/azureml/curated/")
    assert {"docker-image-example", "AzureML-sklearn-1.0-ubuntu20.04-py38-cpu"} <= set(assets["environment_names"])


@pytest.fixture(scope="module")
def pipeline(workplace: Path) -> dict[str, Any]:
    """A pipeline of components from YAML and from Python."""
    return run("pipeline_with_components", workplace)


def test_components_are_registered_with_their_code(pipeline: dict[str, Any]) -> None:
    """Components from YAML and from Python are listed, refer to uploaded code and can be archived."""
    assert pipeline["component_names"] == ["train_model", "score_data"]
    assert "/codes/" in pipeline["train_model"].code
    assert pipeline["without_archived"] == ["score_data"]


def test_a_pipeline_of_own_components_runs_node_by_node(pipeline: dict[str, Any]) -> None:
    """The job ends with its outputs declared, and its nodes are its children."""
    assert pipeline["finished_job"].status == "Completed"
    assert list(pipeline["finished_job"].outputs) == ["trained_model", "scored_data"]
    assert pipeline["children"] == ["train_with_sample_data", "score_with_sample_data"]


@pytest.fixture(scope="module")
def job(workplace: Path) -> dict[str, Any]:
    """Command jobs."""
    return run("command_job", workplace)


def test_a_loop_of_ones_own_sees_the_job_end(workplace: Path) -> None:
    """Code that waits with `time.sleep` sees its job end when time is made to run fast."""
    assert run("watched_job", workplace, time_scale=FAST)["status"] == "Completed"


def test_a_canceled_job_says_so(job: dict[str, Any]) -> None:
    """A cancelation that is waited for leaves the job canceled."""
    assert job["canceled_job"].status == "Canceled"


def test_archived_jobs_have_a_list_of_their_own(job: dict[str, Any]) -> None:
    """The newest job is listed first, and an archived one in the other list."""
    first, canceled = job["returned_job"].name, job["canceled_job"].name

    assert job["names"] == [canceled, first]
    assert (job["active"], job["archived"]) == ([canceled], [first])


def test_the_words_of_a_job_change_after_the_fact(job: dict[str, Any]) -> None:
    """Name, tags and description of a finished job can be changed, both ways that the SDK offers."""
    updated = job["updated_job"]

    assert (updated.display_name, updated.description) == ("iris-one", "the first of its kind")
    assert updated.tags == {"team": "blue", "reviewed": "yes"}


def test_the_log_of_a_job_is_downloaded(workplace: Path, job: dict[str, Any]) -> None:
    """`jobs.download` brings the log that the stream has shown."""
    assert "does not run user code" in (workplace / "outputs/artifacts/user_logs/std_log.txt").read_text()


def test_mlflow_reads_the_runs_over_https(job: dict[str, Any]) -> None:
    """Without Azure ML's plugin the tracking address works as https, with a token of Entra's."""
    assert (job["mlflow_run"].info.status, job["mlflow_run"].info.run_name) == ("FINISHED", "iris-one")
    assert [run.info.run_id for run in job["mlflow_runs"]] == job["names"]


@pytest.fixture(scope="module")
def rollout(workplace: Path) -> dict[str, Any]:
    """A blue and a green deployment, replaced one by the other."""
    return run("safe_rollout", workplace)


def test_deployments_are_scaled_and_listed(rollout: dict[str, Any]) -> None:
    """A changed instance count is kept, and endpoints and deployments are listed."""
    assert rollout["scaled"].instance_count == 2
    assert (rollout["endpoints"], rollout["deployments"]) == ([rollout["online_endpoint_name"]], ["blue"])


def test_logs_of_both_containers_are_read(rollout: dict[str, Any]) -> None:
    """The inference server tells which model it has loaded, the storage initializer that it was downloaded."""
    assert "Model gpt2:17 is loaded" in rollout["logs"]
    assert "Models are downloaded" in rollout["initializer_logs"]


def test_mirrored_traffic_reaches_green(rollout: dict[str, Any]) -> None:
    """A tenth of twenty calls is copied to the deployment that has no traffic."""
    assert rollout["mirror_logs"].count("POST /score 200 (mirrored)") == 2


def test_traffic_is_shifted_until_blue_can_go(rollout: dict[str, Any]) -> None:
    """Traffic moves in steps, after which the old deployment is deleted."""
    assert rollout["shifted"].traffic == {"blue": 90, "green": 10}
    assert rollout["left"] == ["green"]


def test_plain_http_scores_with_a_key_or_a_token(rollout: dict[str, Any]) -> None:
    """A key opens the endpoint until it is regenerated, and a token opens one that takes tokens."""
    assert (rollout["by_key"].status_code, rollout["by_old_key"].status_code) == (200, 401)
    assert rollout["by_token"].json() == rollout["by_key"].json()


def test_clusters_are_changed_listed_and_deleted(workplace: Path) -> None:
    """Clusters keep their tier and scale, are listed, and are gone when they have been deleted."""
    names = run("computes", workplace)

    assert (names["basic"].location, names["low_pri"].tier) == ("westus", "low_priority")
    assert (names["changed"].max_instances, names["changed"].idle_time_before_scale_down) == (4, 300)
    assert [name for name, _, _ in names["computes"]] == ["basic-example", "low-pri-example"]
    assert names["left"] == []


def test_workspaces_are_found_created_and_deleted(workplace: Path) -> None:
    """A workspace of one's own has its datastores, and sees nothing of the others."""
    names = run("workspaces", workplace)

    assert names["ws_basic"].tags["purpose"] == "demo"
    assert names["basic_datastores"] == ["workspaceblobstore", "workspaceartifactstore"]
    assert (names["basic_jobs"], names["left"]) == ([], ["acceptance"])
