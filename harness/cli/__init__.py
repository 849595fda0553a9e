"""The `harness` command."""

from __future__ import annotations

from harness.cli.entry import main

__all__ = ["main"]
