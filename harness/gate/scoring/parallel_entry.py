"""What a node of the parallel job runs: Azure ML calls `init` once in a process, then `run` with files of a mini-batch.

It asks with the identity of the compute, so no key is part of the job.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.errors import DataError
from harness.gate.evidence.records import ROLES, Role
from harness.gate.scoring.posting import HttpPost, Post, Target
from harness.gate.scoring.shards import ShardPlan, read_plan, score_shard
from harness.gate.scoring.sides import describe
from harness.gate.scoring.timing import Timing

__all__ = ["Node", "init", "run"]


class Node:
    """A process of the job, with the plan and the way to both deployments.

    client: of the workspace. DataError when a deployment is no longer what it was when the job was submitted.
    """

    def __init__(self, plan: ShardPlan, records: Path, client: Any, *, post: Post, timing: Timing) -> None:
        self._plan, self._records, self._post, self._timing = plan, records, post, timing
        self._targets: Mapping[Role, Target] = {role: self._target(role, client) for role in ROLES}

    def run(self, shards: Sequence[str]) -> list[str]:
        """Score parts of the held-out file, and return what was made of each."""
        made = []
        for shard in shards:
            part = score_shard(
                self._plan, Path(shard), self._records, self._targets, post=self._post, timing=self._timing
            )
            made.append(part.name)
        return made

    def _target(self, role: Role, client: Any) -> Target:
        planned = self._plan.header.side(role)
        side, target = describe(client, planned.endpoint, planned.deployment, self._timing.now)
        if side != planned:
            raise DataError(
                f"the {role} is no longer the deployment that was to be scored",
                where=f"deployment {planned.deployment} of endpoint {planned.endpoint}",
                got=f"{side.model}, {side.instance_count} x {side.instance_type}",
                expected=f"{planned.model}, {planned.instance_count} x {planned.instance_type}",
                remedy="Leave both deployments alone while they are scored, and submit again.",
            )
        return target


_NODE: list[Node] = []
"""The one of this process, between Azure ML's two calls."""


def init(now: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
    """Read the plan and find both deployments, as the compute's identity; the clock is the script's that calls this."""
    from azure.ai.ml import MLClient
    from azure.identity import DefaultAzureCredential

    parser = argparse.ArgumentParser()
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--records", type=Path, required=True)
    given, _ = parser.parse_known_args(sys.argv[1:])
    place = [os.environ[f"AZUREML_ARM_{name}"] for name in ("SUBSCRIPTION", "RESOURCEGROUP", "WORKSPACE_NAME")]
    client = MLClient(DefaultAzureCredential(), *place)
    given.records.mkdir(parents=True, exist_ok=True)
    _NODE[:] = [
        Node(
            read_plan(given.plan.read_text(encoding="utf-8")),
            given.records,
            client,
            post=HttpPost(),
            timing=Timing(now, sleep, time.perf_counter),
        )
    ]


def run(mini_batch: Sequence[str]) -> list[str]:
    """Score the files of a mini-batch; Azure ML counts what comes back against what it gave."""
    return _NODE[0].run(mini_batch)
