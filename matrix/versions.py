"""Which versions of azure-ai-ml are run."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["BEFORE_REWRITE", "OLDEST", "newest", "undeclared", "versions", "without_sdk"]

OLDEST = "1.30.0"
"""The lower bound in pyproject.toml."""

BEFORE_REWRITE = "1.34.1"
"""The last one whose REST clients were generated the old way; 1.35 has others."""

_PIN = re.compile(r"^azure-ai-ml==(\S+)\n", re.MULTILINE)


def newest(constraints: str) -> str:
    """Return the version that constraints.txt pins."""
    pin = _PIN.search(constraints)
    if pin is None:
        raise ValueError("constraints.txt pins no azure-ai-ml")
    return pin.group(1)


def without_sdk(constraints: str) -> str:
    """Return constraints.txt without its pin of the SDK."""
    return _PIN.sub("", constraints)


def undeclared(version: str) -> tuple[str, ...]:
    """Return what a version imports without declaring it: the clients before 1.35 were generated for `six`."""
    return ("six",) if tuple(int(part) for part in version.split(".")[:2]) < (1, 35) else ()


def versions(root: Path) -> tuple[str, ...]:
    """Return the versions to run, oldest first."""
    return OLDEST, BEFORE_REWRITE, newest((root / "constraints.txt").read_text(encoding="utf-8"))
