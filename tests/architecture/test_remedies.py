"""Every error that the harness raises says what to do about it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from harness import errors

_ENDS_WELL = {"Interrupted", "VerdictNo"}
KINDS = {name for name in errors.__all__ if isinstance(getattr(errors, name), type)} - _ENDS_WELL


def test_every_error_has_a_remedy(modules: dict[str, str]) -> None:
    """No error is raised without the sentence that says what to do."""
    sources = {path: text for path, text in modules.items() if path.startswith("harness/")}

    assert [place for path, text in sources.items() for place in _without_remedy(path, text)] == []


def test_an_error_without_remedy_is_found() -> None:
    """The search finds what it is there for."""
    assert list(_without_remedy("x.py", "raise DataError('no', where='x')\nraise DataError('no', remedy='Do.')")) == [
        "x.py:1 DataError"
    ]


def _without_remedy(path: str, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
            named = {keyword.arg for keyword in node.keywords}
            if node.args and not named & {"remedy", None}:
                yield f"{path}:{node.lineno} {node.func.id}"
