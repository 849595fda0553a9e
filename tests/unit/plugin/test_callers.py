"""Who made a call: the user's line, and the library's between."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from harness.plugin.callers import find_caller

LIBRARY, PYTHON = "/x/site-packages/lib/net.py", socket.__file__


def _called_through(*filenames: str) -> str:
    """Return who is said to call when code in these files calls each other, outermost first."""
    chain: list[Any] = []
    for filename in filenames:
        namespace: dict[str, Any] = {}
        exec(compile("def f(chain):\n    return chain[0](chain[1:])", filename, "exec"), namespace)
        chain.append(namespace["f"])
    chain.append(lambda _: find_caller())  # stands for the guard, which is not meant
    return str(chain[0](chain[1:]))


@pytest.mark.parametrize(
    ("filenames", "said"),
    [
        (["mine.py"], "mine.py:2 in f"),
        (["mine.py", PYTHON], "mine.py:2 in f"),
        (["outer.py", "mine.py", PYTHON], "mine.py:2 in f"),
        (["mine.py", LIBRARY, PYTHON], "mine.py:2 in f, through lib/net.py:2 in f"),
        (["mine.py", "/x/site-packages/outer.py", LIBRARY], "mine.py:2 in f, through lib/net.py:2 in f"),
        (["mine.py", LIBRARY, "callback.py"], "callback.py:2 in f"),
    ],
)
def test_users_line_is_the_nearest_with_the_library_between(filenames: list[str], said: str) -> None:
    """Named are the user's innermost line and the innermost line of a package that it called; Python's own are not."""
    assert _called_through(*filenames) == said


def test_paths_are_those_of_the_project() -> None:
    """A file below the working folder is named from there, another one in full."""
    here = str(Path.cwd() / "tests" / "mine.py")

    assert _called_through(here) == "tests/mine.py:2 in f"
    assert _called_through("/elsewhere/mine.py") == "/elsewhere/mine.py:2 in f"
