"""Single steps of the lifecycle through the real SDK, where the wire decides."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import AmlCompute
from deployable import ENDPOINT, deployment, make_endpoint, register
from lifecycle_spec import run, run_small

from fakes.emulator import Emulator
from fakes.world.faults import COMPUTE, Failure, HttpFault
from harness.errors import ComputeNotAllowed, EnvironmentMissing, ParameterError, StepFailed
from harness.ledger import CreatedResource, Ledger
from harness.lifecycle.clients import open_mlflow, tracking_address
from harness.lifecycle.compute import prepare_cluster
from harness.lifecycle.connect import Connection, connect
from harness.lifecycle.deploy import give_all_traffic
from harness.lifecycle.ledgers import make_ledger
from harness.lifecycle.metrics import read_metrics
from harness.lifecycle.model import find_model
from harness.lifecycle.sizes import offered_sizes, plan_cluster
from harness.lifecycle.waiting import Waiting
from harness.lifecycle.watching import Silent
from harness.spec import LifecycleSpec, load_spec
from harness.spec.document import ComputeSection, DeploySection, ModelSection

TAGS = {"finetune_compute_allow_list": "['Standard_ND40rs_v2', 'Standard_NC24ads_A100_v4']"}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def connected(environ: dict[str, str] | None = None, **keys: str) -> Connection:
    """Connect by the default chain of credentials."""
    spec = LifecycleSpec().with_overrides({key.replace("__", "."): keys[key] for key in keys})
    return connect(spec, environ=os.environ if environ is None else environ, interactive=False)


def a_ledger(azure: Emulator) -> Ledger:
    """The ledger of a run that begins now, in memory."""
    return make_ledger(LifecycleSpec(), "1715342400-ab12", azure.clock)


def prepare(azure: Emulator, client: MLClient, ledger: Ledger | None = None) -> Any:
    """Plan and prepare the tutorial's cluster."""
    ledger, section = ledger or a_ledger(azure), ComputeSection()
    within = Waiting(clock=azure.clock, deadline_s=600, watch=Silent())
    plan = plan_cluster(client, section, TAGS, offered=offered_sizes(client), watch=Silent())
    return prepare_cluster(client, section, plan, ledger=ledger, **within)


def test_the_environment_is_enough_to_connect(azure: Emulator, elsewhere: Path) -> None:
    """As on a build machine: a service principal and three ids in variables."""
    connection = connected()

    assert connection.workspace.workspace_name == azure.workspace_name
    assert (connection.facts["found by"], connection.facts["credential"]) == ("environment", "DefaultAzureCredential")


def test_a_config_file_wins_over_the_environment(azure: Emulator, elsewhere: Path) -> None:
    """The SDK finds it here or above; the variables name another workspace."""
    azure.write_config(elsewhere)
    connection = connected({**os.environ, "AZUREML_WORKSPACE_NAME": "other"})

    assert (connection.workspace.workspace_name, connection.facts["found by"]) == (azure.workspace_name, "config.json")


def test_the_spec_wins_over_a_config_file(azure: Emulator, elsewhere: Path) -> None:
    """A key of the spec is taken, the others come from the file."""
    azure.write_config(elsewhere)

    with pytest.raises(EnvironmentMissing, match="there is no workspace other in resource group acceptance"):
        connected(workspace__workspace_name="other")


def test_a_complete_spec_needs_no_config_file(azure: Emulator, elsewhere: Path) -> None:
    """A file that is broken is then none of our business."""
    (elsewhere / "config.json").write_text("{", encoding="utf-8")
    connection = connected(
        workspace__subscription_id=azure.subscription_id,
        workspace__resource_group=azure.resource_group,
        workspace__workspace_name=azure.workspace_name,
    )

    assert connection.facts["found by"] == "spec"


def test_a_registry_that_is_not_there_is_named(azure: Emulator, elsewhere: Path) -> None:
    """Discovery refuses it like one without access."""
    with pytest.raises(EnvironmentMissing, match="the registry 'nowhere' cannot be reached"):
        connected(model__registry="nowhere")


def test_the_newest_model_is_found_and_an_older_one_by_version(registry: MLClient) -> None:
    """In April 2024 version 5 is the newest."""
    newest = find_model(registry, ModelSection())

    assert (newest.version, find_model(registry, ModelSection(version="3")).version) == ("5", "3")
    assert "finetune_compute_allow_list" in newest.tags


def test_a_model_that_is_not_there_gets_the_nearest(registry: MLClient) -> None:
    """Both ways of the SDK to say so are understood: by label, and by version."""
    with pytest.raises(ParameterError, match="nearest: Phi-3-mini-4k-instruct"):
        find_model(registry, ModelSection(name="Phi-3-mini-4k-instruc"))
    with pytest.raises(ParameterError, match="expected one of the versions 5, 4, 3, 2, 1"):
        find_model(registry, ModelSection(version="99"))


def test_a_cluster_is_created_once_and_then_reused(azure: Emulator, workspace: MLClient) -> None:
    """The size comes back in upper case and is still the same."""
    ledger = a_ledger(azure)
    first, second = prepare(azure, workspace, ledger), prepare(azure, workspace, ledger)

    assert [(cluster.created, cluster.gpus_per_node) for cluster in (first, second)] == [(True, 8), (False, 8)]
    assert ledger.created == [CreatedResource("compute", "gpu-cluster-big")]


def test_low_priority_nodes_are_taken_when_dedicated_ones_are_refused(azure: Emulator, workspace: MLClient) -> None:
    """What arrives at Azure is the second tier."""
    azure.faults.refuse_compute("no dedicated quota")
    prepare(azure, workspace)

    assert azure.world.home.computes["gpu-cluster-big"].settings["vmPriority"] == "LowPriority"


def test_both_refusals_are_told(azure: Emulator, workspace: MLClient) -> None:
    """Nothing was created, and the answers are Azure's own."""
    for attempt in (1, 2):
        azure.faults.refuse_compute(f"no quota, answer {attempt}", nth=attempt)

    with pytest.raises(ComputeNotAllowed, match=r"Dedicated: .*answer 1; LowPriority: .*answer 2"):
        prepare(azure, workspace)


def test_low_priority_nodes_are_taken_when_dedicated_ones_do_not_come_up(azure: Emulator, workspace: MLClient) -> None:
    """Azure takes the request, and the cluster ends as Failed: it is deleted, and the second tier comes up."""
    azure.faults.fail_compute("out of cores")
    cluster = prepare(azure, workspace)

    assert (cluster.tier, cluster.created) == ("low_priority", True)
    assert azure.world.home.computes["gpu-cluster-big"].settings["vmPriority"] == "LowPriority"


def test_both_failures_are_told_and_no_cluster_is_left(azure: Emulator, workspace: MLClient) -> None:
    """Neither tier comes up: the error names the size and both causes, by the codes that the SDK keeps."""
    for attempt in (1, 2):
        azure.faults.on(COMPUTE, Failure("out of cores", f"Quota{attempt}"), nth=attempt)
    ledger = a_ledger(azure)

    with pytest.raises(ComputeNotAllowed, match=r"size Standard_ND40rs_v2.*\(Quota1\); LowPriority: .*\(Quota2\)"):
        prepare(azure, workspace, ledger)
    assert (azure.world.home.computes, ledger.created) == ({}, [])


def test_a_caller_without_the_right_is_told_so_at_once(azure: Emulator, workspace: MLClient) -> None:
    """403 is about rights, not about the size."""
    azure.faults.on("Compute_CreateOrUpdate", HttpFault(403, "AuthorizationFailed", "no right to create"))

    with pytest.raises(StepFailed, match=r"creating cluster gpu-cluster-big failed.*no right to create"):
        prepare(azure, workspace)
    assert azure.world.home.computes == {}


def test_somebody_elses_cluster_of_a_forbidden_size_is_refused(azure: Emulator, workspace: MLClient) -> None:
    """The model does not run on it, and it is not ours to change."""
    workspace.compute.begin_create_or_update(AmlCompute(name="gpu-cluster-big", size="Standard_NC6s_v3")).wait()

    with pytest.raises(ComputeNotAllowed, match=r"Set compute\.name to a new name"):
        prepare(azure, workspace)


def test_the_job_arrives_as_the_tutorial_sends_it(azure: Emulator, tmp_path: Path) -> None:
    """Experiment, display name, settings, the node's component and the output that is registered."""
    run_small(azure, tmp_path)
    (job,) = azure.world.home.jobs.values()

    assert job.run.experiment == "chat_completion_Phi-3-mini-4k-instruct"
    assert job.run.display_name == "Phi-3-mini-4k-instruct-ultrachat-bs8-cosine-ds2-lora-save_limit-1-seqlen-1"
    assert job.properties["settings"]["force_rerun"] is True
    assert job.properties["settings"]["continue_on_step_failure"] is False
    assert list(job.properties["jobs"]) == ["chat_completion_pipeline"]
    assert list(job.outputs) == ["trained_model"]


def test_a_component_without_a_compute_for_evaluation_is_given_none(tmp_path: Path) -> None:
    """Versions 0.0.75 and 0.0.76 would refuse the tutorial's call."""
    with Emulator(catalog="2026-07", pace="instant") as azure:
        report = run_small(azure, tmp_path, finetune__component_version="0.0.75")

        assert report.error is None
        (job,) = azure.world.home.jobs.values()
        assert "compute_model_evaluation" not in job.properties["jobs"]["chat_completion_pipeline"]["inputs"]


def test_all_traffic_moves_and_mirror_traffic_stays(azure: Emulator, workspace: MLClient, tmp_path: Path) -> None:
    """The SDK keeps what was read from the endpoint when it is written back."""
    model = register(workspace, tmp_path)
    make_endpoint(workspace, auth_mode="key", tags={"team": "a"})
    for name in ("blue", "shadow", "demo"):
        workspace.online_deployments.begin_create_or_update(deployment(model, name)).result()
    endpoint = workspace.online_endpoints.get(ENDPOINT)
    endpoint.traffic, endpoint.mirror_traffic = {"blue": 100}, {"shadow": 10}
    workspace.online_endpoints.begin_create_or_update(endpoint).result()

    give_all_traffic(workspace, ENDPOINT, DeploySection(), clock=azure.clock, deadline_s=60, watch=Silent())

    after = azure.world.home.endpoints[ENDPOINT]
    assert (after.traffic, after.mirror_traffic, after.tags) == ({"demo": 100}, {"shadow": 10}, {"team": "a"})


def test_metrics_are_found_where_a_task_logs_them(azure: Emulator, tmp_path: Path) -> None:
    """Summarization logs at its step, not at the job (component source)."""
    spec = load_spec(Path(__file__).parents[2] / "samples" / "specs" / "summarization.toml")
    report = run(azure, spec, tmp_path)

    assert report.error is None
    assert "eval_loss" in report.metrics


def test_metrics_of_an_unknown_run_are_a_failure_of_the_step(azure: Emulator, workspace: MLClient) -> None:
    """MLflow's own words are in the error."""
    uri = workspace.workspaces.get(workspace.workspace_name).mlflow_tracking_uri

    with pytest.raises(StepFailed, match=r"MLflow cannot be read; got .*Run nothing was not found"):
        read_metrics(workspace, "nothing", open_mlflow(uri, azure.credential))


def test_the_tracking_address_is_plain_https() -> None:
    """MLflow alone does not know the scheme of Azure ML."""
    assert tracking_address("azureml://eastus2.api.azureml.ms/mlflow/v1.0/x") == (
        "https://eastus2.api.azureml.ms/mlflow/v1.0/x"
    )
