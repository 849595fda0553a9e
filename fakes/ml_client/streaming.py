"""What `jobs.stream` prints while a job runs: its logs as they grow, then a summary."""

from __future__ import annotations

import json
import math
import os
import re
import sys
from typing import TYPE_CHECKING

from azure.ai.ml.exceptions import ErrorCategory, ErrorTarget, JobException

from fakes.world.datastores import ARTIFACT_STORE
from fakes.world.error_bodies import run_error
from fakes.world.jobs import Job, get_job, visible_run

if TYPE_CHECKING:
    from fakes.ml_client.scope import Scope

_RUNNING = ("NotStarted", "Queued", "Preparing", "Provisioning", "Starting", "Running", "Finalizing")
"""While a job is in one of these, the SDK goes on reading (SDK source)."""

_SHOWN = {
    "Pipeline": re.compile(r"logs/azureml/executionlogs\.txt"),
    "Command": re.compile(r"user_logs/std_log[\D]*[0]*(?:_ps)?\.txt|azureml-logs/[\d]{2}.+\.txt"),
}
"""Which logs of a job are shown."""


def stream(scope: Scope, name: str) -> None:
    """Print a job's logs until it ends; JobException with the cause when it fails."""
    job = scope.send("Jobs_Get", "GET", lambda workspace: get_job(workspace, name))
    studio, printed, waited = job.studio_url, dict[str, int](), 0.0
    _say(f"RunId: {name}", f"Web View: {studio}")
    status = _status(scope, name)
    while status in _RUNNING:
        sys.stdout.flush()
        pause = _pause(waited)
        scope.world.clock.sleep(pause)
        waited += pause
        status = _status(scope, name)
        _print_news(scope, job, printed)
    _say("", "Execution Summary", "=================", f"RunId: {name}", f"Web View: {studio}")
    if status == "Failed":
        world = scope.world
        error = run_error(world, job.workspace.region, job.run, world.clock.now())
        raise JobException(
            message=f"Exception : \n {json.dumps(error, indent=4)} ",
            target=ErrorTarget.JOB,
            no_personal_data_message="Exception raised on failed job.",
            error_category=ErrorCategory.SYSTEM_ERROR,
        )
    _say("")
    sys.stdout.flush()


def _status(scope: Scope, name: str) -> str:
    now = scope.world.clock.now
    return scope.send("Runs_GetDetails", "GET", lambda home: visible_run(home, name, now())[1].status(now()))


def _pause(waited: float) -> float:
    """Return how long the SDK waits: from 2 s to a minute, longer the longer the job takes (SDK source)."""
    longest = int(os.environ.get("AZUREML_RUN_POLLING_INTERVAL_MAX", "60"))
    shortest = int(os.environ.get("AZUREML_RUN_POLLING_INTERVAL_MIN", "2"))
    return max(shortest, int(longest / (1.0 + 100 * math.exp(-waited / 20.0))))


def _print_news(scope: Scope, job: Job, printed: dict[str, int]) -> None:
    store = job.workspace.datastores[ARTIFACT_STORE]
    prefix = job.run.container + "/"
    blobs = scope.world.blobs
    for blob in blobs.list(store.account, store.container, prefix=prefix).blobs:
        name = blob.name.removeprefix(prefix)
        if not _SHOWN[job.kind].fullmatch(name):
            continue
        with blobs.open(blob) as content:
            lines = content.read().decode().splitlines()
        if lines and name not in printed:
            _say("", f"Streaming {name}", "=" * (len(name) + 10), "")
        _say(*lines[printed.get(name, 0) :])
        if lines:
            printed[name] = len(lines)


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
