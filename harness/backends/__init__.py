"""Who answers the SDK: a local Azure ML in this process, a recording, or Azure itself."""

from __future__ import annotations

from harness.backends.select import (
    BACKENDS,
    DEFAULT_CATALOG,
    LOCAL_BACKENDS,
    OFFLINE_BACKENDS,
    BackendChoice,
    Machine,
    choose_backend,
    choose_backends,
)
from harness.backends.surroundings import Surroundings, open_backend

__all__ = [
    "BACKENDS",
    "DEFAULT_CATALOG",
    "LOCAL_BACKENDS",
    "OFFLINE_BACKENDS",
    "BackendChoice",
    "Machine",
    "Surroundings",
    "choose_backend",
    "choose_backends",
    "open_backend",
]
