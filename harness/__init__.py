"""Acceptance harness for the Azure ML lifecycle: fine-tune, register, deploy, score, delete.

The lifecycle is written once, against the SDK's own `MLClient`, and runs on whichever backend answers it.
The layers, from the bottom up (each may import only those before it):

    errors      one error tree: what, where, got, expected, nearest valid value, remedy
    decide      pure decisions: a value with its reason, no clock, no I/O, no Azure
    spec        what to run: a typed, frozen document loaded from TOML
    backends    who answers: a local Azure ML, or Azure itself
    lifecycle   one module a step, in the order in which they run
    plugin      pytest: options, markers, fixtures
    cli         the `harness` command
"""

from __future__ import annotations

__version__ = "0.1.0"
