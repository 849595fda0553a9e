"""An environment of its own for each version of the SDK: `.venv-sdk-<version>`."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from matrix.versions import undeclared, without_sdk

__all__ = ["EnvironmentFailed", "environment"]


class EnvironmentFailed(Exception):
    """The packages cannot be installed together; the message is pip's."""


def environment(root: Path, version: str) -> Path:
    """Return the interpreter of the environment for a version, made anew when what it is made from has changed.

    Every other package is the one that constraints.txt pins, so that only the SDK differs.
    """
    folder = root / f".venv-sdk-{version}"
    python, ready = folder / "bin" / "python", folder / ".ready"
    constraints = without_sdk((root / "constraints.txt").read_text(encoding="utf-8"))
    packages = (f"azure-ai-ml=={version}", *undeclared(version))
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    recipe = hashlib.sha256("\n".join([constraints, project, *packages]).encode())
    if ready.is_file() and ready.read_text(encoding="utf-8") == recipe.hexdigest():
        return python
    _run(sys.executable, "-m", "venv", "--clear", str(folder), cwd=root)
    pins = folder / "constraints.txt"
    pins.write_text(constraints, encoding="utf-8")
    install = (str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet")
    _run(*install, "-c", str(pins), "-e", ".[test]", *packages, cwd=root)
    ready.write_text(recipe.hexdigest(), encoding="utf-8")
    return python


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentFailed("\n".join(done.stderr.strip().splitlines()[-5:]))
