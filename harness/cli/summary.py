"""What a run came to: its durations as bars, the metrics, the scored conversation, what is left of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.cli.drawing import Symbols, bar, duration, sparkline, symbols_for
from harness.lifecycle.report import CreatedResource, LifecycleReport, MetricPoint, StepRecord

__all__ = ["show_summary"]

_BAR, _CURVE, _SIDE_BY_SIDE = 24, 16, 100
_SPEAKERS = {"user": "cyan", "assistant": "green", "system": "dim"}


def show_summary(report: LifecycleReport, console: Console, *, timeline: bool, virtual: bool) -> None:
    """Print what there is to say about a run; virtual: Azure's seconds were not waited for."""
    symbols = symbols_for(console.encoding)
    sections: list[tuple[str, RenderableType | None]] = [
        ("Where the time went", _timeline(report.steps, symbols, virtual) if timeline else None),
        ("Metrics", _metrics(report.metrics, symbols)),
        ("The scored conversation", _conversation(report, console.width)),
        ("What was created", _created(report.created, symbols)),
    ]
    for title, body in sections:
        if body is not None:
            console.print()
            console.print(Text(title, style="bold"))
            console.print(Padding(body, (0, 0, 0, 2)))


def _timeline(steps: Sequence[StepRecord], symbols: Symbols, virtual: bool) -> RenderableType | None:
    """One row a step. Each column has its own scale: an hour of Azure's may take a second here."""
    ran = [step for step in steps if step.outcome != "skipped"]
    if not ran:
        return None
    table = Table(box=None, padding=(0, 1, 0, 0), show_footer=True, header_style="dim")
    azure, here = sum(step.azure_seconds for step in ran), sum(step.real_seconds for step in ran)
    table.add_column("step", footer="in all")
    _add_time(table, "Azure's time (virtual)" if virtual else "Azure's time", azure)
    if virtual:
        _add_time(table, "real time", here)
    for step in ran:
        row: list[RenderableType] = [Text(step.name)]
        row += _time(step.azure_seconds, max(s.azure_seconds for s in ran), symbols, "cyan")
        if virtual:
            row += _time(step.real_seconds, max(s.real_seconds for s in ran), symbols, "magenta")
        table.add_row(*row)
    return table


def _add_time(table: Table, title: str, total: float) -> None:
    table.add_column(title, width=max(_BAR, len(title)))
    table.add_column("", footer=duration(total), justify="right", no_wrap=True)


def _time(seconds: float, longest: float, symbols: Symbols, style: str) -> list[RenderableType]:
    drawn = bar(seconds / longest if longest else 0.0, _BAR, symbols)
    return [Text(drawn, style=style), Text(duration(seconds))]


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
        table.add_column("the fine-tuned model's answer", ratio=1)
        table.add_column("ground truth", ratio=1)
        table.add_row(Text(report.answer), Text(truth))
    else:
        table.add_column("the fine-tuned model's answer")
        table.add_row(Text(report.answer))
        table.add_row(Text("\nground truth", style="bold green"))
        table.add_row(Text(truth))
    return Group(*turns, Text(), table)


def _created(created: Sequence[CreatedResource], symbols: Symbols) -> RenderableType | None:
    if not created:
        return None
    table = Table.grid(padding=(0, 2))
    for resource in created:
        table.add_row(*_fate(resource, symbols), resource.kind, resource.name)
    return table


def _fate(resource: CreatedResource, symbols: Symbols) -> Iterator[Text]:
    if resource.deleted:
        yield Text(f"{symbols.done} deleted", style="green")
    elif resource.bills:
        yield Text(f"{symbols.failed} left, and bills until it is deleted", style="bold red")
    else:
        yield Text(f"{symbols.skipped} kept")


def closing_line(report: LifecycleReport, folder: Path, calls: int) -> str:
    """Return the last line: how long it took in all, and where everything is."""
    azure = duration(sum(step.azure_seconds for step in report.steps))
    here = duration(sum(step.real_seconds for step in report.steps))
    counted = f", {calls} HTTP calls" if calls else ""
    return f"{azure} on Azure, {here} here{counted}. Everything is in {folder}"
