"""The project's own files, for the tests of its shape."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_MADE_HERE = {"build", "dist", "runs", "__pycache__", ".git"}
_HIDDEN_BUT_OURS = {".azure-pipelines", ".ci", ".github"}
_BINARY = {".parquet", ".png", ".pyc"}


def _ours(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    hidden = any(part.startswith(".") and part not in _HIDDEN_BUT_OURS for part in parts[:-1])
    return path.is_file() and not hidden and not _MADE_HERE & set(parts) and ".egg-info" not in parts[0]


@pytest.fixture(scope="session")
def files() -> dict[str, str]:
    """The text of every file of the project by its path from the root; read without git, which may be missing."""
    hidden = {path for path in ROOT.iterdir() if path.name.startswith(".")}
    folders = [path for path in ROOT.iterdir() if path not in hidden or path.name in _HIDDEN_BUT_OURS]
    found = [*ROOT.iterdir(), *(path for folder in folders for path in folder.rglob("*"))]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(found)
        if _ours(path) and path.suffix not in _BINARY
    }


@pytest.fixture(scope="session")
def modules(files: dict[str, str]) -> dict[str, str]:
    """The source of every Python module by its path from the root."""
    return {path: text for path, text in files.items() if path.endswith(".py")}
