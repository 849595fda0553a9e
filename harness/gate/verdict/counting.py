"""Numbers of conversations in words."""

from __future__ import annotations

__all__ = ["conversations"]


def conversations(number: int) -> str:
    """Return the number with its noun, which is in the singular after one."""
    return "1 conversation" if number == 1 else f"{number} conversations"
