"""What scoring adds to the endpoint's own time, and its ROUGE-L against rouge_score's."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from types import SimpleNamespace

from rouge_score.rouge_scorer import RougeScorer

from bench.line import Line
from harness.gate.evidence.records import Side
from harness.gate.metrics.rouge import rouge_l_f1
from harness.gate.scoring.measures import Choice
from harness.gate.scoring.posting import Authorisation, HttpPost, Target
from harness.gate.scoring.request import Compared, ScoreRequest, Watch
from harness.gate.scoring.score import score
from harness.gate.scoring.timing import Timing
from harness.lifecycle.waiting import RealClock

SERVICE_S, IN_FLIGHT, CONVERSATIONS, RUNS = 0.2, 8, 160, 3
TOKENS, PAIRS, ROUNDS = 150, 40, 5


def measure() -> list[Line]:
    """Return the lines of the asking and of ROUGE-L."""
    return [_asking_line(), _rouge_line()]


def _asking_line() -> Line:
    """Compare the asking with what the endpoint needs for as many requests, `IN_FLIGHT` at a time."""
    with tempfile.TemporaryDirectory() as folder, _endpoint() as address:
        seconds = median(asking_seconds(Path(folder) / f"{run}", address) for run in range(RUNS))
    own = 2 * CONVERSATIONS / IN_FLIGHT * SERVICE_S
    basis = (
        f"{2 * CONVERSATIONS} answers of {SERVICE_S * 1000:.0f} ms, {IN_FLIGHT} in flight, each synced to the disk: "
        f"{seconds:.2f} s, the endpoint alone {own:.2f} s"
    )
    return Line("gate score / the endpoint's own time", seconds / own, 1.05, "x", basis)


def asking_seconds(folder: Path, address: str) -> float:
    """Score against the stand-in and return the seconds from the first question to the last answer on the disk."""
    folder.mkdir()
    rows = (
        {"messages": [{"role": "user", "content": f"{n} " * 100}, {"role": "assistant", "content": "fifteen"}]}
        for n in range(CONVERSATIONS)
    )
    held_out = folder / "held_out.jsonl"
    held_out.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    clock, watch = RealClock(), _Stopwatch()
    request = ScoreRequest(
        held_out=held_out,
        evidence=folder / "evidence.jsonl",
        choices=(Choice("exact_match", "exact_match"),),
        concurrency=IN_FLIGHT,
        warmup=0,
        workers=0,
    )
    timing = Timing(clock.now, clock.sleep, time.perf_counter)
    score(request, _side("blue", address), _side("green", address), post=HttpPost(), timing=timing, watch=watch)
    return watch.asked - watch.began_asking


class _Stopwatch(Watch):
    """Notes when the asking begins, and when its last answer is on the disk."""

    def __init__(self) -> None:
        self._asking = False
        self.began_asking = self.asked = 0.0

    def began(self, what: str, total: int | None) -> None:  # noqa: ARG002 - the Watch's signature
        self._asking = what == "asking"
        if self._asking:
            self.began_asking = time.perf_counter()

    def moved(self, done: int, failed: int = 0) -> None:
        if failed:
            raise RuntimeError(f"{failed} of {done} answers failed")
        if self._asking:
            self.asked = time.perf_counter()


def _side(name: str, address: str) -> Compared:
    side = Side(endpoint="bench", deployment=name, model="azureml:bench:1", version="1", digest="0" * 64)
    return Compared(
        side, Target(address, name, Authorisation(lambda: SimpleNamespace(primary_key="k"), RealClock().now))
    )


@contextmanager
def _endpoint() -> Iterator[str]:
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "bench.endpoint", str(SERVICE_S)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/score"
        finally:
            process.kill()


def _rouge_line() -> Line:
    """Compare on pairs of texts as long as answers are; the budget is a fiftieth of rouge_score's time."""
    dice = random.Random(0)
    words = [f"word{number}" for number in range(500)]
    pairs = [tuple(" ".join(dice.choices(words, k=TOKENS)) for _ in range(2)) for _ in range(PAIRS)]
    theirs = RougeScorer(["rougeL"])
    rounds = [
        (
            _seconds(lambda: [rouge_l_f1(answer, reference) for answer, reference in pairs]),
            _seconds(lambda: [theirs.score(reference, answer) for answer, reference in pairs]),
        )
        for _ in range(ROUNDS)
    ]
    faster = median(other / own for own, other in rounds)
    own = median(own for own, _ in rounds) / PAIRS
    basis = f"pairs of {TOKENS} tokens: {own * 1e6:.0f} us each, {faster:.0f} times as fast"
    return Line("ROUGE-L / a fiftieth of rouge_score", 50 / faster, 1.0, "x", basis)


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
