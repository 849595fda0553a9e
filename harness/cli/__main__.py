"""`python -m harness.cli` is the `harness` command."""

from __future__ import annotations

from harness.cli.entry import main

main()
