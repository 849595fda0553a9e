"""Every wait for Azure has a deadline: pollers are waited for in one place, which looks whether they are done."""

from __future__ import annotations

import ast
from collections.abc import Iterator

ONLY_IN = "harness/lifecycle/waiting.py"
WITH_CLIENTS = ("harness/backends/", "harness/doctor/", "harness/lifecycle/", "harness/plugin/")
"""Who holds the SDK's clients, and so its pollers."""

WAITS = {"result", "wait"}


def test_pollers_are_waited_for_in_one_place(modules: dict[str, str]) -> None:
    """`LROPoller.result(timeout)` returns what is not finished without a word, so nothing else calls it."""
    sources = {path: text for path, text in modules.items() if path.startswith(WITH_CLIENTS) and path != ONLY_IN}

    assert [place for path, text in sources.items() for place in _waits(path, text)] == []


def test_a_wait_elsewhere_is_found() -> None:
    """The search finds what it is there for."""
    text = "poller.result(timeout=5)\nclient.x.begin_delete('e').wait()\nreturn result"

    assert list(_waits("x.py", text.replace("return ", ""))) == ["x.py:1 result", "x.py:2 wait"]


def test_the_wait_looks_whether_it_is_done(modules: dict[str, str]) -> None:
    """In a loop, before the result is taken."""
    text = modules[ONLY_IN]

    assert text.index("while not poller.done():") < text.index("result = poller.result()")


def _waits(path: str, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WAITS:
            yield f"{path}:{node.lineno} {node.func.attr}"
