"""A verdict on a large comparison: time and memory, in a process of its own.

Time is the processor's, over all threads: what a verdict costs, whatever else the machine does. On two free cores it
takes at most as long.
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np

from bench.line import Line
from bench.peak import peak_resident
from harness.gate.evidence.paired import PairedEvidence
from harness.gate.evidence.records import Header, HeldOut, Leakage, MetricFacts, Side
from harness.gate.policy import GatePolicy
from harness.gate.verdict.decide import decide

CONVERSATIONS, METRICS, RUNS = 10_000, 8, 3
MEBIBYTE = 1024 * 1024


def measure() -> list[Line]:
    """Return the lines of time and memory."""
    program = "from bench.verdict import report; report()"
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=root)
    seconds, peak = map(float, done.stdout.split())
    size = f"{CONVERSATIONS:,} conversations, {METRICS} metrics, 9,999 resamples"
    basis = f"{seconds:.2f} s of the processor: {size}, some answers failed"
    return [
        Line("gate decide, processor time", seconds, 5, "s", basis),
        Line("gate decide, memory", peak / MEBIBYTE, 500, "MiB", "peak resident set of the same, the whole process"),
    ]


def report() -> None:
    """Print the median processor seconds of a verdict, and the peak resident set in bytes."""
    found, rules = evidence(), policy()
    seconds = []
    for _ in range(RUNS):
        started = time.process_time()
        decide(found, rules, today=date(2026, 1, 1))
        seconds.append(time.process_time() - started)
    sys.stdout.write(f"{median(seconds)} {peak_resident()}\n")


def policy() -> GatePolicy:
    """Return a policy of two primaries and six guardrails, with limits of operation."""
    names = [f"metric {number}" for number in range(METRICS)]
    return GatePolicy.model_validate(
        {"primary": [{"metric": name} for name in names[:2]], "guardrail": [{"metric": name} for name in names[2:]]}
    )


def evidence() -> PairedEvidence:
    """Return a comparison of equal models; one answer in a hundred failed, so that all fillings are computed."""
    rng = np.random.Generator(np.random.PCG64(0))
    failed = np.arange(CONVERSATIONS) % 100 == 0
    facts = MetricFacts(signature="bench", kind="continuous", direction="higher", worst=0.0, best=1.0)
    scores = {}
    for number in range(METRICS):
        baseline, candidate = (rng.beta(5, 3, CONVERSATIONS) * ~np.roll(failed, shift) for shift in (0, 1))
        scores[f"metric {number}"] = baseline, candidate
    sides = [Side(endpoint="e", deployment=name, model="m", version="1", digest=name) for name in ("blue", "green")]
    header = Header(
        held_out=HeldOut(name="bench", sha256="", conversations=CONVERSATIONS),
        train_sha256="",
        leakage=Leakage(exact=0, ngram13=0),
        baseline=sides[0],
        candidate=sides[1],
        decoding={},
        tools={},
    )
    return PairedEvidence(
        ids=tuple(f"{number:064x}" for number in range(CONVERSATIONS)),
        lines=tuple(range(1, CONVERSATIONS + 1)),
        scores=scores,
        faults={name: (np.zeros(CONVERSATIONS), np.zeros(CONVERSATIONS)) for name in scores},
        missing=(failed.astype(float), np.roll(failed, 1).astype(float)),
        failures=(CONVERSATIONS // 100,) * 2,
        requests=(CONVERSATIONS,) * 2,
        latency_s=(rng.lognormal(0, 0.5, CONVERSATIONS), rng.lognormal(0, 0.5, CONVERSATIONS)),
        tokens=(np.full(CONVERSATIONS, 100.0), np.full(CONVERSATIONS, 100.0)),
        slices={},
        metrics=dict.fromkeys(scores, facts),
        again={},
        changed=None,
        header=header,
        attempts=1,
        look=1,
        problems=(),
        digest="0" * 64,
    )
