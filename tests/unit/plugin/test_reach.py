"""On which backends a scenario can run."""

from __future__ import annotations

import pytest

from harness.backends import BACKENDS, LOCAL_BACKENDS, OFFLINE_BACKENDS
from harness.plugin.reach import reachable

LIVE = ("live",)


@pytest.mark.parametrize(
    ("fixtures", "era", "served", "backends"),
    [
        ((), None, None, LIVE),
        (("local_azure",), None, None, OFFLINE_BACKENDS),
        ((), "2024-04", None, OFFLINE_BACKENDS),
        (("azure",), None, None, LOCAL_BACKENDS),
        (("arrange", "local_azure"), None, None, OFFLINE_BACKENDS),
        ((), None, "2024-04", BACKENDS),
        (("local_azure",), None, "2024-04", BACKENDS),
        ((), "2024-12", "2024-12", BACKENDS),
        ((), None, "2024-12", OFFLINE_BACKENDS),
        ((), "2024-12", "2024-04", OFFLINE_BACKENDS),
        (("azure",), None, "2024-04", LOCAL_BACKENDS),
        (("arrange", "local_azure"), None, "2024-04", OFFLINE_BACKENDS),
    ],
)
def test_reach(fixtures: tuple[str, ...], era: str | None, served: str | None, backends: tuple[str, ...]) -> None:
    """Azure gets what needs nothing of a local one; a served one its era; nobody but the process what looks into it."""
    assert reachable(fixtures, era, LIVE, served) == backends
