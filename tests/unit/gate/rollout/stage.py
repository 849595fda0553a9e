"""An endpoint with `blue` in service and `green` beside it, and a verdict that says PROMOTE of green."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from azure.ai.ml.entities import ManagedOnlineDeployment, ManagedOnlineEndpoint, Model

from fakes.ml_client import FakeAzure
from harness.decide.traffic import Division
from harness.gate.evidence.journal import Journal as EvidenceFile
from harness.gate.evidence.loading import load_evidence
from harness.gate.evidence.records import (
    Answer,
    Attempt,
    Conversation,
    Header,
    HeldOut,
    Leakage,
    Measuring,
    Message,
    MetricFacts,
    Scores,
)
from harness.gate.policy import load_policy
from harness.gate.rollout.climbing import Ended
from harness.gate.rollout.course import Course
from harness.gate.rollout.journal import read_journal
from harness.gate.rollout.promote import Around, Promotion, journal_file, promote
from harness.gate.rollout.rollback import Restored, roll_back
from harness.gate.rollout.site import Site
from harness.gate.scoring.posting import Reply, UnansweredError
from harness.gate.scoring.sides import describe
from harness.gate.verdict.decide import decide
from harness.gate.verdict.document import verdict_bytes
from harness.lifecycle.traffic import read_settings
from harness.lifecycle.watching import Silent
from tests.emulator.deployable import fine_tuned

ENDPOINT = "chat-1"
COUNT = 60

POLICY = """
[decision]
resamples = 999
[[primary]]
metric = "rouge_l"
margin = 0.05
[operations]
error_rate = 0.3
off = ["latency_p95_ratio"]
[rollout]
requests = 9
most_requests = 9
in_flight = 1
"""
"""Nine requests without an error show at most 28 %."""

ANSWER = b'{"output": "an answer"}'


class Killed(BaseException):
    """The process dies here: nothing that would clean up is told."""


class Stage:
    """An Azure ML in memory, the files of a decision, and requests that are answered as `failing` says.

    failing: statuses by deployment, "" for all. asked: names that requests were for, "" for whom the traffic leads to.
    """

    def __init__(self, folder: Path, policy: str = POLICY, deployments: tuple[str, ...] = ("blue", "green")) -> None:
        self.azure = FakeAzure(pace="instant")
        self.client: Any = self.azure.workspace_client()
        self.folder, self.clock = folder, self.azure.clock
        self.failing: dict[str, int] = {}
        self.asked: list[str] = []
        self.watch: Any = Silent()
        self.on_post: Callable[[], None] = lambda: None
        self._deploy(deployments)
        self.files(policy)

    def files(self, policy: str = POLICY, **header: Any) -> None:
        """Write evidence in which both models answer alike, the policy, and today's verdict."""
        (self.folder / "policy.toml").write_text(policy)
        (self.folder / "evidence.jsonl").unlink(missing_ok=True)
        sides = [describe(self.client, ENDPOINT, name, self.clock.now)[0] for name in ("blue", "green")]
        write_evidence(self.folder / "evidence.jsonl", replace(_header(*sides), **header))
        self.decide()

    def decide(self, **changes: Any) -> None:
        """Write the verdict; changes: what it says that is not so."""
        evidence, policy = load_evidence(self.folder / "evidence.jsonl"), load_policy(self.folder / "policy.toml")
        verdict = decide(evidence, policy, today=self.clock.now().date())
        (self.folder / "verdict.json").write_bytes(verdict_bytes(replace(verdict, **changes)))

    @property
    def asking(self) -> Promotion:
        """What to promote."""
        names = {name: self.folder / file for name, file in _FILES.items()}
        return Promotion(**names, today=self.clock.now().date())  # type: ignore[arg-type]

    @property
    def around(self) -> Around:
        """Who answers."""
        return Around(
            client=self.client,
            registry=self.azure.registry_client,
            post=self.post,
            clock=self.clock,
            tick=lambda: self.clock.now().timestamp(),
            watch=self.watch,
        )

    def promote(self, *, resume: bool = False) -> Ended:
        """Promote green."""
        return promote(replace(self.asking, resume=resume), self.around)

    def roll_back(self) -> Restored:
        """Put the traffic back."""
        return roll_back(Site(self.client, ENDPOINT, self.clock, self.watch), self.folder / "journals")

    def kill_at(self, request: int) -> None:
        """Promote, and die as by kill -9 instead of sending a request."""

        def strike() -> None:
            if len(self.asked) == request - 1:
                raise Killed

        self.on_post = strike
        with contextlib.suppress(Killed):
            self.promote()
        self.on_post = lambda: None

    @property
    def header(self) -> Header:
        """The header of the evidence."""
        return load_evidence(self.folder / "evidence.jsonl").header

    @property
    def journal(self) -> list[Course]:
        """The promotions in the endpoint's journal."""
        return read_journal(journal_file(self.folder / "journals", ENDPOINT))

    @property
    def traffic(self) -> Division:
        """The endpoint's traffic."""
        return read_settings(self.azure.workspace_client().online_endpoints.get(ENDPOINT)).division

    @property
    def tags(self) -> Mapping[str, str]:
        """The endpoint's tags."""
        return read_settings(self.azure.workspace_client().online_endpoints.get(ENDPOINT)).tags

    def divide(self, division: Division, **tags: str) -> None:
        """Divide the traffic by hand, and replace the tags."""
        sent = ManagedOnlineEndpoint(
            name=ENDPOINT, auth_mode="key", traffic=dict(division.live), mirror_traffic=dict(division.mirror), tags=tags
        )
        self.azure.workspace_client().online_endpoints.begin_create_or_update(sent).result()

    def post(self, _address: str, headers: Mapping[str, str], _body: bytes, _timeout_s: float) -> Reply:
        """Answer a scoring request; by name, or in the endpoint's turn."""
        self.on_post()
        name = headers.get("azureml-model-deployment", "")
        self.asked.append(name)
        status = self.failing.get(name, self.failing.get("", 200) if not name else 200)
        if not status:
            raise UnansweredError("timeout", "no reply")
        return Reply(status, {}, ANSWER if status == 200 else b"no")

    def _deploy(self, names: tuple[str, ...]) -> None:
        client, model = self.client, self.folder / "model"
        for name, content in fine_tuned().items():
            (model / name).parent.mkdir(parents=True, exist_ok=True)
            (model / name).write_bytes(content)
        endpoint = ManagedOnlineEndpoint(name=ENDPOINT, auth_mode="key")
        client.online_endpoints.begin_create_or_update(endpoint).result()
        for version, name in enumerate(names, 1):
            registered = client.models.create_or_update(_model(model, str(version)))
            sent = ManagedOnlineDeployment(
                name=name,
                endpoint_name=ENDPOINT,
                model=registered.id,
                instance_type="Standard_DS3_v2",
                instance_count=1,
            )
            client.online_deployments.begin_create_or_update(sent).result()
        self.divide(Division.of({names[0]: 100}))


_FILES = {"policy": "policy.toml", "evidence": "evidence.jsonl", "verdict": "verdict.json", "journals": "journals"}


def _model(path: Path, version: str) -> Model:
    return Model(name="m", version=version, type="mlflow_model", path=str(path))


def _header(baseline: Any, candidate: Any) -> Header:
    return Header(
        held_out=HeldOut(name="rows.jsonl", sha256="0" * 64, conversations=COUNT),
        train_sha256="1" * 64,
        leakage=Leakage(exact=0, ngram13=0),
        baseline=baseline,
        candidate=candidate,
        decoding={},
        tools={},
    )


def write_evidence(path: Path, header: Header, candidate: float = 0.8) -> None:
    """Write evidence of conversations that the baseline scores 0.8 in, and the candidate so much."""
    ids = [f"{number:064x}" for number in range(COUNT)]
    facts = MetricFacts(signature="rouge_l|1", kind="continuous", direction="higher", worst=0.0, best=1.0)
    turn = (Message(role="user", content="How?"),)
    with EvidenceFile(path) as file:
        file.append(header, Attempt(number=1, started="2024-05-10", why="first", conversations=COUNT))
        file.append(
            *(Conversation(id=each, line=n, slices={}, messages=turn, reference="So.") for n, each in enumerate(ids, 1))
        )
        pairs = [(each, role) for each in ids for role in ("baseline", "candidate")]
        places = [{"id": each, "role": role, "repeat": 0} for each, role in pairs]
        file.append(
            *(
                Answer(**place, attempt=1, outcome="answered", text="So.", latency_s=0.1, order=order)  # type: ignore[arg-type]
                for order, place in enumerate(places)
            )
        )
        file.append(Measuring(number=1, metrics={"rouge_l": facts}))
        scores = {"baseline": 0.8, "candidate": candidate}
        file.append(*(Scores(**p, measuring=1, values={"rouge_l": scores[p["role"]]}) for p in places))  # type: ignore[arg-type]
