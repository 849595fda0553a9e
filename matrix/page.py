"""docs/sdk-matrix.md: the table, and what is expected to fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matrix.outcome import Outcome
from matrix.versions import undeclared

__all__ = ["COLUMNS", "cells", "page"]

COLUMNS = ("azure-ai-ml", "Python", "passed", "failed", "skipped", "expected to fail", "verdict")


def cells(outcome: Outcome) -> tuple[str, ...]:
    """Return the row of a version, in the order of COLUMNS."""
    numbers = (outcome.passed, len(outcome.failed), outcome.skipped, sum(outcome.missing.values()))
    return (outcome.version, outcome.python, *map(str, numbers), outcome.verdict)


def page(outcomes: Sequence[Outcome], suites: Sequence[str]) -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines(outcomes, suites)) + "\n"


def _lines(outcomes: Sequence[Outcome], suites: Sequence[str]) -> Iterator[str]:
    yield "# Versions of the SDK"
    yield ""
    yield f"Written by `make matrix`, which runs {', '.join(suites)}"
    yield "on each version in an environment of its own. Every other package is the one that `constraints.txt` pins."
    yield ""
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{'---|' * len(COLUMNS)}"
    for outcome in outcomes:
        yield f"| {' | '.join(cells(outcome))} |"
    yield from _undeclared(outcomes)
    yield from _gaps(outcomes)
    yield from _failures(outcomes)


def _undeclared(outcomes: Sequence[Outcome]) -> Iterator[str]:
    needed = {outcome.version: undeclared(outcome.version) for outcome in outcomes}
    needing = [version for version, packages in needed.items() if packages]
    if needing:
        packages = sorted({package for version in needing for package in needed[version]})
        yield ""
        yield f"Install {', '.join(packages)} beside {' and '.join(needing)}, which import it and do not declare it."


def _gaps(outcomes: Sequence[Outcome]) -> Iterator[str]:
    if not any(outcome.missing for outcome in outcomes):
        return
    yield from ("", "## What is expected to fail", "")
    yield "Gaps of a version, or of a double on every version (`xfail`, strict): one that closes fails the run."
    yield from ("", "| azure-ai-ml | tests | why |", "|---|---|---|")
    for outcome in outcomes:
        for reason, count in sorted(outcome.missing.items()):
            yield f"| {outcome.version} | {count} | {_one_line(reason)} |"


def _failures(outcomes: Sequence[Outcome]) -> Iterator[str]:
    if all(outcome.good for outcome in outcomes):
        return
    yield from ("", "## What fails", "")
    for outcome in outcomes:
        for failure in (outcome.problem,) if outcome.problem else outcome.failed:
            yield f"- {outcome.version}: {_one_line(failure)}"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
