"""The step register: the job's model folder becomes a registered MLflow model that knows where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.entities import Model
from azure.core.exceptions import ResourceNotFoundError

from harness.decide.names import asset_name, fill_template
from harness.errors import ParameterError, StepFailed, nearest
from harness.ledger import Ledger
from harness.lifecycle.pipeline import TRAINED_MODEL
from harness.spec import LifecycleSpec

__all__ = ["RegisteredModel", "Registration", "plan_registration", "refuse_taken", "register_model"]


@dataclass(frozen=True, slots=True)
class Registration:
    """Under which name and version the fine-tuned model is to be registered."""

    name: str
    version: str
    description: str


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A registered model; `path` is the job output that it was made of."""

    name: str
    version: str
    id: str
    path: str

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        return {"model": f"{self.name} version {self.version}", "made of": self.path, "id": self.id}


def plan_registration(spec: LifecycleSpec, run_id: str) -> Registration:
    """Fill in the spec's templates; ParameterError for a name that Azure ML would not take."""
    values = {
        "model": spec.model.name,
        "task": spec.finetune.task,
        "dataset": spec.data.label,
        "run_id": run_id,
    }
    section = spec.registration
    return Registration(
        asset_name(fill_template(section.name, values)),
        _version(fill_template(section.version, values)),
        fill_template(section.description, values),
    )


def _version(text: str) -> str:
    """Return `text` when a version may be called so; versions follow the rule of names."""
    try:
        return asset_name(text)
    except ParameterError as error:
        raise ParameterError(
            "the model version is not one that Azure ML takes",
            where="registration.version",
            got=error.got,
            expected=error.expected,
            remedy="Change registration.version in the spec.",
        ) from None


def refuse_taken(client: Any, registration: Registration) -> None:
    """Raise ParameterError when the version exists: versions of a model are never written twice."""
    try:
        existing = client.models.get(registration.name, registration.version)
    except ResourceNotFoundError:
        return
    raise ParameterError(
        f"model {registration.name} version {registration.version} is registered already",
        where="registration",
        got=f"a model made of {existing.path}",
        expected="a version that is free",
        remedy="Change registration.version in the spec, or leave it out to have one for each run.",
    )


def register_model(client: Any, job_name: str, registration: Registration, *, ledger: Ledger) -> RegisteredModel:
    """Register the model folder of a completed job; the model's lineage leads back to the job and its inputs."""
    refuse_taken(client, registration)
    outputs = dict(client.jobs.get(job_name).outputs or {})
    if TRAINED_MODEL not in outputs:
        raise StepFailed(
            f"job {job_name} has no output {TRAINED_MODEL}",
            where="registration",
            got=f"the outputs {', '.join(outputs) or '(none)'}",
            nearest=nearest(TRAINED_MODEL, outputs),
            remedy="Look at the job: its component must hand out a model folder.",
        )
    path = f"azureml://jobs/{job_name}/outputs/{TRAINED_MODEL}"
    model = Model(
        path=path,
        type=AssetTypes.MLFLOW_MODEL,
        name=registration.name,
        version=registration.version,
        description=registration.description,
        tags=dict(ledger.tags),
    )
    with ledger.creating("model", f"{registration.name}:{registration.version}"):
        registered = client.models.create_or_update(model)
    return RegisteredModel(registered.name, str(registered.version), registered.id, path)
