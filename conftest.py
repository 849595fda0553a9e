"""The test suite's own configuration: the plugin under test, and how hypothesis searches."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ("harness.plugin", "pytester")

_ON_CI = bool(os.environ.get("CI"))

# No deadline: a test's time is the machine's business. On CI the same examples every time.
settings.register_profile("dev", deadline=None, derandomize=_ON_CI)
settings.register_profile("ci", deadline=None, derandomize=_ON_CI, max_examples=300, print_blob=True)
settings.load_profile("ci" if _ON_CI else "dev")
