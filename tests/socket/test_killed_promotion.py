"""A promotion is killed with SIGKILL in the middle of a call; another process resumes it or puts the traffic back."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.socket.gate import Point
from tests.socket.killed_promotions import POINTS, Promotions, promotions

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="promotions are forked")

PUT = "OnlineEndpoints_CreateOrUpdate"


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Promotions]:
    """A served Azure ML with two deployments and a verdict that says PROMOTE."""
    with promotions(tmp_path_factory.mktemp("promotions")) as made:
        yield made


@pytest.mark.parametrize(
    ("point", "rung"),
    [
        (Point(PUT, 2, "late"), "mirror-10"),
        (Point(PUT, 4, "after"), "live-50"),
        (Point("Scoring_Score", 96, "lost"), "live-100"),
    ],
    ids=["while copies begin", "when half is moved", "while all is watched"],
)
def test_a_killed_promotion_is_rolled_back(killed: Promotions, point: Point, rung: str) -> None:
    """Also while Azure still acts on what the dead process has asked for: blue has everything, and no tag is left."""
    cut = killed.cut(point, "rollback")

    assert (cut.rung, cut.code, cut.traffic, cut.tags) == (rung, 0, {"blue": 100}, {})


@pytest.mark.parametrize(
    ("point", "rung"),
    [(Point(PUT, 3, "lost"), "live-10"), (Point(PUT, 5, "late"), "live-100"), (Point(PUT, 6, "after"), "release")],
    ids=["before a tenth is moved", "while the rest moves", "when the top is reached"],
)
def test_a_killed_promotion_goes_on(killed: Promotions, point: Point, rung: str) -> None:
    """It ends where one that nobody killed ends."""
    cut = killed.cut(point, "resume")

    assert (cut.rung, cut.code, cut.traffic) == (rung, 0, {"green": 100})
    assert cut.tags["gate.state"] == "promoted"


def test_there_is_a_point_on_every_rung() -> None:
    """What changes something is met in three ways on each."""
    assert [len(points) >= 2 for points in POINTS.values()] == [True] * 8
    assert sum(map(len, POINTS.values())) == 31
