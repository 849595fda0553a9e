"""Small modules, functions, classes and tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator

LINES = {"module": 300, "class": 200, "function": 40, "test": 25}
CONFTEST_LINES = 60


def test_every_part_of_the_code_is_small(modules: dict[str, str]) -> None:
    """No module, class, function or test is longer than its limit in lines."""
    parts = [part for path, text in modules.items() for part in _parts(path, text)]

    assert [f"{name}: {size} > {LINES[kind]}" for kind, name, size in parts if size > LINES[kind]] == []


def test_conftests_stay_small(modules: dict[str, str]) -> None:
    """A conftest holds 60 lines at most, so fixtures live where they belong."""
    sizes = {path: len(text.splitlines()) for path, text in modules.items() if path.endswith("conftest.py")}

    assert {path: size for path, size in sizes.items() if size > CONFTEST_LINES} == {}


def _parts(path: str, text: str) -> Iterator[tuple[str, str, int]]:
    yield "module", path, len(text.splitlines())
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            yield _kind(path, node), f"{path}:{node.lineno} {node.name}", size


def _kind(path: str, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    if isinstance(node, ast.ClassDef):
        return "class"
    return "test" if node.name.startswith("test_") and not path.startswith(("harness/", "fakes/")) else "function"
