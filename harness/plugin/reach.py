"""On which backends a scenario can run, by the fixtures and markers that it has."""

from __future__ import annotations

from collections.abc import Collection

from harness.backends import BACKENDS, DEFAULT_CATALOG, LOCAL_BACKENDS, OFFLINE_BACKENDS

__all__ = ["reachable"]


def reachable(
    fixtures: Collection[str], era: str | None, chosen: tuple[str, ...], served: str | None
) -> tuple[str, ...]:
    """Return the backends of a scenario. era: what its mark `catalog` says. chosen: those of the run.

    What looks into the local Azure ML is none for Azure itself or a recording; what arranges something in it is none
    for Azure, but for a recording, which holds what came of it. What needs the registry as it stood, or checks the
    local Azure ML where it can, is none for Azure. served: the era of a local Azure ML that is live, whose scenarios
    they are if they need no more than its era.
    """
    if "azure" in fixtures:
        return LOCAL_BACKENDS
    if "arrange" in fixtures:
        return OFFLINE_BACKENDS
    if served is not None:
        return BACKENDS if (era or DEFAULT_CATALOG) == served else OFFLINE_BACKENDS
    return OFFLINE_BACKENDS if era is not None or "local_azure" in fixtures else chosen
