"""What is shown of a finished run."""

from __future__ import annotations

import pytest

from harness.cli.summary import closing_line, show_summary
from harness.ledger import CreatedResource
from harness.lifecycle.report import LifecycleReport


@pytest.fixture
def shown(screen, report):
    """The text of the summary."""

    def text(width: int = 80, timeline: bool = True, virtual: bool = True) -> str:
        console = screen(width)
        show_summary(report, console, timeline=timeline, virtual=virtual)
        return console.file.getvalue()

    return text


def test_timeline_draws_azures_and_real_time(shown) -> None:
    """Each step has a bar for Azure's time and one for the time that passed here, and both are summed up."""
    lines = shown().splitlines()
    pipeline = next(line for line in lines if "pipeline" in line)
    total = next(line for line in lines if "in all" in line)

    assert "44 min 10 s" in pipeline
    assert "1.5 s" in pipeline
    assert pipeline.count("██████") >= 2
    assert "55 min 55 s" in total


def test_timeline_of_a_live_run_has_one_clock(shown) -> None:
    """On Azure there is no virtual time, so there is one column."""
    assert "virtual" not in shown(virtual=False)
    assert "1.5 s" not in shown(virtual=False)


def test_timeline_can_be_left_out(shown) -> None:
    """Who does not want the bars gets the rest."""
    assert "44 min" not in shown(timeline=False)
    assert "ground truth" in shown(timeline=False)


def test_metrics_go_from_first_to_last(shown) -> None:
    """The loss is told from its first value to its last, with its curve, before metrics of one value."""
    text = shown()

    assert "1 → 0.25" in text
    assert "█▃▁" in text
    assert text.index("loss") < text.index("train_loss")


def test_answer_stands_beside_the_truth_where_there_is_room(shown) -> None:
    """On a wide screen answer and ground truth share a line, on a narrow one they follow each other."""
    both = ("Blue light scatters.", "Air scatters blue light more.")

    assert any(all(text in line for text in both) for line in shown(width=120).splitlines())
    assert not any(all(text in line for text in both) for line in shown(width=80).splitlines())


def test_conversation_shows_who_spoke(shown) -> None:
    """The turns that were sent are shown with their roles."""
    assert "user: Why is the sky blue?" in shown()


def test_markup_in_an_answer_is_text(shown, report: LifecycleReport) -> None:
    """An answer that looks like rich's markup is shown as it is."""
    report.answer = "Use [bold]x[/bold] and [/]."

    assert "Use [bold]x[/bold] and [/]." in shown()


def test_fate_of_everything_created_is_told(shown, report: LifecycleReport) -> None:
    """What was deleted, what was kept and what still bills are told apart."""
    assert "✓ deleted" in shown()
    assert "Nothing of it bills." in shown()
    report.created.append(CreatedResource("endpoint", "chat-2", bills=True))

    assert "✗ bills" in shown()
    assert "Nothing of it bills." not in shown()


def test_early_failure_shows_no_empty_sections(screen) -> None:
    """Of a run that found out nothing nothing is shown."""
    console = screen()
    show_summary(LifecycleReport("r", {}), console, timeline=True, virtual=True)

    assert console.file.getvalue() == ""


def test_closing_line_sums_up(report: LifecycleReport, tmp_path) -> None:
    """The last line has both durations, the number of calls where they are counted, and the folder."""
    assert closing_line(report, tmp_path, 7).startswith("55 min 55 s on Azure, 1.6 s here, 7 HTTP calls.")
    assert "HTTP" not in closing_line(report, tmp_path, 0)
