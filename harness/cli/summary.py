"""What a run came to: its durations as bars, the metrics, the scored conversation, what is left of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.cli.drawing import Symbols, bar, duration, sparkline, symbols_for
from harness.ledger import CreatedResource
from harness.lifecycle.report import LifecycleReport, MetricPoint, StepRecord

__all__ = ["show_summary"]

_CURVE, _SIDE_BY_SIDE = 16, 100
_SPEAKERS = {"user": "cyan", "assistant": "green", "system": "dim"}


def show_summary(report: LifecycleReport, console: Console, *, timeline: bool, virtual: bool) -> None:
    """Print what there is to say about a run; virtual: Azure's seconds were not waited for."""
    symbols = symbols_for(console.encoding)
    sections: list[tuple[str, RenderableType | None]] = [
        ("Where the time went", _timeline(report.steps, console, virtual) if timeline else None),
        ("Metrics", _metrics(report.metrics, symbols)),
        ("The scored conversation", _conversation(report, console.width)),
        ("What was created", _created(report.created, symbols)),
    ]
    for title, body in sections:
        if body is not None:
            console.print()
            console.print(Text(title, style="bold"))
            console.print(Padding(body, (0, 0, 0, 2), expand=False))


def _timeline(steps: Sequence[StepRecord], console: Console, virtual: bool) -> RenderableType | None:
    """One row a step. Each column has its own scale: an hour of Azure's may take a second here."""
    ran = [step for step in steps if step.outcome != "skipped"]
    columns = [("Azure (virtual)" if virtual else "Azure", "cyan", [step.azure_seconds for step in ran])]
    if virtual:
        columns.append(("here", "magenta", [step.real_seconds for step in ran]))
    if not any(step.azure_seconds for step in ran):
        return None  # refused before Azure did anything
    width = max(10, min(32, (console.width - 44) // len(columns)))
    table = Table(box=None, padding=(0, 2, 0, 0), show_footer=True, header_style="dim", footer_style="bold")
    table.add_column("step", footer="in all", no_wrap=True)
    for title, _, seconds in columns:
        table.add_column(title, width=max(width, len(title)))
        table.add_column("", footer=duration(sum(seconds)), justify="right", no_wrap=True)
    symbols = symbols_for(console.encoding)
    for row, step in enumerate(ran):
        cells = [_time(seconds[row], max(seconds), width, symbols, style) for _, style, seconds in columns]
        table.add_row(step.name, *(part for cell in cells for part in cell))
    return table


def _time(seconds: float, longest: float, width: int, symbols: Symbols, style: str) -> tuple[Text, Text]:
    if seconds < 0.005:
        return Text(""), Text("")
    return Text(bar(seconds / longest, width, symbols), style=style), Text(duration(seconds))


def _metrics(metrics: Mapping[str, Sequence[MetricPoint]], symbols: Symbols) -> RenderableType | None:
    """Metrics with a course first, each from its first value to its last; then those with one value."""
    if not metrics:
        return None
    table = Table.grid(padding=(0, 2))
    courses = {name: [point.value for point in points] for name, points in metrics.items() if points}
    for name, values in sorted(courses.items(), key=lambda item: (len(item[1]) == 1, item[0] != "loss", item[0])):
        if len(values) == 1:
            table.add_row(name, _number(values[0]), "")
        else:
            course = f"{_number(values[0])} {symbols.arrow} {_number(values[-1])}"
            table.add_row(name, course, Text(sparkline(values, _CURVE, symbols), style="cyan"))
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"


def _conversation(report: LifecycleReport, width: int) -> RenderableType | None:
    """The turns that were sent, then the answer and the ground truth: side by side where there is room."""
    if report.answer is None:
        return None
    turns = [Text.assemble((f"{t['role']}: ", _SPEAKERS.get(t["role"], "")), t["content"]) for t in report.conversation]
    truth = report.ground_truth if report.ground_truth is not None else "(the row holds none)"
    side_by_side = width >= _SIDE_BY_SIDE
    table = Table(box=None, padding=(0, 2, 0, 0), expand=side_by_side, header_style="bold green")
    if side_by_side:
        table.add_column("the fine-tuned model's answer", ratio=1, overflow="fold")
        table.add_column("ground truth", ratio=1, overflow="fold")
        table.add_row(Text(report.answer), Text(truth))
    else:
        table.add_column("the fine-tuned model's answer", overflow="fold")
        table.add_row(Text(report.answer))
        table.add_row(Text("\nground truth", style="bold green"))
        table.add_row(Text(truth))
    return Group(*turns, Text(), table)


def _created(created: Sequence[CreatedResource], symbols: Symbols) -> RenderableType | None:
    if not created:
        return None
    table = Table.grid(padding=(0, 2))
    for _ in ("fate", "kind", "name"):
        table.add_column(overflow="fold")
    for resource in created:
        table.add_row(_fate(resource, symbols), resource.kind, resource.name)
    if any(resource.bills and not resource.deleted for resource in created):
        return table
    return Group(table, Text("Nothing of it bills.", style="dim"))


def _fate(resource: CreatedResource, symbols: Symbols) -> Text:
    if resource.deleted:
        return Text(f"{symbols.done} deleted", style="green")
    if resource.bills:
        return Text(f"{symbols.failed} bills", style="bold red")
    return Text(f"{symbols.skipped} kept")


def closing_line(report: LifecycleReport, folder: Path, calls: int) -> str:
    """Return the last line: how long it took in all, and where everything is."""
    azure = duration(sum(step.azure_seconds for step in report.steps))
    here = duration(sum(step.real_seconds for step in report.steps))
    counted = f", {calls} HTTP calls" if calls else ""
    return f"{azure} on Azure, {here} here{counted}. Everything is in {folder}"
