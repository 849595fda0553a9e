"""LifecycleSpec: what to run, as a frozen document loaded from TOML.

The defaults are the published notebook's values, so an empty file describes its run. Every key can be
overridden by its dotted name (`finetune.parameters.num_train_epochs=1`); unknown keys are refused at any
depth with the nearest valid one. A lifecycle for another task is another document, never other code:
`finetune.task` and `finetune.inputs` say which columns to learn and to score (harness.decide.tasks).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.decide.finetune_params import Scalar
from harness.decide.names import check_endpoint_name, fill_template, make_endpoint_name
from harness.decide.tasks import TASKS, Task, task_named
from harness.errors import SpecError, excerpt
from harness.spec.reading import dotted, override, read_toml, rule, rule_broken, validated

__all__ = ["LifecycleSpec", "load_spec"]

PLACEHOLDERS = ("model", "task", "dataset", "run_id")

TaskName = Annotated[str, rule(task_named)]
Template = Annotated[str, rule(lambda text: fill_template(text, dict.fromkeys(PLACEHOLDERS, "")))]
EndpointPrefix = Annotated[str, rule(lambda prefix: make_endpoint_name(prefix, "0"))]
ClusterName = Annotated[str, rule(lambda name: check_endpoint_name(name, "cluster"))]
DataSource = Annotated[str, rule(lambda source: _named(source))]
DeploymentName = Annotated[str, rule(lambda name: check_endpoint_name(name, "deployment"))]


def _named(source: str) -> None:
    if not source.strip():
        raise SpecError(
            "the data have no name",
            got=excerpt(source),
            expected="a folder, a .jsonl file or a hub id",
            remedy="Name the data, or leave the key out to run on the samples.",
        )


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ModelSection(_Section):
    """The foundation model: a name in a registry, and a version or, without one, the newest."""

    name: str = "Phi-3-mini-4k-instruct"
    registry: str = "azureml"
    version: str | None = None


class ComputeSection(_Section):
    """The GPU cluster: reused when it exists, else created with the first tier that the workspace grants."""

    name: ClusterName = "gpu-cluster-big"
    size: str = "Standard_ND40rs_v2"
    max_instances: int = Field(default=2, ge=1)
    tiers: list[Literal["Dedicated", "LowPriority"]] = Field(default=["Dedicated", "LowPriority"], min_length=1)


class SplitsSection(_Section):
    """Which split serves what; without a validation split the job cuts one from the training rows."""

    train: str = "train_sft"
    validation: str | None = None
    test: str | None = "test_sft"
    score: str = "test_gen"


class DataSection(_Section):
    """The rows: a hub id, a folder with a file for each split, or one JSON-lines file.

    percent: how much of each split to take. label: the data's name in the job's display name. A source that
    begins with `./` or `../` is relative to the spec file.
    """

    source: DataSource = "HuggingFaceH4/ultrachat_200k"
    percent: int = Field(default=5, ge=1, le=100)
    label: str = "ultrachat"
    splits: SplitsSection = SplitsSection()


class FinetuneSection(_Section):
    """The job: `inputs` go to the component as they are (column keys), `parameters` are fitted to it first.

    strict: refuse parameters that the component does not take, instead of dropping them with a warning.
    """

    task: TaskName = "chat-completion"
    component: str = "chat_completion_pipeline"
    component_version: str | None = None
    inputs: dict[str, str] = {}
    parameters: dict[str, Scalar] = {}
    strict: bool = False

    @model_validator(mode="after")
    def _component_does_the_task(self) -> FinetuneSection:
        owner = next((task for task in TASKS.values() if task.component == self.component), None)
        if owner is not None and owner.name != self.task:
            mismatch = SpecError(
                f"the component fine-tunes for {owner.name}, not for {self.task}",
                where="finetune",
                got=f"component {self.component}",
                expected=f"component {TASKS[self.task].component}",
                remedy="Set finetune.task and finetune.component together.",
            )
            raise rule_broken(mismatch)
        return self


class RegistrationSection(_Section):
    """How the fine-tuned model is registered; templates take {model}, {task}, {dataset} and {run_id}."""

    name: Template = "{model}-ultrachat-200k"
    version: Template = "{run_id}"
    description: Template = "{model} fine tuned model for ultrachat 200k chat-completion"


class DeploySection(_Section):
    """The endpoint and its deployment; liveness_initial_delay in seconds, a request at most 180,000 ms."""

    endpoint_prefix: EndpointPrefix = "ultrachat-completion"
    deployment: DeploymentName = "demo"
    instance_type: str = "Standard_NC6s_v3"
    instance_count: int = Field(default=1, ge=1)
    liveness_initial_delay: int = Field(default=600, ge=1)
    request_timeout_ms: int = Field(default=90_000, ge=1, le=180_000)


class ScoreSection(_Section):
    """The row to score, drawn by `seed` from the score split, and how to generate the answer."""

    seed: int = 0
    parameters: dict[str, Scalar] = {
        "temperature": 0.6,
        "top_p": 0.9,
        "do_sample": True,
        "max_new_tokens": 200,
    }


class LimitsSection(_Section):
    """Deadlines in seconds; a step still running when its own has passed ends the run as Unfinished."""

    compute: int = Field(default=1_800, ge=1)
    job: int = Field(default=21_600, ge=1)
    registration: int = Field(default=600, ge=1)
    endpoint: int = Field(default=900, ge=1)
    deployment: int = Field(default=3_600, ge=1)
    delete: int = Field(default=1_800, ge=1)

    @property
    def in_all(self) -> int:
        """How long a run may take: every limit, the endpoint's again for its traffic, an hour for what has none."""
        limits = (self.compute, self.job, self.registration, self.endpoint, self.deployment, self.delete)
        return sum(limits) + self.endpoint + 3_600


Amount = Annotated[float, Field(ge=0, le=1_000_000)]
AboveZero = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class BudgetSection(_Section):
    """What a run may use: hours of Azure's time, and money in `currency`, that of the prices.

    job_hours: how long you expect the job to take; without it, what the local Azure ML takes.
    """

    max_hours: AboveZero | None = None
    max_cost: AboveZero | None = None
    job_hours: Annotated[float, Field(gt=0, le=10_000)] | None = None
    currency: str = "USD"


class WorkspaceSection(_Section):
    """Where to run; what is left out comes from options, the environment or config.json."""

    subscription_id: str | None = None
    resource_group: str | None = None
    workspace_name: str | None = None


class LifecycleSpec(_Section):
    """One run of the lifecycle. keep_endpoint leaves a billed endpoint behind; compute is kept as a rule.

    prices: what an hour of a VM size costs, by size; the workspace's own list says it where the spec does not.
    """

    workspace: WorkspaceSection = WorkspaceSection()
    model: ModelSection = ModelSection()
    compute: ComputeSection = ComputeSection()
    data: DataSection = DataSection()
    finetune: FinetuneSection = FinetuneSection()
    registration: RegistrationSection = RegistrationSection()
    deploy: DeploySection = DeploySection()
    score: ScoreSection = ScoreSection()
    limits: LimitsSection = LimitsSection()
    budget: BudgetSection = BudgetSection()
    prices: dict[str, Amount] = {}
    keep_endpoint: bool = False
    keep_compute: bool = True

    @property
    def task(self) -> Task:
        """The task that is fine-tuned for."""
        return TASKS[self.finetune.task]

    def with_overrides(self, overrides: Mapping[str, str]) -> LifecycleSpec:
        """Return this spec with dotted keys set to values written as TOML; SpecError as for a file."""
        document = self.model_dump()
        override(document, type(self), overrides)
        return validated(type(self), document, "--set")

    def said_with(self, overrides: Mapping[str, str]) -> frozenset[str]:
        """Return the dotted keys that this spec or `overrides` set, whatever their values; the rest are defaults."""
        document = self.model_dump(exclude_unset=True)
        override(document, type(self), overrides)
        return frozenset(dotted(document))


def load_spec(path: Path) -> LifecycleSpec:
    """Load a spec file. SpecError says where it is unreadable, no TOML, or no lifecycle."""
    document = read_toml(path)
    data = document.get("data")
    if isinstance(data, dict) and str(data.get("source", "")).startswith(("./", "../")):
        data["source"] = str((path.parent / data["source"]).resolve())
    return validated(LifecycleSpec, document, str(path))
