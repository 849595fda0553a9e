"""Pure parts see no clock and no chance but those passed in. Imports are .importlinter's; these are calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

PURE = (
    "harness/decide/",
    "harness/gate/heldout/",
    "harness/gate/metrics/",
    "harness/gate/planning/",
    "harness/gate/policy/",
    "harness/gate/statistics/",
    "harness/gate/verdict/",
    "harness/ledger/",
    "fakes/world/",
    "fakes/catalogue/",
    "fakes/engines/",
)
AMBIENT = {
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "date.today",
    "time.time",
    "time.sleep",
    "time.perf_counter",
    "uuid.uuid1",
    "uuid.uuid4",
    "random.random",
    "random.choice",
    "random.shuffle",
    "random.randint",
    "os.urandom",
}
SLEEPERS = ("harness/lifecycle/waiting.py",)


def test_pure_parts_read_no_clock_and_throw_no_dice(modules: dict[str, str]) -> None:
    """Decisions, world, catalogue and engines use no wall clock and no unseeded randomness."""
    sources = {path: text for path, text in modules.items() if path.startswith(PURE)}

    assert [use for path, text in sources.items() for use in _ambient_uses(path, text, AMBIENT)] == []


def test_only_the_real_clock_sleeps(modules: dict[str, str]) -> None:
    """`time.sleep` is used by the lifecycle's real clock alone, so every other wait can be virtual."""
    sources = {path: text for path, text in modules.items() if path.startswith(("harness/", "fakes/"))}
    found = [use for path, text in sources.items() for use in _ambient_uses(path, text, {"time.sleep"})]

    assert [use for use in found if not use.startswith(SLEEPERS)] == []


@pytest.mark.parametrize("use", ["datetime.now(UTC)", "time.sleep", "datetime.datetime.now()", "uuid.uuid4()"])
def test_an_ambient_use_is_found(use: str) -> None:
    """A use of the wall clock or of chance is found whether it is called or only named."""
    assert list(_ambient_uses("fakes/world/example.py", f"x = {use}", AMBIENT)) != []


def _ambient_uses(path: str, text: str, names: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            name = ".".join(ast.unparse(node).split(".")[-2:])
            if name in names:
                yield f"{path}:{node.lineno} {name}"
