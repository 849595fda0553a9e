"""Names that say something, and a sentence for everything public."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

VAGUE = {"utils", "util", "helpers", "helper", "common", "models", "misc"}
_SECOND_SENTENCE = re.compile(r"[.!?]\s+[A-Z]")


def test_no_module_has_a_vague_name(modules: dict[str, str]) -> None:
    """A module is named by what it decides or holds."""
    assert [path for path in modules if VAGUE & {part.lower() for part in PurePosixPath(path[:-3]).parts}] == []


def test_everything_public_has_a_docstring(modules: dict[str, str]) -> None:
    """Every public module, class, function and method of harness/ and fakes/ says what it is."""
    sources = {path: text for path, text in modules.items() if path.startswith(("harness/", "fakes/"))}

    assert [name for path, text in sources.items() for name in _undocumented(path, ast.parse(text))] == []


def test_every_test_states_one_fact(modules: dict[str, str]) -> None:
    """The docstring of a test is one sentence that says what is true."""
    sources = {path: text for path, text in modules.items() if path.startswith(("tests/", "scenarios/"))}

    assert [name for path, text in sources.items() for name in _without_one_fact(path, text)] == []


def _undocumented(path: str, node: ast.Module | ast.ClassDef) -> Iterator[str]:
    if ast.get_docstring(node) is None:
        yield f"{path}: {getattr(node, 'name', 'module')}"
    for child in node.body:
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if child.name.startswith("_"):
                continue
            if isinstance(child, ast.ClassDef):
                yield from _undocumented(path, child)
            elif ast.get_docstring(child) is None:
                yield f"{path}:{child.lineno} {child.name}"


def _without_one_fact(path: str, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            fact = ast.get_docstring(node) or ""
            if not fact.endswith(".") or _SECOND_SENTENCE.search(fact):
                yield f"{path}:{node.lineno} {node.name}"
