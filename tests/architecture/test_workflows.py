"""What the CI workflows call is there to be called: they run elsewhere, where a wrong name is found at night."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from harness.cli.app import asked

_FOLDERS = (".github/", ".azure-pipelines/")


def _said(files: dict[str, str], pattern: str) -> Iterator[tuple[str, ...]]:
    for path, text in files.items():
        if path.startswith(_FOLDERS):
            for found in re.finditer(pattern, text):
                yield (path, *found.groups())


def test_every_make_target_exists(files: dict[str, str]) -> None:
    """A workflow makes nothing that the Makefile does not know."""
    targets = set(re.findall(r"^([\w./$()-]+):(?!=)", files["Makefile"], re.MULTILINE)) | {".venv/.ready"}
    wanted = list(_said(files, r"\bmake ([\w./-]+)"))

    assert wanted
    assert [(path, target) for path, target in wanted if target not in targets] == []


def test_every_command_and_option_exists(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Each call of harness names a command, and options that its help lists."""
    calls = list(_said(files, r"bin/harness ((?:[a-z]+ ?)+)((?:--[^\n]*)?)"))

    assert calls
    for path, command, options in calls:
        asked([*command.split(), "--help"])()
        text = capsys.readouterr().out
        assert [(path, option) for option in re.findall(r"--[a-z-]+", options) if option not in text] == []


def test_every_option_of_pytest_exists(files: dict[str, str], pytestconfig: pytest.Config) -> None:
    """Each call of pytest has options that pytest or the plugin knows."""
    known = {name for group in pytestconfig._parser._groups for option in group.options for name in option.names()}
    known |= {name for option in pytestconfig._parser._anonymous.options for name in option.names()}
    wanted = {option for _, call in _said(files, r"-m pytest ([^\n]*)") for option in re.findall(r"--[a-z-]+", call)}

    assert wanted
    assert wanted - known == set()


def test_every_schedule_names_days_that_both_services_know(files: dict[str, str]) -> None:
    """Days of the week are 0 to 6, Sunday first: Azure Pipelines documents no 7, and its schema does not look."""
    days = list(_said(files, r'cron: "(?:\S+ ){4}(\S+)"'))

    assert days
    assert [(path, day) for path, day in days if not re.fullmatch(r"\*|[0-6](?:[,-][0-6])*", day)] == []
