"""Where runs are killed, and what the page makes of it."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.socket.gate import Point
from tests.socket.kill_page import page, points_of
from tests.socket.killing import Killed

CALLS = [
    {"method": method, "operation": operation}
    for method, operation in (
        ("POST", "Entra_IssueToken"),
        ("GET", "Jobs_Get"),
        ("PUT", "Jobs_CreateOrUpdate"),
        ("GET", "Jobs_Get"),
        ("GET", "Jobs_Get"),
        ("DELETE", "OnlineEndpoints_Delete"),
    )
]


@pytest.mark.parametrize("kills", [7, 9, 30])
def test_writes_are_met_in_three_ways_and_reads_fill_up(kills: int) -> None:
    """There are as many points as asked for, in the order of the calls."""
    points = points_of(CALLS, kills)
    writes = Counter(point.operation for point in points if not point.operation.endswith(("_Get", "_IssueToken")))

    assert len(points) == kills
    assert writes == {"Jobs_CreateOrUpdate": 3, "OnlineEndpoints_Delete": 3}
    assert points[-1] == Point("OnlineEndpoints_Delete", 1, "after")
    assert {point.variant for point in points if point.operation == "Jobs_Get"} <= {"lost", "after"}


def test_page_counts_what_was_left() -> None:
    """A kill after which something stays, or whose sweep fails, is not counted as clean."""
    job, endpoint = Point("Jobs_CreateOrUpdate", 1, "late"), Point("OnlineEndpoints_CreateOrUpdate", 1, "after")
    clean = Killed(job, "pipeline", [], ["job removed"], 0, [], 1.0)
    left = Killed(endpoint, "deploy", ["endpoint e"], [], 0, ["endpoint e"], 1.0)
    failed = Killed(endpoint, "deploy", ["endpoint e"], [], 1, [], 1.0)
    written = page([clean, left, failed])

    assert "| pipeline | 1 | 0 | 1 | 0 | 0 | 0 | 1 |" in written
    assert "| deploy | 2 | 0 | 0 | 2 | 2 | 1 | 1 |" in written
    assert "Nothing left: 1 of 3." in written
