"""Writing: every output in a folder, and a step's summary that is appended to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from report_case import report_facts

from harness.errors import EnvironmentMissing
from harness.gate.report import add_step_summary, write_reports
from harness.gate.report.summary import summary
from harness.gate.report.writing import OUTPUTS

_FACTS = report_facts(60, -0.05)


def test_every_output_is_written(tmp_path: Path) -> None:
    """The folder is made, and holds what was promised and nothing besides."""
    written, problems = write_reports(_FACTS, tmp_path / "deep" / "out")

    assert problems == ()
    assert {path.name for path in written} == set(OUTPUTS) == {path.name for path in (tmp_path / "deep/out").iterdir()}
    assert all(path.stat().st_size > 500 for path in written)


def test_a_statement_that_cannot_be_made_is_told_and_not_there(tmp_path: Path) -> None:
    """Without the candidate's digest all else is written, and no statement of an earlier verdict stays behind."""
    write_reports(_FACTS, tmp_path)
    candidate = replace(_FACTS.verdict.candidate, digest="")
    written, [problem] = write_reports(replace(_FACTS, verdict=replace(_FACTS.verdict, candidate=candidate)), tmp_path)

    assert problem.what == "the verdict cannot be bound to its model"
    assert not (tmp_path / "statement.intoto.json").exists()
    assert len(written) == len(OUTPUTS) - 1


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A file in the folder's place is named, with a remedy."""
    (tmp_path / "out").write_text("")

    with pytest.raises(EnvironmentMissing, match="the report cannot be written"):
        write_reports(_FACTS, tmp_path / "out")


def test_a_steps_summary_is_appended_to(tmp_path: Path) -> None:
    """What another command of the step wrote stays, and ours follows on a line of its own."""
    path = tmp_path / "step.md"
    path.write_text("# Before")

    assert add_step_summary(_FACTS, path)
    assert path.read_text() == f"# Before\n{summary(_FACTS)}"


@pytest.mark.parametrize("there", [0, 500, 3_000, 3_999, 4_000, 9_000])
def test_a_steps_summary_stays_within_its_limit(tmp_path: Path, there: int) -> None:
    """However much is there already, the file never grows beyond the limit; where nothing fits that is said."""
    path = tmp_path / "step.md"
    path.write_bytes(b"x" * there)
    added = add_step_summary(_FACTS, path, limit=4_000)

    assert path.stat().st_size <= max(4_000, there)
    assert added == (path.stat().st_size > there)


def test_a_steps_summary_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A path that is a folder is named."""
    with pytest.raises(EnvironmentMissing, match="the report cannot be written"):
        add_step_summary(_FACTS, tmp_path)
