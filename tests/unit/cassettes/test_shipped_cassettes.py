"""The cassettes that come with the project."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from harness.cassettes.format import read
from harness.cassettes.lint import Circumstances, find_cassettes, lint

ROOT = Path(__file__).parents[3]


def test_shipped_cassettes_have_no_findings() -> None:
    """None holds a private value, was edited, ends on the way, or belongs to no scenario."""
    about, files = Circumstances(date.today(), oldest=10_000, root=ROOT), find_cassettes([ROOT / "cassettes"])

    assert len(files) > 50
    assert [str(finding) for finding in lint(files, about)] == []


def test_shipped_cassettes_say_where_they_come_from() -> None:
    """From a socket, but for scenarios that change the local Azure ML from within; nobody has recorded Azure yet."""
    sources = Counter(read(file).metadata.recorded_from for file in find_cassettes([ROOT / "cassettes"]))

    assert sources.keys() == {"emulator (socket)", "emulator"}
    assert sources["emulator (socket)"] > 50


def test_shipped_cassettes_are_of_modest_size() -> None:
    """All of them together are less than ten megabytes."""
    assert sum(file.stat().st_size for file in find_cassettes([ROOT / "cassettes"])) < 10_000_000
