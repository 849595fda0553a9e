"""The doctor on the local Azure ML: it only asks, it finds what a run would meet, and it says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lifecycle_spec import run, small_spec

from fakes.emulator import Emulator
from fakes.world.faults import HttpFault
from harness.doctor import Diagnosis, Finding, examine
from harness.doctor.findings import TITLES

ND40, NC6S_V3 = "standardNDSv2Family", "standardNCSv3Family"
Examine = Callable[..., Diagnosis]


@pytest.fixture
def azure(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """A local Azure ML of the era that a test asks for."""
    marker = request.node.get_closest_marker("catalog")
    with Emulator(catalog=marker.args[0] if marker else "2024-04", pace="instant") as azure:
        yield azure


@pytest.fixture
def doctor(azure: Emulator, tmp_path: Path) -> Examine:
    """Examine the small spec, with these keys."""

    def look(**keys: str) -> Diagnosis:
        spec = small_spec(tmp_path / "rows", **keys)
        return examine(spec, environ=os.environ, interactive=False, run_id="1-a", now=azure.clock.now)

    return look


def named(diagnosis: Diagnosis, check: str) -> Finding:
    """One finding."""
    return next(finding for finding in diagnosis.findings if finding.check == check)


def test_it_only_asks(azure: Emulator, doctor: Examine) -> None:
    """Nothing is put, posted or deleted, but for the request for a token."""
    diagnosis = doctor()

    assert [(call.method, call.operation) for call in azure.calls if call.method != "GET"] == [
        ("POST", "Entra_IssueToken")
    ]
    assert [*azure.world.home.jobs, *azure.world.home.computes, *azure.world.home.endpoints] == []
    assert diagnosis.exit_code == 0


def test_every_check_is_made_in_its_order(doctor: Examine) -> None:
    """Also when all is well."""
    diagnosis = doctor()

    assert [finding.check for finding in diagnosis.findings] == list(TITLES)
    assert {finding.status for finding in diagnosis.findings} == {"ok"}


def test_what_it_finds_well_runs(azure: Emulator, doctor: Examine, tmp_path: Path) -> None:
    """Its word is worth something: the run that it was asked about succeeds."""
    assert doctor().would_succeed
    assert run(azure, small_spec(tmp_path / "rows"), tmp_path / "run").error is None


@pytest.mark.parametrize(
    ("keys", "check"),
    [
        ({"model__name": "Phi-3-mini-4k-instruckt"}, "model"),
        ({"model__registry": "azurml"}, "registry"),
        ({"workspace__workspace_name": "acceptence"}, "workspace"),
        ({"compute__size": "Standard_NC6"}, "sizes"),
        ({"deploy__instance_type": "Standard_XXL"}, "sizes"),
        ({"data__splits__score": "test_none"}, "data"),
        ({"finetune__component": "chat_pipeline"}, "parameters"),
        ({"finetune__parameters__precision": "8"}, "parameters"),
        ({"finetune__parameters__num_nodes_finetune": "3"}, "parameters"),
        ({"budget__max_cost": "1"}, "estimate"),
    ],
)
def test_a_problem_is_the_one_that_the_run_would_meet(
    azure: Emulator, doctor: Examine, tmp_path: Path, keys: dict[str, str], check: str
) -> None:
    """Word for word, remedy included; and the other checks are made as well."""
    finding = named(doctor(**keys), check)
    error = run(azure, small_spec(tmp_path / "rows", **keys), tmp_path / "run").error

    assert error is not None
    assert finding.status == "problem"
    assert (finding.what.endswith(error.what), finding.remedy) == (True, error.remedy)


@pytest.mark.parametrize(
    ("keys", "unknown"),
    [
        ({"compute__size": "Standard_NC6"}, {"estimate", "cluster quota"}),
        ({"model__name": "none-such"}, {"sizes", "parameters", "estimate", "cluster quota"}),
        ({"model__registry": "none-such"}, {"model", "sizes", "parameters", "estimate", "cluster quota"}),
        ({"finetune__component": "none_such"}, {"estimate", "cluster quota"}),
        ({"data__splits__score": "none"}, set()),
    ],
)
def test_what_does_not_depend_on_a_problem_is_found_all_the_same(
    doctor: Examine, keys: dict[str, str], unknown: set[str]
) -> None:
    """One problem, what needed its answer, and everything else as it is."""
    diagnosis = doctor(**keys)

    assert (diagnosis.exit_code in (1, 3), len(diagnosis.of("problem"))) == (True, 1)
    assert {finding.check for finding in diagnosis.of("unknown")} == unknown
    assert len(diagnosis.of("ok")) == len(TITLES) - 1 - len(unknown)


@pytest.mark.parametrize("variable", ["AZURE_CLIENT_SECRET", "AZUREML_WORKSPACE_NAME"])
def test_a_machine_that_lacks_something_ends_with_3(
    azure: Emulator, doctor: Examine, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """No sign-in, or no such workspace; the data are looked at all the same."""
    monkeypatch.setenv(variable, "wrong")
    diagnosis = doctor()

    assert diagnosis.exit_code == 3
    assert named(diagnosis, "data").status == "ok"


@pytest.mark.catalog("2026-07")
def test_an_archived_model_is_warned_of(doctor: Examine) -> None:
    """Its registry may stop serving it; that it has no allow list is told as well."""
    finding = named(doctor(), "model")

    assert (finding.status, finding.facts["archived"]) == ("warning", "yes")
    assert "no allow list" in finding.facts["fine-tuned on"]


@pytest.mark.catalog("2025-03")
def test_parameters_that_are_dropped_are_warned_of_by_name(doctor: Examine) -> None:
    """Also where the size is no longer allowed; strict makes a problem of them."""
    dropped = named(doctor(), "parameters")
    refused = named(doctor(finetune__strict="true"), "parameters")

    assert (dropped.status, refused.status) == ("warning", "problem")
    assert "learning_rate_min" in dropped.what


@pytest.mark.parametrize(
    ("family", "limit", "check", "status"),
    [
        (ND40, 39, "cluster quota", "problem"),
        (ND40, 40, "cluster quota", "ok"),
        ("TotalDedicatedCores", 39, "cluster quota", "problem"),
        ("TotalClusters", 0, "cluster quota", "problem"),
        (NC6S_V3, 5, "endpoint quota", "problem"),
        (NC6S_V3, 7, "endpoint quota", "warning"),
        (NC6S_V3, 8, "endpoint quota", "ok"),
    ],
)
def test_a_quota_without_room_is_found(
    azure: Emulator, doctor: Examine, family: str, limit: int, check: str, status: str
) -> None:
    """Of the family and of the region; the fifth that Azure keeps for upgrades is only warned of."""
    azure.quotas.set(family, limit)

    finding = named(doctor(compute__tiers='["Dedicated"]'), check)
    assert finding.status == status
    assert bool(finding.remedy) == (status != "ok")


def test_another_tier_has_a_quota_of_its_own(azure: Emulator, doctor: Examine) -> None:
    """Without room for dedicated nodes low-priority ones are tried, and that is warned of."""
    azure.quotas.set(ND40, 0)
    finding = named(doctor(), "cluster quota")

    assert (finding.status, "another tier will be tried" in finding.what) == ("warning", True)
    azure.quotas.set(ND40, 0, tier="LowPriority")
    assert named(doctor(), "cluster quota").status == "problem"


@pytest.mark.parametrize(
    ("operation", "check", "status"),
    [
        ("Usages_List", "cluster quota", "unknown"),
        ("OnlineEndpoints_Get", "endpoint", "problem"),
        ("RegistryModelsVersions_List", "model", "problem"),
    ],
)
def test_azure_that_refuses_to_say_is_told(
    azure: Emulator, doctor: Examine, operation: str, check: str, status: str
) -> None:
    """What a run does not ask for is only not known."""
    azure.faults.on(operation, HttpFault(403, "AuthorizationFailed", "You may not."))
    finding = named(doctor(), check)

    assert finding.status == status
    assert "You may not" in finding.why


def test_endpoints_are_counted_where_they_may_be(azure: Emulator, doctor: Examine) -> None:
    """A run does not count them, so that they cannot be counted is no problem."""
    azure.faults.on("OnlineEndpoints_List", HttpFault(403, "AuthorizationFailed", "You may not."))
    uncounted, counted = named(doctor(), "endpoint"), named(doctor(), "endpoint")

    assert (uncounted.status, counted.status) == ("ok", "ok")
    assert (uncounted.facts["endpoints"][:11], counted.facts["endpoints"]) == ("not counted", "0 in this workspace")


def test_a_cluster_that_is_there_is_looked_at(azure: Emulator, doctor: Examine, tmp_path: Path) -> None:
    """Its own size counts, and what the spec says otherwise is warned of."""
    assert run(azure, small_spec(tmp_path / "rows"), tmp_path / "run").error is None
    finding = named(doctor(compute__size="Standard_NC24ads_A100_v4"), "sizes")

    assert finding.status == "warning"
    assert "exists with size STANDARD_ND40RS_V2" in finding.what
