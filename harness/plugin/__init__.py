"""The pytest plugin: `pytest_plugins = ("harness.plugin",)` in a root conftest. One concern a module."""

from __future__ import annotations

pytest_plugins = ("harness.plugin.options", "harness.plugin.markers", "harness.plugin.fixtures")
