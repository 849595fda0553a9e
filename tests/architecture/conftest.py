"""The project's own files, for the tests of its shape."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_MADE_HERE = {"build", "dist", "runs", "__pycache__"}
_HIDDEN_BUT_OURS = {".ci", ".github"}
_BINARY = {".parquet", ".pyc"}


def _ours(folder: Path) -> bool:
    name = folder.name
    hidden = name.startswith(".") and name not in _HIDDEN_BUT_OURS
    return folder.is_dir() and not hidden and name not in _MADE_HERE and not name.endswith(".egg-info")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def files() -> dict[str, str]:
    """The text of every file of the project by its path from the root; read without git, which may be missing."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"]
    for folder in filter(_ours, ROOT.iterdir()):
        found += [path for path in folder.rglob("*") if path.is_file() and not _MADE_HERE & set(path.parts)]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(found)
        if path.suffix not in _BINARY
    }


@pytest.fixture(scope="session")
def modules(files: dict[str, str]) -> dict[str, str]:
    """The source of every Python module by its path from the root."""
    return {path: text for path, text in files.items() if path.endswith(".py")}
