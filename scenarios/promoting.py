"""Two deployments of one endpoint as scenarios see them: scored, decided upon, promoted, rolled back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.backends import Surroundings
from harness.gate.evidence.loading import load_evidence
from harness.gate.policy import load_policy
from harness.gate.rollout.climbing import Ended
from harness.gate.rollout.journal import read_journal
from harness.gate.rollout.promote import Around, Promotion, journal_file, promote
from harness.gate.rollout.rollback import Restored, roll_back
from harness.gate.rollout.site import Site
from harness.gate.scoring.measures import Choice
from harness.gate.scoring.posting import HttpPost, Post
from harness.gate.scoring.request import Compared, ScoreRequest
from harness.gate.scoring.score import score
from harness.gate.scoring.sides import describe
from harness.gate.scoring.timing import Timing
from harness.gate.verdict.decide import decide
from harness.gate.verdict.document import verdict_bytes
from harness.gate.verdict.verdict import Verdict
from harness.lifecycle.report import LifecycleReport
from harness.lifecycle.watching import Silent
from harness.plugin.endpoint import LiveEndpoint
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

SAMPLES = Path(__file__).parents[1] / "samples"
HELD_OUT = SAMPLES / "held_out" / "conversations.jsonl"
POLICY = SAMPLES / "policies" / "samples.toml"


class KilledError(BaseException):
    """The process dies here: nothing that would clean up is told."""


class Comparison:
    """blue, with all of the traffic, and green beside it. Files are kept in `folder`.

    traffic_seen: what the live traffic was at the requests of promotions, without repetitions.
    """

    def __init__(self, around: Surroundings, endpoint: LiveEndpoint, train: Path, folder: Path) -> None:
        self._around, self._endpoint, self._train, self._folder = around, endpoint, train, folder
        self._live = around.name == "live"
        self._post: Post = around.post or HttpPost()
        self._policy = POLICY
        self._strike: Callable[[], None] = lambda: None
        self.traffic_seen: list[Mapping[str, int]] = []

    @property
    def traffic(self) -> Mapping[str, int]:
        """The live traffic."""
        return self._endpoint.traffic

    @property
    def tags_of_the_model(self) -> Mapping[str, str]:
        """The tags of green's model version."""
        client = self._endpoint.client
        deployed = client.online_deployments.get("green", self._endpoint.name)
        name, version = str(deployed.model).split("/models/")[1].split("/versions/")
        return dict(client.models.get(name, version).tags)

    def decide(self, conversations: int = 180, policy: Path = POLICY) -> Verdict:
        """Ask both the first so many held-out conversations, and decide whether green may be promoted over blue."""
        self._policy, rules = policy, load_policy(policy)
        evidence, now = self._folder / "evidence.jsonl", self._around.clock.now
        sides = [
            Compared(*describe(self._endpoint.client, self._endpoint.name, name, now)) for name in ("blue", "green")
        ]
        request = ScoreRequest(
            held_out=HELD_OUT,
            evidence=evidence,
            train=self._train,
            choices=tuple(Choice(name, name) for name in rules.used_metrics),
            limit=conversations,
            concurrency=1,
            warmup=0,
            workers=0,
        )
        score(request, *sides, post=self._post, timing=Timing(now, self._around.clock.sleep, self._tick))
        verdict = decide(load_evidence(evidence), rules, today=now().date())
        (self._folder / "verdict.json").write_bytes(verdict_bytes(verdict))
        return verdict

    def promote(self, *, resume: bool = False) -> Ended:
        """Climb the ladder with the verdict of `decide`."""
        files = {name: self._folder / file for name, file in _FILES.items()}
        around = Around(
            client=self._endpoint.client,
            registry=self._registry,
            post=self._watched_post,
            clock=self._around.clock,
            tick=self._tick,
            watch=Silent(),
        )
        today = self._around.clock.now().date()
        return promote(Promotion(policy=self._policy, resume=resume, today=today, **files), around)

    def promote_until(self, rung: str, stop: BaseException) -> Ended | None:
        """Promote, or go on with it, and stop at the first request on a rung; None when it was killed."""

        def strike() -> None:
            if read_journal(self._journal)[-1].rung == rung:
                self._strike = lambda: None
                raise stop

        self._strike = strike
        try:
            return self.promote(resume=self._was_cut_off)
        except KilledError:
            return None

    def lose_the_journal(self) -> None:
        """The machine that promoted is gone."""
        self._journal.unlink()

    def roll_back(self) -> Restored:
        """Put the traffic back as it was."""
        site = Site(self._endpoint.client, self._endpoint.name, self._around.clock, Silent())
        return roll_back(site, self._folder / "journals")

    @property
    def _journal(self) -> Path:
        return journal_file(self._folder / "journals", self._endpoint.name)

    @property
    def _was_cut_off(self) -> bool:
        courses = read_journal(self._journal)
        return bool(courses) and courses[-1].is_open

    def _watched_post(self, *request: Any) -> Any:
        traffic = self.traffic
        if traffic not in self.traffic_seen:
            self.traffic_seen.append(traffic)
        self._strike()
        return self._post(*request)

    def _tick(self) -> float:
        """Return seconds: the virtual ones of a local Azure ML are the same each time."""
        return time.perf_counter() if self._live else self._around.clock.now().timestamp()

    def _registry(self, name: str) -> Any:
        assert self._around.clients is not None
        return self._around.clients.ml(self._around.clients.credential, registry_name=name)


_FILES = {"evidence": "evidence.jsonl", "verdict": "verdict.json", "journals": "journals"}


class Comparing:
    """Trains models and puts two of them behind one endpoint."""

    def __init__(self, lifecycle: Lifecycle, around: Surroundings, spec: LifecycleSpec, folder: Path) -> None:
        self._lifecycle, self._around, self._spec, self._folder = lifecycle, around, spec, folder
        self._train = training_rows(SAMPLES / "ultrachat_200k", folder / "train.jsonl")

    def trained_on(self, percent: int) -> LifecycleReport:
        """Fine-tune on so much of the sample conversations."""
        return self._lifecycle.run(self._spec.with_overrides({"data.percent": str(percent)}))

    def trained_without(self, which: int) -> LifecycleReport:
        """Fine-tune on all rows but every twentieth, counted from row `which`."""
        rows = self._train.read_text(encoding="utf-8").splitlines(keepends=True)
        most = self._folder / f"without-{which}.jsonl"
        most.write_text("".join(row for number, row in enumerate(rows) if number % 20 != which), encoding="utf-8")
        spec = self._spec.with_overrides({"data.source": json.dumps(str(most)), "data.percent": "100"})
        return self._lifecycle.run(spec)

    @contextmanager
    def comparison(self, *, blue: LifecycleReport, green: LifecycleReport) -> Iterator[Comparison]:
        """Deploy both; blue is in service. Everything is deleted at the end of the block."""
        with self._lifecycle.endpoint(self._spec) as endpoint:
            endpoint.deploy("blue", blue)
            endpoint.shift("blue", 100)
            endpoint.deploy("green", green)
            yield Comparison(self._around, endpoint, self._train, self._folder)


def training_rows(source: Path, file: Path) -> Path:
    """Write what the models may have learned as JSON lines, to look for leaks in."""
    from pyarrow import parquet

    rows = parquet.read_table(source / "data" / "train_sft-00000-of-00001.parquet").to_pylist()
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return file
