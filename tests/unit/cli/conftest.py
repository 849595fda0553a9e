"""A finished run to show, and a console to show it on."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from finished_run import finished_run

from harness.cli import main
from harness.cli.screen import Screen
from harness.lifecycle.report import LifecycleReport

MakeScreen = Callable[..., Screen]
Invoke = Callable[..., tuple[int, str, str]]
_STYLE = re.compile(r"\x1b\[[0-9;]*m")  # some CI systems make every stream a terminal


@pytest.fixture
def screen() -> MakeScreen:
    """Make a console that writes to memory, where `screen().file.getvalue()` finds it."""

    def make(width: int = 80, terminal: bool = False) -> Screen:
        return Screen(file=io.StringIO(), width=width, force_terminal=terminal, highlight=False)

    return make


@pytest.fixture
def report() -> LifecycleReport:
    """A run that went well."""
    return finished_run()


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys, report: LifecycleReport) -> Invoke:
    """Run `harness run` with a stand-in for the lifecycle; returns exit code, stdout and stderr."""

    def run(*options: str, lifecycle: Callable[..., Any] | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr("harness.cli.run.run_lifecycle", lifecycle or (lambda *_, **__: report))
        with pytest.raises(SystemExit) as ended:
            main(["run", "--folder", str(tmp_path / "run"), *options])
        out, err = (_STYLE.sub("", text) for text in capsys.readouterr())
        return int(ended.value.code or 0), out, err

    return run
