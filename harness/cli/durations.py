"""Durations as people write them: 90s, 30m, 6h, 2d."""

from __future__ import annotations

import re
from datetime import timedelta

import typer

__all__ = ["duration_given"]

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration_given(text: str) -> timedelta:
    """Return a duration; typer.BadParameter for what is none."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is not a number with a unit, such as 90s, 30m, 6h or 2d")
    return timedelta(**{_UNITS[found.group(2)]: int(found.group(1))})
