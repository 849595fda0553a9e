"""Scoring a held-out row: what is sent, what is kept, what counts as an answer."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from standins import Answers, refusal

from harness.decide.tasks import TASKS
from harness.errors import PayloadError, ScoringFailed
from harness.lifecycle.score import ScoredRow, score
from harness.spec.document import ScoreSection

TURNS = [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}]
ANSWER = '[{"0": "Four."}]'


def ask(
    folder: Path, rows: list[dict[str, Any]], invoke: Answers, task: str = "chat-completion", **inputs: str
) -> ScoredRow:
    """Score one of the rows through the deployment `demo` of the endpoint `e`."""
    file = folder / "test_gen.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return score(
        SimpleNamespace(online_endpoints=SimpleNamespace(invoke=invoke)),
        "e",
        "demo",
        task=TASKS[task],
        rows=file,
        inputs=inputs,
        section=ScoreSection(),
        folder=folder,
    )


def test_the_request_is_the_tutorials_and_is_kept(tmp_path: Path) -> None:
    """The nested conversation without its answer, and the parameters, in sample_score.json."""
    ask(tmp_path, [{"messages": TURNS}], Answers(ANSWER))

    assert json.loads((tmp_path / "sample_score.json").read_text(encoding="utf-8")) == {
        "input_data": {
            "input_string": [TURNS[:1]],
            "parameters": {"temperature": 0.6, "top_p": 0.9, "do_sample": True, "max_new_tokens": 200},
        },
        "params": {},
    }


def test_the_deployment_is_named_in_the_call(tmp_path: Path) -> None:
    """Traffic rules play no part: the deployment under test answers."""
    invoke = Answers(ANSWER)
    ask(tmp_path, [{"messages": TURNS}], invoke)

    assert invoke.calls == [("e", "demo", str(tmp_path / "sample_score.json"))]


def test_the_answer_stands_beside_the_ground_truth(tmp_path: Path) -> None:
    """What was asked, what came back, what the row holds."""
    scored = ask(tmp_path, [{"messages": TURNS}], Answers(ANSWER))

    assert (scored.conversation, scored.answer, scored.ground_truth) == (TURNS[:1], "Four.", "4")


def test_a_row_that_ends_with_the_user_has_no_ground_truth(tmp_path: Path) -> None:
    """Rows of the generation splits may end so; nothing is cut off."""
    scored = ask(tmp_path, [{"messages": TURNS[:1]}], Answers(ANSWER))

    assert (scored.ground_truth, scored.facts["ground truth"]) == (None, "the row holds none")


def test_the_same_seed_asks_the_same_row(tmp_path: Path) -> None:
    """Fifty rows, one seed, one row."""
    rows = [{"messages": [{"role": "user", "content": f"question {number}"}]} for number in range(50)]
    first = ask(tmp_path, rows, Answers(ANSWER)).conversation

    assert ask(tmp_path, rows, Answers(ANSWER)).conversation == first


def test_other_tasks_send_their_columns(tmp_path: Path) -> None:
    """What was asked is shown as one turn of the user."""
    rows = [{"sentence": "It broke.", "label": "fault"}]
    columns = {"sentence1_key": "sentence", "label_key": "label"}
    scored = ask(tmp_path, rows, Answers('["fault"]'), "text-classification", **columns)

    assert scored.conversation == [{"role": "user", "content": "It broke."}]
    assert (scored.answer, scored.ground_truth) == ("fault", "fault")


def test_a_refused_request_is_told_with_its_reason_and_its_file(tmp_path: Path) -> None:
    """The request can be looked at afterwards."""
    with pytest.raises(ScoringFailed, match="refused the request; got HTTP 424: model error") as failure:
        ask(tmp_path, [{"messages": TURNS}], Answers(refusal(424, "model error")))

    assert failure.value.where == str(tmp_path / "sample_score.json")


def test_an_answer_that_is_none_is_a_failure(tmp_path: Path) -> None:
    """Containers report errors with HTTP 200."""
    with pytest.raises(ScoringFailed, match="the model reports"):
        ask(tmp_path, [{"messages": TURNS}], Answers('{"error": "Error in processing request"}'))


def test_a_row_that_cannot_be_asked_is_not_sent(tmp_path: Path) -> None:
    """The endpoint's own rule is checked before the call."""
    invoke = Answers(ANSWER)
    with pytest.raises(PayloadError):
        ask(tmp_path, [{"messages": [{"role": "user", "content": " "}]}], invoke)

    assert invoke.calls == []
