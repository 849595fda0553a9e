"""`python -m bench [call|lifecycle|replay|memory|verdict|scoring|suite]`: measure the budgets, print how they hold."""

from __future__ import annotations

import sys
from importlib import import_module

from rich.console import Console
from rich.table import Table

from bench.line import Line

MEASURES = ("call", "lifecycle", "replay", "memory", "verdict", "scoring", "suite")


def main(names: list[str]) -> int:
    """Measure, print a table and return 0 when every budget is kept, 1 when one is not, 2 for wrong use."""
    console = Console()
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        console.print(f"no measure {unknown[0]!r}; choose from {', '.join(MEASURES)}")
        return 2
    lines: list[Line] = []
    for name in names or MEASURES:
        console.print(f"measuring {name} ...", style="dim")
        lines += import_module(f"bench.{name}").measure()
    console.print(_table(lines))
    return 0 if all(line.kept for line in lines) else 1


def _table(lines: list[Line]) -> Table:
    table = Table("what", "measured", "budget", "", "made of", title="Budgets, measured in one run on this machine")
    for line in lines:
        verdict = "[green]ok[/]" if line.kept else "[red]over[/]"
        table.add_row(line.name, _shown(line.value, line.unit), _shown(line.budget, line.unit), verdict, line.basis)
    return table


def _shown(value: float, unit: str) -> str:
    digits = 2 if unit == "x" else 0
    return f"{value:.{digits}f} {unit}".strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
