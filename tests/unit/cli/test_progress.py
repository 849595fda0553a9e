"""What a run shows while it goes on."""

from __future__ import annotations

import re

import pytest
from rich.console import Console

from harness.cli.progress import watching
from harness.lifecycle.report import LifecycleReport, StepRecord

STYLE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@pytest.fixture
def told(screen, report: LifecycleReport):
    """Tell a console of a job with news and a warning; returns what it shows."""

    def tell(*records: StepRecord, terminal: bool = False) -> str:
        console: Console = screen(terminal=terminal)
        with watching(console) as watch:
            watch.started("pipeline", "Fine-tune")
            watch.progress("chat_completion_finetune: Running")
            watch.warned("dropped learning_rate_min")
            for record in records or (report.steps[0],):
                watch.finished(record)
        return console.file.getvalue()

    return tell


def test_log_has_a_line_for_every_news(told) -> None:
    """Off the terminal every news is a line of its own, between the step's title and its outcome."""
    lines = [line.strip() for line in told().splitlines()]

    assert lines == [
        "Fine-tune",
        "chat_completion_finetune: Running",
        "warning: dropped learning_rate_min",
        "✓ Azure 44 min 10 s, here 1.5 s",
        "job: job-1",
    ]


def test_log_keeps_a_news_on_one_line(screen) -> None:
    """A log is searched: nothing in it is broken, nor does a line end in blanks."""
    console = screen(width=40)
    facts = {f"fact {number}": "long " * 5 + "enough" for number in range(9)}
    with watching(console) as watch:
        watch.progress("word " * 30 + "end")
        watch.finished(StepRecord("model", "Find", "done", 0.0, 0.1, facts))
    lines = console.file.getvalue().splitlines()

    assert [line[:8] for line in lines] == ["  word w", "  ✓ here", "  fact 0"]
    assert lines[0].endswith("word end")


def test_terminal_that_cannot_redraw_is_told_line_by_line(screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """With TERM=dumb a spinner would show nothing until a step ends, which takes hours."""
    monkeypatch.setenv("TERM", "dumb")
    console = screen(terminal=True)
    with watching(console) as watch:
        watch.started("pipeline", "Fine-tune")
        watch.progress("chat_completion_finetune: Running")

    assert "Fine-tune\n  chat_completion_finetune: Running" in console.file.getvalue()


def test_durations_stay_near_their_steps(screen, report: LifecycleReport) -> None:
    """On a wide terminal the eye need not cross it."""
    console = screen(width=200, terminal=True)
    with watching(console) as watch:
        watch.finished(report.steps[0])
    line = next(line for line in STYLE.sub("", console.file.getvalue()).splitlines() if "Azure 44" in line)

    assert len(line.rstrip()) == 100


def test_values_stand_out_from_their_names(screen, report: LifecycleReport) -> None:
    """Names and separators are dim, values are not."""
    console = screen(terminal=True)
    with watching(console) as watch:
        watch.finished(StepRecord("model", "Find", "done", 0.0, 0.1, {"name": "gpt2", "version": "1"}))

    assert "\x1b[2mname: \x1b[0mgpt2\x1b[2m · \x1b[0m\x1b[2mversion: \x1b[0m1" in console.file.getvalue()


def test_terminal_keeps_finished_steps(told) -> None:
    """On a terminal a finished step stays as one line with its durations, and the warning stays."""
    text = told(terminal=True)

    assert "Fine-tune" in text
    assert "Azure 44 min 10 s, here 1.5 s" in text
    assert "warning: dropped learning_rate_min" in text


@pytest.mark.parametrize("terminal", [False, True])
def test_addresses_are_left_to_the_report(told, terminal: bool) -> None:
    """Long addresses and ids are not shown."""
    assert "https://" not in told(terminal=terminal)


@pytest.mark.parametrize("terminal", [False, True])
def test_skipped_step_has_no_duration(told, terminal: bool) -> None:
    """A step that was not carried out is told as skipped."""
    text = told(StepRecord("score", "Score a held-out row", "skipped", 0.0, 0.0, {}), terminal=terminal)

    assert "skipped" in text
    assert "here" not in text


@pytest.mark.parametrize("terminal", [False, True])
def test_failed_step_leaves_its_error_to_the_end(told, terminal: bool) -> None:
    """The error of a failed step is told once, after the run."""
    text = told(StepRecord("pipeline", "Fine-tune", "failed", 60.0, 0.1, {"error": "CUDA"}), terminal=terminal)

    assert "✗" in text
    assert "CUDA" not in text
