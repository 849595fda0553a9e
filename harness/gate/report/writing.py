"""Writing everything that a verdict is told by: files in a folder, and the summary of a step of GitHub Actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from harness.errors import DataError, EnvironmentMissing, HarnessError
from harness.gate.report.facts import ReportFacts
from harness.gate.report.junit import junit
from harness.gate.report.page.document import page
from harness.gate.report.sarif import sarif
from harness.gate.report.statement import statement
from harness.gate.report.summary import LIMIT, summary

__all__ = ["OUTPUTS", "REPORT", "add_step_summary", "write_reports"]

REPORT = "report.html"

OUTPUTS: Mapping[str, Callable[[ReportFacts], bytes]] = {
    REPORT: page,
    "junit.xml": lambda facts: junit(facts.verdict),
    "sarif.json": sarif,
    "summary.md": lambda facts: summary(facts).encode("utf-8", "replace"),
    "statement.intoto.json": lambda facts: statement(facts.verdict),
}
"""What is written beside verdict.json, by the name of its file."""


def write_reports(facts: ReportFacts, folder: Path) -> tuple[tuple[Path, ...], tuple[HarnessError, ...]]:
    """Write every output into a folder; return the files, and why one could not be made.

    A file is whole or not there. EnvironmentMissing when the folder cannot be written to.
    """
    written: list[Path] = []
    problems: list[HarnessError] = []
    for name, make in OUTPUTS.items():
        try:
            content = make(facts)
        except DataError as error:  # a candidate without a digest has no statement, and everything else
            problems.append(error)
            (folder / name).unlink(missing_ok=True)
            continue
        written.append(_write(folder / name, content))
    return tuple(written), tuple(problems)


def add_step_summary(facts: ReportFacts, path: Path, limit: int = LIMIT) -> bool:
    """Append the summary to the file that $GITHUB_STEP_SUMMARY names, and say whether there was room for it.

    The file stays within `limit` bytes with all that other steps' commands wrote into it. EnvironmentMissing when it
    cannot be written.
    """
    try:
        there = path.stat().st_size if path.exists() else 0
        text = summary(facts, max(0, limit - there - 1))
        if not text:
            return False
        with path.open("ab") as file:
            file.write(f"\n{text}".encode("utf-8", "replace") if there else text.encode("utf-8", "replace"))
    except OSError as error:
        raise _unwritable(path, error) from error
    return True


def _write(path: Path, content: bytes) -> Path:
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def _unwritable(path: Path, error: OSError) -> EnvironmentMissing:
    return EnvironmentMissing(
        "the report cannot be written",
        where=str(path),
        got=error.strerror or type(error).__name__,
        expected="a file that can be written, with enough space",
        remedy="Make room, or name another folder with --folder.",
    )
