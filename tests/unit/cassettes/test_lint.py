"""Whether cassettes still hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from exchanges import WORKSPACE, cassette, made

from harness.cassettes.format import read, write
from harness.cassettes.lint import Circumstances, Finding, find_cassettes, lint, read_usage
from harness.cassettes.tape import Cassette

TODAY = date(2026, 1, 31)
Lint = Callable[..., list[Finding]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of scenarios with one module, and its sound cassette."""
    (tmp_path / "test_one.py").write_text("def test_it(): ...\nclass TestMore:\n    def test_too(self): ...\n")
    _put(tmp_path, cassette(made("/a")))
    return tmp_path


def _put(folder: Path, one: Cassette, name: str = "test_it") -> Path:
    file = folder / "cassettes" / "test_one" / f"{name}.yaml"
    write(one, file)
    return file


def _kinds(folder: Path, **about: Any) -> list[str]:
    found = lint(find_cassettes([folder]), Circumstances(**{"today": TODAY, "root": folder, **about}))
    return [finding.kind for finding in found]


def test_sound_cassettes_have_no_findings(folder: Path) -> None:
    """Names with parameters and classes belong to their tests."""
    for name in ("test_it[a-b]", "TestMore.test_too"):
        _put(folder, cassette(made("/a")), name)

    assert _kinds(folder) == []


def test_finding_says_file_fault_and_remedy(folder: Path) -> None:
    """A finding is one line: which file, what, and what to do."""
    _put(folder, cassette(made("/a")), "test_gone")
    (finding,) = lint(find_cassettes([folder]), Circumstances(TODAY, root=folder))

    assert str(finding) == (
        "cassettes/test_one/test_gone.yaml: belongs to no scenario of test_one.py. "
        "Delete it, or rename the scenario back."
    )


def test_cassette_without_its_module_is_an_orphan(folder: Path) -> None:
    """Where the module is gone so is the scenario."""
    (folder / "test_one.py").unlink()

    assert _kinds(folder) == ["orphan"]


def test_cassette_of_a_parameter_that_is_gone_is_an_orphan(folder: Path) -> None:
    """What pytest has collected tells which parameters there are."""
    _put(folder, cassette(made("/a")), "test_it[old]")

    assert _kinds(folder, scenarios={"test_one.py": ["test_it.yaml"]}) == ["orphan"]


def test_edited_cassette_is_found(folder: Path) -> None:
    """A changed byte is an edit."""
    file = find_cassettes([folder])[0]
    file.write_text(file.read_text().replace('"code":200', '"code":204'))

    assert _kinds(folder) == ["edited"]


def test_private_value_is_told_by_its_rule_and_never_by_itself(folder: Path) -> None:
    """Lint does not spread what it finds."""
    _put(folder, cassette(made("/a"), made(answered={"note": "jane@contoso.com"})))
    (finding,) = lint(find_cassettes([folder]), Circumstances(TODAY, root=folder))

    assert finding.kind == "secret"
    assert "interaction 1: rule 17, e-mail address" in finding.what
    assert "jane" not in str(finding)


def test_private_value_in_the_metadata_is_found(folder: Path) -> None:
    """The ids of the workspace are looked at as well."""
    _put(folder, cassette(made("/a"), workspace={"subscription_id": "11111111-2222-4333-8444-555555555555"}))

    assert _kinds(folder) == ["secret"]


@pytest.mark.parametrize(("oldest", "kinds"), [(30, []), (29, ["stale"])])
def test_cassette_grows_old(folder: Path, oldest: int, kinds: list[str]) -> None:
    """After so many days without validation a cassette is stale."""
    assert _kinds(folder, oldest=oldest) == kinds


@pytest.mark.parametrize(("here", "kinds"), [("1.35.9", []), ("1.36.0", ["stale"])])
def test_moved_sdk_makes_stale(folder: Path, here: str, kinds: list[str]) -> None:
    """Another minor version of the SDK may send other traffic."""
    _put(folder, cassette(made("/a"), sdk={"azure-ai-ml": "1.35.2"}))

    assert _kinds(folder, sdk={"azure-ai-ml": here}) == kinds


def test_moved_api_version_makes_stale(folder: Path) -> None:
    """An operation asked at a version at which recordings with the newest SDK do not ask it is named."""
    for name, sdk, version in (("test_it", "1.34.0", "2022-05-01"), ("test_it[new]", "1.35.0", "2023-04-01")):
        _put(folder, cassette(made(f"{WORKSPACE}/jobs/1?api-version={version}"), sdk={"azure-ai-ml": sdk}), name)
    found = lint(find_cassettes([folder]), Circumstances(TODAY, root=folder))
    told = [finding.what for finding in found if finding.kind == "stale"]

    assert told == [
        "asks GET workspaces/jobs at api-version 2022-05-01, and recordings with the newest SDK at 2023-04-01"
    ]


def test_unfinished_operation_is_found(folder: Path) -> None:
    """A recording must not end on the way."""
    _put(folder, cassette(made("/e", answered={"properties": {"provisioningState": "Creating"}})))

    assert _kinds(folder) == ["unfinished"]


def test_unused_exchanges_are_those_of_this_very_recording(folder: Path) -> None:
    """What the last replay did not ask for is a finding, unless the cassette has been recorded since."""
    checksum = read(find_cassettes([folder])[0]).metadata.checksum
    name = "cassettes/test_one/test_it.yaml"

    assert _kinds(folder, usage={name: {"checksum": checksum, "played": 1, "unused": 2}}) == ["unused"]
    assert _kinds(folder, usage={name: {"checksum": "older", "played": 1, "unused": 2}}) == []


def test_file_that_is_no_cassette_is_a_finding(folder: Path) -> None:
    """One unreadable file does not keep lint from the others."""
    (folder / "cassettes" / "test_one" / "broken.yaml").write_text("{")
    _put(folder, replace(cassette(made("/a"))), "test_gone")

    assert _kinds(folder) == ["unreadable", "orphan"]


def test_usage_is_what_pytest_left(tmp_path: Path) -> None:
    """Without a run there is none; with one there is what it left."""
    (tmp_path / "kept").write_text(json.dumps({"usage": {"a": {"unused": 1}}, "scenarios": {"m": ["t"]}}))

    assert read_usage(tmp_path / "none") == ({}, {})
    assert read_usage(tmp_path / "kept") == ({"a": {"unused": 1}}, {"m": ["t"]})
