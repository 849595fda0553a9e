"""The test suite's own configuration: the plugin under test, and how hypothesis searches."""

from __future__ import annotations

import gc
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

pytest_plugins = ("harness.plugin", "pytester")

# Each full collection walks the SDK's hundreds of thousands of objects and frees next to nothing: with Python's own
# thresholds that is a tenth of the whole suite.
gc.set_threshold(100_000, 50, 100)

# No deadline: a test's time is the machine's business. On CI the same examples every time, which hypothesis has only
# without a database; everywhere else what has failed is kept, and tried first the next time.
_FAILURES = DirectoryBasedExampleDatabase(Path(__file__).parent / ".hypothesis" / "examples")
_SEARCH: dict[str, Any] = {"deadline": None, "print_blob": True}
_SEARCH |= {"derandomize": True} if os.environ.get("CI") else {"derandomize": False, "database": _FAILURES}
settings.register_profile("dev", max_examples=50, **_SEARCH)
settings.register_profile("ci", max_examples=300, **_SEARCH)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_markeval_namespace() -> dict[str, Any]:
    """Let marks say `xfail("SDK < (1, 35)", reason=...)`: what an older SDK lacks is written where it is missed."""
    return {"SDK": tuple(int(part) for part in version("azure-ai-ml").split(".")[:2])}
