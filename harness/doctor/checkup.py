"""The list of checks: the steps of a run up to where something would be created, and what only a doctor asks."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.decide.names import make_endpoint_name
from harness.doctor.findings import Diagnosis, Finding
from harness.doctor.looking import Known, Listener, Looking
from harness.doctor.quotas import Answer, check_cluster_quota, check_deployment_quota, check_endpoint, list_quotas
from harness.doctor.sources import CheckedModel, check_data, check_model
from harness.errors import HarnessError
from harness.lifecycle.budget import find_refusal
from harness.lifecycle.clients import Clients
from harness.lifecycle.connect import Home, Now, find_credential, find_registry, find_workspace
from harness.lifecycle.estimate import PlannedCost
from harness.lifecycle.parameters import JobParameters
from harness.lifecycle.planning import PlannedSizes, plan_cost, plan_parameters, plan_sizes
from harness.lifecycle.register import Registration, plan_registration, refuse_taken
from harness.lifecycle.sizes import ClusterPlan, offered_sizes
from harness.lifecycle.waiting import RealClock
from harness.lifecycle.watching import sdk_muted
from harness.spec import LifecycleSpec

__all__ = ["Quiet", "examine"]

_OTHER_SIZE = "Set compute.size and deploy.instance_type to sizes of the model's lists, if the run fails on them."
_OTHER_NAMES = "Correct or remove the names, or run with --strict to have them refused."
_OTHER_MODEL = "Set model.version to one that is kept, or model.name to its successor."
_MORE_QUOTA = "Ask for more quota in time, on the page Quota of Azure ML studio."


class Quiet:
    """A Listener that does nothing."""

    def began(self, title: str) -> None:
        """Do nothing."""

    def found(self, finding: Finding) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What is there before anybody signs in. now: compared with Azure's clock when a token is refused."""

    clients: Clients
    environ: Mapping[str, str]
    now: Now


@dataclass(frozen=True, slots=True)
class _SignedIn:
    credential: Any

    @property
    def facts(self) -> Mapping[str, str]:
        return {"credential": type(self.credential).__name__}


@dataclass(frozen=True, slots=True)
class _Registry:
    client: Any
    name: str

    @property
    def facts(self) -> Mapping[str, str]:
        return {"registry": self.name}


def examine(
    spec: LifecycleSpec,
    *,
    environ: Mapping[str, str],
    interactive: bool,
    run_id: str,
    clients: Clients | None = None,
    refusal: HarnessError | None = None,
    listener: Listener | None = None,
    now: Now | None = None,
) -> Diagnosis:
    """Make every check that can be made, and return what they found; nothing is created and nothing is spent.

    run_id: stands for the one that a run would have. refusal: why this machine cannot even sign in, known before.
    """
    registration = plan_registration(spec, run_id)  # wrong use, as it is of a run
    endpoint = make_endpoint_name(spec.deploy.endpoint_prefix, run_id)
    look, around = Looking(listener or Quiet()), _Around(clients or Clients(), environ, now or RealClock().now)
    with sdk_muted(), tempfile.TemporaryDirectory(prefix="doctor-") as scratch:
        credential = look.at("credential", lambda _: _sign_in(around, interactive, refusal))
        home = look.at("workspace", lambda _: _home(spec, around, credential.value), credential)
        registry = look.at("registry", lambda _: _registry(spec, around, credential.value), credential)
        model = look.at(
            "model", lambda watch: check_model(registry.value.client, spec, watch), registry, on_warning=_OTHER_MODEL
        )
        look.at("registration", lambda _: _free(home.value, registration), home)
        _look_at_plan(look, spec, home, registry, model, Path(scratch))
        look.at(
            "endpoint", lambda watch: check_endpoint(home.value.client, endpoint, watch), home, on_warning=_MORE_QUOTA
        )
    return Diagnosis(tuple(look.findings))


def _look_at_plan(
    look: Looking,
    spec: LifecycleSpec,
    home: Known[Home],
    registry: Known[_Registry],
    model: Known[CheckedModel],
    scratch: Path,
) -> None:
    """What the run would do, step by step, and whether there is room and money for it."""
    sizes = look.at(
        "sizes",
        lambda watch: plan_sizes(home.value.client, spec, model.value.model, watch),
        home,
        model,
        on_warning=_OTHER_SIZE,
    )
    look.at("data", lambda watch: check_data(spec, scratch, watch))
    parameters = look.at(
        "parameters",
        lambda watch: plan_parameters(registry.value.client, spec, model.value.model, _cluster(sizes), watch),
        registry,
        model,
        on_warning=_OTHER_NAMES,
    )
    look.at("estimate", lambda _: _affordable(spec, sizes.value, parameters.value), sizes, parameters)
    _look_at_quotas(look, spec, home, sizes, parameters)


def _look_at_quotas(
    look: Looking,
    spec: LifecycleSpec,
    home: Known[Home],
    sizes: Known[PlannedSizes],
    parameters: Known[JobParameters],
) -> None:
    """A run asks for no quota; it only fails for a lack of it."""
    quotas = cache(lambda: list_quotas(home.value.client))
    look.at(
        "cluster quota",
        lambda watch: check_cluster_quota(quotas(), sizes.value, parameters.value.nodes, watch),
        home,
        sizes,
        parameters,
        advice=True,
        on_warning=_MORE_QUOTA,
    )
    look.at(
        "endpoint quota",
        lambda watch: check_deployment_quota(quotas(), spec.deploy, offered_sizes(home.value.client), watch),
        home,
        advice=True,
        on_warning=_MORE_QUOTA,
    )


def _sign_in(around: _Around, interactive: bool, refusal: HarnessError | None) -> _SignedIn:
    if refusal is not None:
        raise refusal
    return _SignedIn(around.clients.credential or find_credential(around.environ, interactive))


def _home(spec: LifecycleSpec, around: _Around, signed_in: _SignedIn) -> Home:
    return find_workspace(around.clients, signed_in.credential, spec.workspace, around.environ, around.now)


def _registry(spec: LifecycleSpec, around: _Around, signed_in: _SignedIn) -> _Registry:
    name = spec.model.registry
    return _Registry(find_registry(around.clients, signed_in.credential, name), name)


def _free(home: Home, registration: Registration) -> Answer:
    refuse_taken(home.client, registration)
    return Answer({"model": f"{registration.name} version {registration.version} is free"})


def _cluster(sizes: Known[PlannedSizes]) -> ClusterPlan | None:
    return None if sizes.result is None else sizes.result.cluster


def _affordable(spec: LifecycleSpec, sizes: PlannedSizes, parameters: JobParameters) -> PlannedCost:
    cost = plan_cost(spec, sizes, parameters)
    refusal = find_refusal(spec.budget, cost.estimate)
    if refusal is not None:
        raise refusal
    return cost
