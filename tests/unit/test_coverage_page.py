"""docs/coverage.md says what the emulator serves."""

from __future__ import annotations

from pathlib import Path

from fakes.emulator.coverage import page, served
from fakes.emulator.routing import Evidence

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date() -> None:
    """docs/coverage.md is what `make coverage` writes."""
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == page()


def test_every_operation_is_on_the_page() -> None:
    """Each operation that a route serves has a row with its method, path and evidence."""
    text = page()

    assert [operation.route.operation for operation in served() if operation.row() not in text] == []


def test_the_summary_counts_every_operation() -> None:
    """The last row of the summary counts the operations by evidence and all together."""
    operations = served()
    counts = [sum(operation.route.evidence is kind for operation in operations) for kind in Evidence]

    assert f"| all | {' | '.join(map(str, counts))} | {len(operations)} |" in page()


def test_operations_of_one_path_are_told_apart() -> None:
    """No two rows name the same method and path of one host family."""
    named = [(operation.family.name, operation.route.method, operation.path) for operation in served()]

    assert [row for row in set(named) if named.count(row) > 1] == []
