"""Whether a quota leaves room."""

from __future__ import annotations

import pytest

from harness.decide.quota import QuotaRow, cores_for_deployment, room_for, room_in

FAMILY = "standardNDSv2Family"


def rows(*given: tuple[str, str, int | None, int | None]) -> list[QuotaRow]:
    """Rows of a region."""
    return [QuotaRow(*row) for row in given]


@pytest.mark.parametrize(
    ("given", "free"),
    [
        (rows((FAMILY, "Dedicated", 0, -1)), None),
        (rows((FAMILY, "Dedicated", 40, 100)), 60),
        (rows((FAMILY.upper(), "Dedicated", 40, 40)), 0),
        (rows((FAMILY, "Dedicated", 80, 40)), 0),
        (rows((FAMILY, "Dedicated", 0, 100), ("TotalDedicatedCores", "", 70, 80)), 10),
        (rows((FAMILY, "Dedicated", 0, -1), ("TotalDedicatedCores", "", 70, 80)), 10),
        (rows((FAMILY, "Dedicated", 0, 100), ("TotalLowPriorityCores", "", 80, 80)), 100),
        (rows((FAMILY, "Dedicated", 0, 100), (FAMILY, "LowPriority", 0, 4)), 100),
        (rows((FAMILY, "Dedicated", 0, 100), ("TotalDedicatedCores", "", None, 80)), 100),
        (rows((FAMILY, "Dedicated", None, -1)), None),
    ],
)
def test_the_room_is_the_least_of_the_rows_that_count(given: list[QuotaRow], free: int | None) -> None:
    """A family's own and the region's sum of the same tier; -1 is no limit, and more used than allowed is no room."""
    found = room_for(given, FAMILY, "Dedicated")

    assert found is not None
    assert found.free == free


@pytest.mark.parametrize(
    "given",
    [
        [],
        rows(("otherFamily", "Dedicated", 0, 100), ("TotalDedicatedCores", "", 0, 80)),
        rows((FAMILY, "Dedicated", None, 100)),
        rows((FAMILY, "Dedicated", 0, None)),
    ],
)
def test_what_azure_does_not_say_is_not_known(given: list[QuotaRow]) -> None:
    """No row of the family, or one without numbers, is no room and no lack of it."""
    assert room_for(given, FAMILY, "Dedicated") is None


@pytest.mark.parametrize(("free", "cores", "holds"), [(None, 10**6, True), (40, 40, True), (40, 41, False)])
def test_room_holds_what_fits(free: int | None, cores: int, holds: bool) -> None:
    """To the last core."""
    limit = -1 if free is None else free
    found = room_for(rows((FAMILY, "Dedicated", 0, limit)), FAMILY, "Dedicated")

    assert found is not None
    assert found.holds(cores) is holds


@pytest.mark.parametrize(("instances", "vcpus", "cores"), [(10, 1, 12), (1, 24, 29), (1, 6, 8)])
def test_a_deployment_needs_a_fifth_more(instances: int, vcpus: int, cores: int) -> None:
    """Ten instances need the quota of twelve (documented), and parts of a core count as one."""
    assert cores_for_deployment(instances, vcpus) == cores


def test_a_sum_has_room_of_its_own() -> None:
    """The number of clusters of a region is such a sum."""
    found = room_in(rows(("TotalClusters", "", 200, 200)), "totalclusters")

    assert found is not None
    assert (found.free, found.said) == (0, "TotalClusters 200 of 200 used")
