"""A held-out file in parts, as the nodes of a job score it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fakes.ml_client import FakeMLClient
from harness.errors import DataError, UsageError
from harness.gate.evidence.journal import Journal, digest_of, read_records
from harness.gate.evidence.paired import pair
from harness.gate.evidence.records import Attempt, Measuring
from harness.gate.heldout.reading import conversations
from harness.gate.scoring.clustered import collect, plan_of, send
from harness.gate.scoring.measures import Choice
from harness.gate.scoring.parallel_entry import Node
from harness.gate.scoring.parallel_job import Cluster
from harness.gate.scoring.preparing import Prepared, prepare
from harness.gate.scoring.request import ScoreRequest, Unwatched
from harness.gate.scoring.score import score
from harness.gate.scoring.shards import merge_shards, read_plan, score_shard, write_shards
from tests.unit.gate.chat_rows import sums, write_rows
from tests.unit.gate.scoring.endpoints import ADDRESS, Clock, Endpoint, compared, content_of, recorded, request, right

BLUE, GREEN = compared("blue"), compared("green")
TARGETS: Any = {"baseline": BLUE.target, "candidate": GREEN.target}
COUNT = 11


@pytest.fixture
def wanted(tmp_path: Path) -> ScoreRequest:
    """Eleven sums, asked twice each."""
    return request(write_rows(tmp_path / "h.jsonl", sums(COUNT)), repeats=2)


@pytest.fixture
def ready(wanted: ScoreRequest) -> Prepared:
    """What is found out before anything is asked."""
    return prepare(wanted, BLUE, GREEN, Unwatched())


def _parts(wanted: ScoreRequest, ready: Prepared, folder: Path, post: Any = right) -> list[Path]:
    """Score three parts of four conversations."""
    plan = read_plan(plan_of(wanted, ready, Cluster("cpu", 2)).to_json())
    assert write_shards(conversations(ready.held_out), folder / "shards", 4) == 3
    return [
        score_shard(plan, shard, folder, TARGETS, post=Endpoint(post), timing=Clock().timing)
        for shard in sorted((folder / "shards").iterdir())
    ]


def _merge(wanted: ScoreRequest, ready: Prepared, parts: list[Path]) -> None:
    attempt = Attempt(number=ready.standing.attempts + 1, started="", why=ready.why, conversations=COUNT)
    with Journal(wanted.evidence) as journal:
        merge_shards(ready.header, ready.standing, parts, journal, attempt, lambda _: None)


def test_parts_put_together_are_the_whole(wanted: ScoreRequest, ready: Prepared, tmp_path: Path) -> None:
    """The evidence of the parts says what the evidence of one run says: answers, order, keys and scores."""
    _merge(wanted, ready, _parts(wanted, ready, tmp_path))
    whole = request(wanted.held_out, repeats=2, evidence=tmp_path / "whole.jsonl")
    score(whole, BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)
    paired = pair(read_records(wanted.evidence), digest_of(wanted.evidence))

    assert content_of(wanted.evidence) == content_of(whole.evidence)
    assert (paired.problems, paired.attempts, len(paired.ids)) == ((), 1, COUNT)


def test_a_part_that_was_begun_goes_on(wanted: ScoreRequest, ready: Prepared, tmp_path: Path) -> None:
    """A node that is lost in the middle of a part leaves what it has, and the next one asks the rest."""

    def until_the_fifth(question: str, deployment: str) -> Any:
        if "5" in question:
            raise KeyboardInterrupt
        return right(question, deployment)

    with pytest.raises(KeyboardInterrupt):
        _parts(wanted, ready, tmp_path, until_the_fifth)
    parts = _parts(wanted, ready, tmp_path)

    assert [len(recorded(part, Attempt)) for part in parts] == [1, 2, 1]


def test_parts_that_measured_otherwise_are_measured_again(
    wanted: ScoreRequest, ready: Prepared, tmp_path: Path
) -> None:
    """Where two parts have other signatures no score is taken over, since they could not be compared."""
    parts = _parts(wanted, ready, tmp_path)
    text = parts[1].read_text(encoding="utf-8")
    parts[1].write_text(text.replace("rouge_l|v1", "rouge_l|v0"), encoding="utf-8")
    _merge(wanted, ready, parts)

    assert recorded(wanted.evidence, Measuring) == []


def test_a_part_of_another_comparison_is_refused(wanted: ScoreRequest, ready: Prepared, tmp_path: Path) -> None:
    """What was asked of other deployments does not get into the evidence."""
    parts = _parts(wanted, ready, tmp_path)
    text = parts[0].read_text(encoding="utf-8")
    parts[0].write_text(text.replace("azureml:m:green", "azureml:m:red", 1), encoding="utf-8")

    with pytest.raises(DataError, match="no part of the comparison"):
        _merge(wanted, ready, parts)


def test_nodes_share_what_may_be_in_flight(wanted: ScoreRequest, ready: Prepared) -> None:
    """All nodes together have the concurrency and the rate of the request, and measure what needs only the harness."""
    choices = (*wanted.choices, Choice("mine", "module:function"), Choice("memorised", "memorised"))
    large = request(wanted.held_out, concurrency=8, rate=6.0, choices=choices)
    plan = plan_of(large, ready, Cluster("cpu", 3))

    assert (plan.in_flight, plan.rate, plan.choices) == (2, 2.0, wanted.choices)


def _client(model: str = "azureml:m:1") -> Any:
    """A workspace whose endpoint has two deployments of one model."""
    deployed = SimpleNamespace(model=model, environment="", instance_type="x", instance_count=1)
    return SimpleNamespace(
        online_endpoints=SimpleNamespace(
            get=lambda _: SimpleNamespace(scoring_uri=ADDRESS), get_keys=lambda _: SimpleNamespace(primary_key="k")
        ),
        online_deployments=SimpleNamespace(get=lambda _, **__: deployed, list=lambda _: []),
        models=SimpleNamespace(get=lambda _, **__: SimpleNamespace(tags={"sha256": "0" * 64})),
    )


def test_a_node_scores_the_files_of_a_mini_batch(wanted: ScoreRequest, tmp_path: Path) -> None:
    """A node finds both deployments itself and returns the name of what it made of each file."""
    sides = {"model": "azureml:m:1", "instance_type": "x", "instance_count": 1}
    ready = prepare(wanted, compared("blue", **sides), compared("green", **sides), Unwatched())
    plan = plan_of(wanted, ready, Cluster("cpu", 2))
    write_shards(islice(conversations(ready.held_out), 4), tmp_path / "shards", 4)
    node = Node(plan, tmp_path, _client(), post=Endpoint(right), timing=Clock().timing)

    assert node.run([str(path) for path in (tmp_path / "shards").iterdir()]) == ["evidence-000000000.jsonl"]
    with pytest.raises(DataError, match="no longer the deployment"):
        Node(plan, tmp_path, _client("azureml:m:2"), post=Endpoint(right), timing=Clock().timing)


def _finished(parts: list[Path], status: str = "Completed") -> Any:
    """A workspace with a job whose output holds these files."""

    def download(_: str, output_name: str, download_path: str) -> None:
        for part in parts:
            copied = Path(download_path, "named-outputs", output_name, part.name)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(part.read_bytes())

    jobs = SimpleNamespace(get=lambda _: SimpleNamespace(status=status), download=download)
    return SimpleNamespace(jobs=jobs)


def test_what_a_job_has_made_becomes_evidence(wanted: ScoreRequest, ready: Prepared, tmp_path: Path) -> None:
    """Collected parts pair without a problem, and metrics that only this machine has are measured on them."""
    parts = _parts(wanted, ready, tmp_path)
    more = replace(wanted, choices=(*wanted.choices, Choice("mine", "chrf")))
    report = collect(_finished(parts), more, ready, "job", timing=Clock().timing, watch=Unwatched())
    paired = pair(read_records(wanted.evidence), digest_of(wanted.evidence))

    assert (report.measured, report.attempts, report.asked["candidate"]["answered"]) == (4 * COUNT, 1, 2 * COUNT)
    assert (paired.problems, set(paired.scores)) == ((), {"rouge_l", "exact_match", "mine"})


@pytest.mark.parametrize(("status", "what"), [("Running", "has not completed"), ("Completed", "left no evidence")])
def test_a_job_without_evidence_is_not_collected(wanted: ScoreRequest, ready: Prepared, status: str, what: str) -> None:
    """A job that goes on, or left nothing, is refused, and the evidence stays as it is."""
    with pytest.raises(UsageError, match=what):
        collect(_finished([], status), wanted, ready, "job", timing=Clock().timing, watch=Unwatched())
    assert wanted.evidence.read_bytes() == b""


def test_a_backend_that_takes_no_job_is_told(wanted: ScoreRequest, ready: Prepared) -> None:
    """The double of the SDK's client runs no parallel job: that is refused with a remedy, and is no defect."""
    with pytest.raises(UsageError, match="this backend takes no scoring job") as refused:
        send(FakeMLClient(), wanted, ready, Cluster("cpu"))

    assert "--on local" in refused.value.remedy
