"""Amounts that a budget can have."""

from __future__ import annotations

import math

import typer

__all__ = ["amount_given"]


def amount_given(text: str) -> float:
    """Return a finite number above 0; typer.BadParameter for anything else."""
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not (math.isfinite(amount) and amount > 0):
        raise typer.BadParameter(f"{text!r} is not a number above 0")
    return amount
