"""A run is killed with SIGKILL in the middle of a call, and a sweep removes what it left: a sample of `make kills`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ("Jobs_CreateOrUpdate:1:after", "OnlineEndpoints_CreateOrUpdate:1:late")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are forked")
def test_nothing_is_left_of_a_killed_run() -> None:
    """A job that runs goes, and so does an endpoint that is created when its client is dead."""
    arguments = [sys.executable, "-m", "tests.socket.kill_page", "--points", *SAMPLE]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    kills = json.loads(done.stdout)

    assert [kill["step"] for kill in kills] == ["pipeline", "deploy"]
    assert [bool(kill["left"]) for kill in kills] == [True, False]
    assert [(kill["code"], kill["after"]) for kill in kills] == [(0, [])] * 2
    assert "endpoint removed" in kills[1]["swept"]
    assert done.returncode == 0
