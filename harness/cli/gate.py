"""`harness gate`: whether a candidate model may take the place of the one in service."""

from __future__ import annotations

import typer

from harness.cli.gate_score import score

__all__ = ["gate"]

gate = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Decide whether a candidate model may be promoted."
)
gate.command(short_help="Ask candidate and baseline, and record what they answer.")(score)
