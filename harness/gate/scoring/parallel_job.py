"""The parallel job that scores a large held-out file on a cluster: what is sent, and what is fetched."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from azure.ai.ml import Input, Output
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import Environment, RetrySettings
from azure.ai.ml.parallel import RunFunction, parallel_run_function
from azure.core.exceptions import AzureError

from harness.errors import EnvironmentMissing, UsageError
from harness.gate.evidence.records import Conversation
from harness.gate.scoring.shards import ShardPlan, write_shards

__all__ = ["Cluster", "Staged", "build_job", "fetch_parts", "stage", "submit"]

_PACKAGES = (
    "azure-ai-ml",
    "azure-identity",
    "jsonschema",
    "numpy",
    "pydantic",
    "rapidfuzz",
    "requests",
    "sacrebleu",
)
"""What a node needs, in the versions that are here: then its scores have the same signatures."""

_IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"
_ENTRY = "gate_entry.py"
_SCRIPT = '''"""Azure ML calls these two; the harness does the rest."""

from harness.gate.scoring import parallel_entry
from harness.lifecycle.waiting import RealClock


def init():
    clock = RealClock()
    parallel_entry.init(clock.now, clock.sleep)


run = parallel_entry.run
'''
_NODE_NAME, _OUTPUT = "gate_score", "records"


class Cluster(NamedTuple):
    """Where the job runs. compute: a cluster whose identity may read the endpoint's keys. nodes: how many of it.

    shard: conversations in a file, which is what a node takes at a time and does again when it is lost.
    timeout_s: for one file.
    """

    compute: str
    nodes: int = 2
    shard: int = 500
    timeout_s: int = 6 * 60 * 60


class Staged(NamedTuple):
    """Folders and files that are uploaded."""

    code: Path
    shards: Path
    plan: Path


def stage(plan: ShardPlan, rows: Iterable[Conversation], cluster: Cluster, folder: Path) -> Staged:
    """Write what the job takes: the harness, the held-out file in parts, the plan. No key and no training row."""
    code, package = folder / "code", Path(__file__).resolve().parents[2]
    shutil.copytree(package, code / package.name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    (code / _ENTRY).write_text(_SCRIPT, encoding="utf-8")
    write_shards(rows, folder / "shards", cluster.shard)
    file = folder / "plan.json"
    file.write_text(plan.to_json(), encoding="utf-8")
    return Staged(code, folder / "shards", file)


def build_job(staged: Staged, cluster: Cluster, name: str) -> Any:
    """Return the pipeline with its one parallel node: a file is a mini-batch, and none may fail."""
    node = parallel_run_function(
        name=_NODE_NAME,
        display_name="Ask candidate and baseline, measure their answers",
        inputs={"held_out": Input(type="uri_folder"), "plan": Input(type="uri_file")},
        outputs={_OUTPUT: Output(type="uri_folder", mode="rw_mount")},
        input_data="${{inputs.held_out}}",
        instance_count=cluster.nodes,
        max_concurrency_per_instance=1,
        mini_batch_size="1",
        mini_batch_error_threshold=0,
        error_threshold=0,
        retry_settings=RetrySettings(max_retries=3, timeout=cluster.timeout_s),
        logging_level="INFO",
        task=RunFunction(
            code=str(staged.code),
            entry_script=_ENTRY,
            program_arguments=f"--plan ${{{{inputs.plan}}}} --records ${{{{outputs.{_OUTPUT}}}}}",
            environment=_environment(),
        ),
    )

    @pipeline(default_compute=cluster.compute)
    def gate_scoring(held_out, plan):  # type: ignore[no-untyped-def] # the SDK takes annotations for declarations
        scoring = node(held_out=held_out, plan=plan)
        return {_OUTPUT: scoring.outputs[_OUTPUT]}

    job = gate_scoring(
        held_out=Input(type="uri_folder", path=str(staged.shards)),
        plan=Input(type="uri_file", path=str(staged.plan)),
    )
    job.display_name = name
    return job


def submit(client: Any, job: Any) -> str:
    """Submit the job and return its name; EnvironmentMissing with what Azure ML or the SDK says.

    UsageError where the client is no Azure ML's and takes no such job.
    """
    try:
        return str(client.jobs.create_or_update(job).name)
    except AzureError as error:
        raise _refused(error) from error
    except NotImplementedError as error:
        raise UsageError(
            "this backend takes no scoring job",
            where="--on azureml",
            got=str(error),
            expected="Azure ML, or the local one",
            remedy="Use --backend live or emulator, or score from here (--on local).",
        ) from error


def fetch_parts(client: Any, job: str, folder: Path) -> list[Path]:
    """Download what a finished job made, and return its files; UsageError while there is nothing to fetch."""
    try:
        found = client.jobs.get(job)
        status = str(getattr(found.status, "value", found.status))
        if status != "Completed":
            raise UsageError(
                f"job {job} has not completed",
                where="--collect",
                got=status,
                expected="Completed",
                remedy="Wait for it, or look at its log and submit again; parts that are done are not asked again.",
            )
        client.jobs.download(job, output_name=_OUTPUT, download_path=str(folder))
    except AzureError as error:
        raise _refused(error) from error
    parts = sorted(folder.rglob("evidence-*.jsonl"))
    if not parts:
        raise UsageError(
            f"job {job} left no evidence",
            where="--collect",
            got="no file evidence-*.jsonl",
            expected=f"the output {_OUTPUT} of a job that `harness gate score --on azureml` has submitted",
            remedy="Name that job; its page in the studio shows what it left.",
        )
    return parts


def _environment() -> Environment:
    """Return the image and the packages of a node; the interpreter is of the version that is here."""
    pinned = [f"{package}=={version(package)}" for package in _PACKAGES]
    python = f"python={sys.version_info.major}.{sys.version_info.minor}"
    conda = {"name": "gate", "channels": ["conda-forge"], "dependencies": [python, "pip", {"pip": pinned}]}
    return Environment(image=_IMAGE, conda_file=conda)


def _refused(error: AzureError) -> EnvironmentMissing:
    return EnvironmentMissing(
        "Azure ML does not take the scoring job",
        where="--on azureml",
        got=" ".join(str(error.message or error).partition("Additional Information")[0].split())[:300],
        remedy="Look at the compute's name and its quota; without a cluster, score from here (--on local).",
    )
