"""What the scenarios start from, and what must be true of the local Azure ML after each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.spec import LifecycleSpec, load_spec

SPECS = Path(__file__).parents[1] / "samples" / "specs"


@pytest.fixture
def chat() -> LifecycleSpec:
    """The published notebook's lifecycle, on half of the sample conversations: 120 to train on."""
    return load_spec(SPECS / "chat-completion.toml").with_overrides({"data.percent": "50"})


@pytest.fixture
def nothing_billable(local_azure: Any) -> Iterator[None]:
    """At the end no endpoint, no running job, no idling nodes; a recording proves it by the deletes that it needs."""
    yield
    if local_azure is None:
        return
    home, now = local_azure.world.home, local_azure.clock.now()
    running = [job.name for job in home.jobs.values() if job.run.ended(now) is None]
    idling = [c.name for c in home.computes.values() if c.settings["scaleSettings"]["minNodeCount"]]

    assert (list(home.endpoints), running, idling) == ([], [], [])


@pytest.fixture
def question() -> dict[str, Any]:
    """A request that the sample conversations have an answer to."""
    turn = {"role": "user", "content": "How would a 50/30/20 budget look for an income of 4000 a month?"}
    return {"input_data": {"input_string": [[turn]], "parameters": {"max_new_tokens": 200}}, "params": {}}
