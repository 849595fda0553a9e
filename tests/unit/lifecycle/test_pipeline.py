"""Running the fine-tuning job: what it is given, and what the report says of it while it runs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from standins import Answers, Notes, book, refusal, virtual_clock

from harness.decide.finetune_params import InputSpec
from harness.errors import JobFailed, StepFailed, Unfinished
from harness.ledger import CreatedResource, Ledger
from harness.lifecycle.compute import Cluster
from harness.lifecycle.data import PreparedData
from harness.lifecycle.dataset import Dataset
from harness.lifecycle.model import FoundationModel
from harness.lifecycle.parameters import FinetuneComponent, JobParameters
from harness.lifecycle.pipeline import FinetuneJob, bound_inputs, run_pipeline
from harness.spec.document import SplitsSection

COMPUTES = ("compute_model_import", "compute_preprocess", "compute_finetune", "compute_model_evaluation")


def given(computes: tuple[str, ...] = COMPUTES, splits: SplitsSection | None = None) -> dict[str, Any]:
    """The inputs that are no parameters, for a component with these computes."""
    names = ("train_sft", "test_sft", "train_gen", "test_gen")
    files = {name: Path(f"{name}.jsonl") for name in names}
    prepared = PreparedData("samples", 5, files, dict.fromkeys(names, 1), dict.fromkeys(names, 20), False)
    taken = {name: InputSpec("string") for name in computes}
    return bound_inputs(
        JobParameters(FinetuneComponent("chat_completion_pipeline", "1", "id", taken, None), {}, (), "name"),
        FoundationModel("Phi-3", "5", "azureml://registries/azureml/models/Phi-3/versions/5", {}),
        Cluster("gpu-cluster-big", "Standard_ND40rs_v2", "dedicated", 8, False),
        Dataset(prepared, splits or SplitsSection(), {"prompt": "Hello"}),
    )


def run(get: Answers, create: Answers, ledger: Ledger) -> FinetuneJob:
    """Submit a job and wait for it."""
    client = SimpleNamespace(jobs=SimpleNamespace(get=get, create_or_update=create, list=Answers([])))
    return run_pipeline(
        client,
        SimpleNamespace(),
        name="finetune-1",
        experiment="chat_completion_Phi-3",
        ledger=ledger,
        clock=virtual_clock(),
        deadline_s=60,
        watch=Notes(),
    )


def job(status: str) -> Any:
    """The submitted job."""
    return SimpleNamespace(name="finetune-1", status=status, studio_url="https://studio")


def test_the_job_gets_model_data_and_cluster() -> None:
    """The model's registry id, the training and test splits as files, the cluster for every step."""
    inputs = given()

    assert inputs["mlflow_model_path"].path == "azureml://registries/azureml/models/Phi-3/versions/5"
    assert {name: inputs[name].path for name in inputs if name.endswith("file_path")} == {
        "train_file_path": "train_sft.jsonl",
        "test_file_path": "test_sft.jsonl",
    }
    assert {inputs[name] for name in COMPUTES} == {"gpu-cluster-big"}


def test_a_validation_split_is_passed_where_the_spec_has_one() -> None:
    """Without one the job cuts it from the training rows."""
    inputs = given(splits=SplitsSection(validation="train_gen", test=None))

    assert inputs["validation_file_path"].path == "train_gen.jsonl"
    assert "test_file_path" not in inputs


def test_only_the_computes_that_the_component_has_are_named() -> None:
    """Two versions of the component have no compute for evaluation (registry sources)."""
    assert [name for name in given(COMPUTES[:3]) if name.startswith("compute_")] == list(COMPUTES[:3])


def test_a_completed_job_bills_no_more() -> None:
    """It stays in the report as something that was created."""
    ledger = book()
    done = run(Answers(job("Completed")), Answers(job("NotStarted")), ledger)

    assert done.facts["experiment"] == "chat_completion_Phi-3"
    assert ledger.created == [CreatedResource("job", "finetune-1", bills=False)]


def test_a_failed_job_bills_no_more() -> None:
    """It has ended, so nothing is to be canceled."""
    ledger = book()
    with pytest.raises(JobFailed):
        run(Answers(job("Failed")), Answers(job("NotStarted")), ledger)

    assert not ledger.created[0].bills


@pytest.mark.parametrize(
    ("get", "create", "error"),
    [
        (Answers(job("Running")), Answers(job("NotStarted")), Unfinished),
        (Answers(job("NotResponding")), Answers(job("NotStarted")), StepFailed),
        (Answers(job("Running")), Answers(KeyboardInterrupt()), KeyboardInterrupt),
        (Answers(job("Running")), Answers(refusal(500)), Exception),
    ],
)
def test_a_job_that_may_run_is_to_be_canceled(get: Answers, create: Answers, error: type[BaseException]) -> None:
    """It is listed before it is submitted: an answer that is lost, or Ctrl-C, leaves it to be canceled."""
    ledger = book()
    with pytest.raises(error):
        run(get, create, ledger)

    assert ledger.created == [CreatedResource("job", "finetune-1", bills=True)]
