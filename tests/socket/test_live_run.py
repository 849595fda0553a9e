"""`harness run --backend live` in a process of its own, against the server: credentials, transports, waits are real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from processes import ROOT, serving

RUN = ("-X", "importtime", "-m", "harness.cli", "run", "--backend", "live", "--json")


@dataclass(frozen=True)
class Live:
    """A run that has ended: its report, the modules of its process, and what the server was asked and holds."""

    report: dict[str, Any]
    code: int
    modules: set[str]
    calls: list[dict[str, Any]]
    dump: dict[str, Any]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The whole lifecycle on the samples, in a custom cloud."""
    folder = tmp_path_factory.mktemp("live")
    with serving("--cloud", "LocalAzureML") as server:
        data = str(ROOT / "samples" / "ultrachat_200k")
        done = server.client(*RUN, "--data", data, "--folder", str(folder / "run"), cwd=folder)
        modules = {
            line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time")
        }
        report = json.loads(done.stdout)
        yield Live(report, done.returncode, modules, server.admin("/admin/calls"), server.admin("/admin/dump"))


def test_the_whole_lifecycle_passes(live: Live) -> None:
    """Every step ends well, and an answer came back."""
    assert (live.code, live.report["error"], live.report["backend"]) == (0, None, "live")
    assert {step["outcome"] for step in live.report["steps"]} == {"done"}
    assert live.report["answer"]


def test_no_code_of_the_fakes_is_in_its_process(live: Live) -> None:
    """The path of a live run is that of a run on Azure: nothing of the local Azure ML is even imported."""
    assert "harness.backends.live" in live.modules
    assert [name for name in live.modules if name.split(".")[0] == "fakes"] == []


def test_the_custom_cloud_is_found_by_its_metadata(live: Live) -> None:
    """Told no more than ARM_CLOUD_METADATA_URL, the SDK finds the cloud that it is in, and works there."""
    assert "Metadata_GetEndpoints" in {call["operation"] for call in live.calls}


def test_nothing_that_bills_is_left(live: Live) -> None:
    """The world says so itself."""
    assert live.dump["billable"] == []
    assert {held["kind"] for held in live.dump["resources"]} == {"workspace", "compute", "job", "model"}


def test_every_call_went_to_a_host_of_azure(live: Live) -> None:
    """Clients ask for Azure's own names, and so a recording holds no others."""
    hosts = {urlsplit(call["url"]).netloc for call in live.calls}
    azure_s = ("management.azure.com", "login.microsoftonline.com", ".api.azureml.ms", ".experiments.azureml.net")
    azure_s += (".blob.core.windows.net", ".inference.ml.azure.com")

    assert [host for host in hosts if not host.endswith(azure_s)] == []
    assert [host for host in azure_s if not any(each.endswith(host) for each in hosts)] == []


def test_every_call_was_served(live: Live) -> None:
    """Nothing was answered with 501 or with a defect."""
    assert {call["status"] for call in live.calls} <= {200, 201, 202, 204, 404}


def test_its_metrics_are_read_with_mlflow(live: Live) -> None:
    """MLflow's client read what the job had logged."""
    assert live.report["metrics"]["loss"]
    assert "MLflow_GetMetricHistory" in {call["operation"] for call in live.calls}
