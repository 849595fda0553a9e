"""Scoring before the gate's tests: both deployments are asked what the held-out file asks, and the answers measured."""

from __future__ import annotations

import time

import pytest

from harness.backends import choose_backend, open_backend
from harness.backends.live import look_around
from harness.gate.policy import GatePolicy, load_policy
from harness.gate.scoring.choosing import choices_of, look_beside
from harness.gate.scoring.posting import HttpPost
from harness.gate.scoring.request import Compared, ScoreRequest
from harness.gate.scoring.score import score
from harness.gate.scoring.sides import describe
from harness.gate.scoring.timing import Timing
from harness.lifecycle.connect import connect
from harness.lifecycle.watching import sdk_muted
from harness.spec import LifecycleSpec

__all__ = ["score_deployments"]


def score_deployments(config: pytest.Config) -> None:
    """Score what the options of a run name, into its evidence; what is there already is not asked again.

    It runs on the backend that `--backend` names, else on Azure. Raises what `score` raises.
    """
    policy = load_policy(config.getoption("--gate-policy"))
    look_beside(config.getoption("--gate-policy"))
    backend = next(iter(config.getoption("--backend") or ("live",)))
    with open_backend(choose_backend(backend, look_around())) as around, sdk_muted():
        spec = around.settled(LifecycleSpec())
        client = connect(spec, environ=around.environ, interactive=False, clients=around.clients).workspace
        endpoint = config.getoption("--gate-endpoint")
        baseline, candidate = (
            Compared(*describe(client, endpoint, config.getoption(option), around.clock.now))
            for option in ("--gate-baseline", "--gate-candidate")
        )
        timing = Timing(around.clock.now, around.clock.sleep, time.perf_counter)
        score(_request(config, policy), baseline, candidate, post=around.post or HttpPost(), timing=timing)


def _request(config: pytest.Config, policy: GatePolicy) -> ScoreRequest:
    return ScoreRequest(
        held_out=config.getoption("--gate-held-out"),
        evidence=config.getoption("--gate-evidence"),
        choices=choices_of(policy),
        train=config.getoption("--gate-train"),
        slices=tuple(each.by for each in policy.slice),
    )
