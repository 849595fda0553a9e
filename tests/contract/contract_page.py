"""The page that says what the contract holds: `python -m tests.contract.contract_page docs/contract.md`.

It is read off the tests' text: a behaviour is the docstring of a test, its evidence the mark on it. Whether the doubles
really keep it is what a green run of these tests says; a known gap is a test that must fail.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BACKENDS = ("fake", "emulator")
KINDS = {
    "RECORDED": "recorded",
    "SDK_SOURCE": "SDK source",
    "DOCUMENTED": "documented",
    "INFERRED": "inferred",
}
HERE = Path(__file__).parent
_HEADER = """\
# The contract of the doubles

Written by `make contract` from the tests in `tests/contract`; a test fails when it is out of date. Each behaviour is
one test, and every double of Azure ML passes it: `fake`, the client in memory, and `emulator`, the real SDK over HTTP.

Evidence, strongest first:

| evidence | meaning |
|---|---|
| recorded | seen in published recordings of real traffic |
| SDK source | read off the source of azure-ai-ml or azure-core |
| documented | in the documentation, in registry sources, or quoted in public issues |
| inferred | the most conservative answer we could think of |

`holds` is what a green run proves; a `gap` is known, and the run fails on the day that it closes.
"""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One test of the contract; `gaps` are the backends that are known not to behave so, with the reason."""

    area: str
    fact: str
    kind: str
    source: str
    gaps: dict[str, str] = field(default_factory=dict)

    def row(self) -> str:
        """Return the behaviour as a row of the table."""
        kept = [f"gap: {self.gaps[name]}" if name in self.gaps else "holds" for name in BACKENDS]
        return _row(self.area, self.fact, f"{KINDS[self.kind]}: {self.source}", *kept)


def behaviours(folder: Path = HERE) -> list[Behaviour]:
    """Return every behaviour, by area in the order of the files."""
    return [found for path in sorted(folder.glob("test_contract_*.py")) for found in _of_file(path)]


def page(found: list[Behaviour]) -> str:
    """Return docs/contract.md."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: list[Behaviour]) -> Iterator[str]:
    yield _HEADER
    areas = list(dict.fromkeys(behaviour.area for behaviour in found))
    yield _row("area", *KINDS.values(), "behaviours")
    yield "|---|" + "---:|" * (len(KINDS) + 1)
    for area in areas:
        yield _counted(area, [behaviour for behaviour in found if behaviour.area == area])
    yield _counted("all", found)
    yield ""
    yield _row("area", "behaviour", "evidence", *BACKENDS)
    yield "|---|---|---|---|---|"
    yield from (behaviour.row() for behaviour in found)


def _counted(area: str, found: list[Behaviour]) -> str:
    counts = Counter(behaviour.kind for behaviour in found)
    return _row(area, *(str(counts[kind]) for kind in KINDS), str(len(found)))


def _row(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


def _of_file(path: Path) -> Iterator[Behaviour]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    area = re.sub(r"^test_contract_|\.py$", "", path.name).replace("_", " ")
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield _behaviour(area, node)


def _behaviour(area: str, node: ast.FunctionDef) -> Behaviour:
    kind, source, gaps = "", "", {}
    for mark in (mark for mark in node.decorator_list if isinstance(mark, ast.Call)):
        name = ast.unparse(mark.func)
        if name == "evidence":
            kind, source = ast.unparse(mark.args[0]).rpartition(".")[2], ast.literal_eval(mark.args[1])
        elif name == "gap":
            backend, reason = map(ast.literal_eval, mark.args)
            gaps[backend] = reason
    return Behaviour(area, ast.get_docstring(node) or node.name, kind, source, gaps)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(behaviours()), encoding="utf-8")
