"""`harness cassettes`: lint, show, diff, age."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from harness.cassettes import Cassette, Interaction, Metadata, Request, Response
from harness.cassettes.format import write
from harness.cli import main

BEGAN = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a module of scenarios with two cassettes that differ in one answer."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_one.py").write_text("def test_it(): ...\n")
    for name, state in (("test_it[a]", "Ready"), ("test_it[b]", "Failed")):
        request = Request("GET", "https://management.azure.com/things/1", {}, b"")
        response = Response(200, {}, json.dumps({"state": state}).encode())
        metadata = Metadata("emulator", "2026-01-01", "2026-01-01", BEGAN)
        file = tmp_path / "cassettes" / "test_one" / f"{name}.yaml"
        write(Cassette(metadata, [Interaction(BEGAN, request, response)]), file)
    return tmp_path


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["cassettes", *arguments])
    return int(ended.value.code or 0)


def test_sound_cassettes_end_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without findings lint prints nothing but how many cassettes it has seen."""
    code = _run("lint", "--older-than", "100000")

    assert (code, capsys.readouterr()) == (0, ("", "2 cassettes, 0 findings\n"))


def test_findings_end_with_1_and_a_line_each(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each finding is one line: file, fault, remedy."""
    (folder / "test_one.py").unlink()
    code = _run("lint", "--older-than", "100000")

    assert code == 1
    assert capsys.readouterr().out.splitlines() == [
        f"cassettes/test_one/test_it[{name}].yaml: belongs to no module of tests. Delete it." for name in "ab"
    ]


def test_findings_are_a_document_on_demand(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` prints what a program can read."""
    code = _run("lint", "--older-than", "0", "--json")

    assert (code, {found["kind"] for found in json.loads(capsys.readouterr().out)}) == (1, {"stale"})


def test_cassette_is_shown_as_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One row for each interaction, below where the cassette comes from."""
    code = _run("show", "cassettes/test_one/test_it[a].yaml")
    out = capsys.readouterr().out

    assert code == 0
    assert "recorded from emulator on 2026-01-01" in out
    assert "GET management.azure.com/things/1" in out


def test_changes_are_told_field_by_field(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """diff ends with 1 when something changed, and names the request once above its fields."""
    files = [f"cassettes/test_one/test_it[{name}].yaml" for name in "ab"]

    assert (_run("diff", *files), capsys.readouterr().out) == (
        1,
        'GET management.azure.com/things/1\n  body.state: "Ready" -> "Failed"\n',
    )
    assert (_run("diff", files[0], files[0]), capsys.readouterr().out) == (0, "")


def test_ages_are_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every cassette has a row with its days since the last validation."""
    code = _run("age", "--json")
    rows = json.loads(capsys.readouterr().out)

    assert code == 0
    assert {row["cassette"] for row in rows} == {f"cassettes/test_one/test_it[{name}].yaml" for name in "ab"}
    assert all(int(row["days"]) > 0 for row in rows)


@pytest.mark.parametrize("arguments", [("lint", "none"), ("show", "none.yaml"), ("diff", "none.yaml", "none.yaml")])
def test_missing_file_is_wrong_use(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """A path that leads nowhere ends with 2 and one message."""
    code = _run(*arguments)
    said = capsys.readouterr().err

    assert code == 2
    assert "there is no such file" in said
    assert "Traceback" not in said
