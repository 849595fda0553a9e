"""The pytest plugin, one concern a module. It is an entry point: who installs the harness has it.

In a checkout that is not installed, `pytest_plugins = ("harness.plugin",)` in the root conftest loads it; the entry
point bears the same name, so that doing both loads it once.
"""

from __future__ import annotations

pytest_plugins = (
    "harness.plugin.options",
    "harness.plugin.budget",
    "harness.plugin.markers",
    "harness.plugin.preflight",
    "harness.plugin.network",
    "harness.plugin.cassettes",
    "harness.plugin.provenance",
    "harness.plugin.fixtures",
    "harness.plugin.gate",
)
