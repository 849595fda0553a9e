"""`harness gate score` against two deployments on the emulator, from the command line to the paired evidence."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.constants._endpoint import EndpointInvokeFields
from azure.ai.ml.entities import AmlCompute
from deployable import ENDPOINT, client_of, deployment, make_endpoint, register

from fakes.emulator import Emulator
from fakes.world.faults import ConnectionFault, HttpFault
from harness.cli import main
from harness.gate.evidence.journal import digest_of, read_records
from harness.gate.evidence.paired import PairedEvidence, pair
from harness.gate.evidence.records import Answer, Header
from harness.gate.scoring.sides import describe
from tests.unit.gate.chat_rows import row, write_rows

Score = Callable[..., tuple[int, str, str]]
COUNT = 8


@pytest.fixture
def azure() -> Iterator[Emulator]:
    """A local Azure ML where everything takes a second."""
    with Emulator(pace="instant") as azure:
        yield azure


@pytest.fixture
def client(azure: Emulator, tmp_path: Path, request: pytest.FixtureRequest) -> MLClient:
    """A client of a workspace with an endpoint: `blue` has all traffic, `green` none; a parameter is its mode."""
    client, mode = client_of(azure), getattr(request, "param", "key")
    make_endpoint(client, auth_mode=mode)
    model = register(client, tmp_path)
    for name in ("blue", "green"):
        client.online_deployments.begin_create_or_update(deployment(model, name)).result()
    make_endpoint(client, auth_mode=mode, traffic={"blue": 100})
    return client


@pytest.fixture
def score(client: MLClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Score:
    """Run the command; returns exit code, stdout and stderr."""
    rows = (row(f"What is {n} plus {n + 1}?", f"{n} plus {n + 1} makes {2 * n + 1}.") for n in range(COUNT))
    held_out = write_rows(tmp_path / "held_out.jsonl", rows)

    def run(*options: str) -> tuple[int, str, str]:
        given = ["--endpoint", ENDPOINT, "--baseline", "blue", "--held-out", str(held_out), "--workers", "0"]
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["gate", "score", *given, "--evidence", str(tmp_path / "e.jsonl"), *options])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def _paired(folder: Path) -> PairedEvidence:
    return pair(read_records(folder / "e.jsonl"), digest_of(folder / "e.jsonl"))


def test_two_deployments_are_scored(score: Score, tmp_path: Path) -> None:
    """The command ends with 0 and evidence of both deployments, in which every question was answered rightly."""
    code, out, err = score("--candidate", "green", "--json")
    paired = _paired(tmp_path)

    assert (code, json.loads(out)["asked"]) == (0, {"baseline": {"answered": COUNT}, "candidate": {"answered": COUNT}})
    assert (paired.problems, len(paired.ids), "asking" in err) == ((), COUNT, True)
    assert [side.mean() for side in paired.scores["number_match"]] == [1.0, 1.0]


class Full(io.StringIO):
    """A stream on a disk without space."""

    def write(self, text: str) -> int:
        """Refuse."""
        raise OSError(28, f"No space left on device for {len(text)} characters")


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_full_stdout_is_no_defect(score: Score, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    """What was scored is on the disk when it cannot be told: the command ends with 3 and says so."""
    monkeypatch.setattr("sys.stdout", Full())
    code, _, err = score("--candidate", "green", *options)

    assert (code, "what came of it cannot be printed" in err, "defect" in err) == (3, True, False)


def test_the_header_decides_and_not_the_traffic(score: Score, azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The candidate answers its half of the questions though it has no traffic, and the SDK's headers stay clean."""
    monkeypatch.setattr(EndpointInvokeFields, "DEFAULT_HEADER", {})  # which are the process's, and other tests'
    score("--candidate", "green", "--warmup", "0")
    endpoint = azure.world.home.endpoints[ENDPOINT]
    asked = {
        name: deployed.log.text("InferenceServer", None).count("POST /score 200")
        for name, deployed in endpoint.deployments.items()
    }

    assert asked == {"blue": COUNT, "green": COUNT}
    assert EndpointInvokeFields.MODEL_DEPLOYMENT not in EndpointInvokeFields.DEFAULT_HEADER


def test_what_passes_is_asked_again_and_what_lasts_is_recorded(score: Score, azure: Emulator, tmp_path: Path) -> None:
    """A refusal and a broken connection are tried again within the budget, and then stand in the evidence."""
    azure.faults.on("Scoring_Score", HttpFault(503), nth=1)
    azure.faults.on("Scoring_Score", ConnectionFault("timeout"), nth=2)
    code, _, _ = score("--candidate", "green", "--warmup", "0", "--concurrency", "1", "--retries", "1")
    answers = [record for record in read_records(tmp_path / "e.jsonl") if isinstance(record, Answer)]

    assert (code, answers[0].outcome, answers[0].tries) == (0, "timeout", 2)
    assert {answer.outcome for answer in answers[1:]} == {"answered"}


def test_a_deployment_is_described_by_its_model(client: MLClient, azure: Emulator) -> None:
    """The evidence names the model's id and version, the instances, and a digest that no other version has."""
    side, target = describe(client, ENDPOINT, "green", azure.clock.now)

    assert side.model.endswith("/models/adder/versions/1")
    assert (side.version, side.instance_type, side.instance_count) == ("1", "Standard_DS3_v2", 1)
    assert (len(side.digest), target.deployment) == (64, "green")


def test_a_digest_of_the_files_is_taken_from_the_models_tag(client: MLClient, azure: Emulator) -> None:
    """Where the version has the tag sha256, that is what a verdict binds to."""
    model = client.models.get("adder", version="1")
    model.tags = {"sha256": "AB" * 32}
    client.models.create_or_update(model)

    assert describe(client, ENDPOINT, "green", azure.clock.now)[0].digest == "ab" * 32


@pytest.mark.parametrize("client", ["aad_token", "aml_token"], indirect=True)
def test_an_endpoint_that_takes_tokens_is_scored(score: Score) -> None:
    """An endpoint that takes tokens of Entra, or of Azure ML, gets one."""
    assert score("--candidate", "green")[0] == 0


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--candidate", "gren"), "nearest  green"),
        ((), "neither --candidate nor --a-a"),
        (("--candidate", "green", "--a-a"), "--candidate green and --a-a"),
        (("--a-a", "--cache", "x.jsonl"), "must ask twice"),
        (("--candidate", "green", "--parameter", "x"), "a parameter needs a key and a value"),
        (("--candidate", "green", "--parameter", "x=[1]"), "no plain one"),
        (("--candidate", "green", "--train", "nowhere.jsonl"), "cannot be read"),
        (("--candidate", "green", "--backend", "nobody"), "no such backend"),
        (("--candidate", "green", "--endpoint", "chat-2"), "nearest  chat-1"),
    ],
)
def test_wrong_use_ends_with_2_and_a_remedy(score: Score, options: tuple[str, ...], what: str) -> None:
    """What cannot be asked is told with its parts, and no traceback."""
    code, _, err = score(*options)

    assert (code, what in err, "Traceback" in err, "remedy" in err) == (2, True, False, True)


def test_an_a_a_run_compares_the_baseline_with_itself(score: Score, tmp_path: Path) -> None:
    """With --a-a both roles are the baseline, and the scores are equal."""
    code, _, _ = score("--a-a")
    header = next(record for record in read_records(tmp_path / "e.jsonl") if isinstance(record, Header))
    baseline, candidate = _paired(tmp_path).scores["chrf"]

    assert (code, header.baseline) == (0, header.candidate)
    assert (baseline == candidate).all()


def test_a_leak_ends_with_12(score: Score, tmp_path: Path) -> None:
    """A held-out file that was trained on is INVALID before anything is asked."""
    code, out, _ = score("--candidate", "green", "--train", str(tmp_path / "held_out.jsonl"))

    assert (code, "INVALID: 8 of 8" in " ".join(out.split())) == (12, True)


def test_the_metrics_of_a_policy_are_measured(score: Score, tmp_path: Path) -> None:
    """A policy's metrics are measured and no others, with a function of the user's beside it and slices of its own."""
    (tmp_path / "politeness_of_answers.py").write_text(
        "def polite(sample):\n    return float('please' in sample.answer)\n"
    )
    policy = tmp_path / "policy.toml"
    policy.write_text(
        '[[primary]]\nmetric = "rouge_l"\n[[guardrail]]\nmetric = "polite"\n'
        '[metrics]\npolite = "politeness_of_answers:polite"\n'
    )
    code, _, _ = score("--candidate", "green", "--policy", str(policy))

    assert (code, set(_paired(tmp_path).scores)) == (0, {"rouge_l", "polite"})


def _cluster(client: MLClient) -> None:
    client.compute.begin_create_or_update(AmlCompute(name="cpu", size="Standard_DS3_v2", max_instances=4)).result()


def test_a_large_set_is_scored_by_a_parallel_job(score: Score, client: MLClient) -> None:
    """With --on azureml a job is submitted whose one node is parallel: a file at a time on each node, none may fail."""
    _cluster(client)
    code, out, _ = score("--candidate", "green", "--on", "azureml", "--compute", "cpu", "--nodes", "4", "--json")
    node = client.jobs.get(json.loads(out)["job"]).jobs["gate_score"]

    assert (code, json.loads(out)["conversations"], node.type, node.resources.instance_count) == (
        0,
        COUNT,
        "parallel",
        4,
    )
    assert (node.mini_batch_size, node.error_threshold, node.mini_batch_error_threshold) == (1, 0, 0)


def test_a_job_that_still_runs_is_not_collected(score: Score, client: MLClient, tmp_path: Path) -> None:
    """Collecting too early ends with 2, says how far the job is, and writes no evidence."""
    _cluster(client)
    _, out, _ = score("--candidate", "green", "--on", "azureml", "--compute", "cpu", "--json")
    code, _, err = score("--candidate", "green", "--on", "azureml", "--collect", json.loads(out)["job"])

    assert (code, "has not completed" in err) == (2, True)


def test_a_cluster_that_is_not_there_is_told(score: Score) -> None:
    """A compute that does not exist ends with 3 and a remedy."""
    code, _, err = score("--candidate", "green", "--on", "azureml", "--compute", "nowhere")

    assert (code, "remedy" in err, "Traceback" in err) == (3, True, False)


def test_no_key_is_part_of_the_job(score: Score, client: MLClient, azure: Emulator) -> None:
    """What is uploaded for the nodes holds the harness, the conversations and the plan, and no key of the endpoint."""
    _cluster(client)
    score("--candidate", "green", "--on", "azureml", "--compute", "cpu")
    account, blobs = azure.world.home.storage_account, azure.world.blobs
    sent = {
        name: b"".join(blobs.chunks(blobs.existing(account, container.name, name)))
        for container in blobs.containers(account)
        for name in container.blobs
    }
    key = client.online_endpoints.get_keys(ENDPOINT).primary_key.encode()

    assert {"plan.json", "shard-000000000.jsonl", "gate_entry.py", "parallel_entry.py"} <= {
        Path(name).name for name in sent
    }
    assert [name for name, content in sent.items() if key in content] == []


def test_an_interruption_ends_with_4_and_says_how_to_go_on(score: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-C the command ends with 4, and the remedy is to run it again."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.cli.scoring.score", interrupted)
    code, _, err = score("--candidate", "green")

    assert (code, "Run the same command again" in err) == (4, True)
