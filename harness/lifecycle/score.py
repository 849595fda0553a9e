"""The step score: one held-out row is asked through the deployment; its answer stands beside the ground truth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.ai.ml.constants._endpoint import EndpointInvokeFields
from azure.core.exceptions import HttpResponseError

from harness.decide.answer import read_answer
from harness.decide.payload import normalise_request
from harness.decide.tasks import Task, scoring_request
from harness.errors import ScoringFailed, excerpt
from harness.lifecycle.data import sample_row
from harness.lifecycle.refusals import reason
from harness.spec.document import ScoreSection

__all__ = ["SAMPLE_FILE", "ScoredRow", "ask", "score"]

SAMPLE_FILE = "sample_score.json"


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """What was asked, what came back, and what the data hold; the request as it was sent is in a file."""

    conversation: Sequence[Mapping[str, str]]
    answer: str
    ground_truth: str | None
    request_file: Path

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        return {
            "asked": excerpt(self.conversation[-1]["content"]),
            "answer": excerpt(self.answer),
            "ground truth": excerpt(self.ground_truth) if self.ground_truth else "the row holds none",
            "request": str(self.request_file),
        }


def score(
    client: Any,
    endpoint: str,
    deployment: str,
    *,
    task: Task,
    rows: Path,
    inputs: Mapping[str, str],
    section: ScoreSection,
    folder: Path,
) -> ScoredRow:
    """Draw a row by the spec's seed, write the request to `folder`, send it and read the answer.

    PayloadError for a row that cannot be asked, ScoringFailed for anything that is no answer.
    """
    request = scoring_request(task, sample_row(rows, section.seed), inputs, section.parameters)
    file = folder / SAMPLE_FILE
    answer = ask(client, endpoint, deployment, request.body, file)
    return ScoredRow(_conversation(task, request.body), answer, request.ground_truth, file)


def ask(client: Any, endpoint: str, deployment: str | None, body: Any, file: Path) -> str:
    """Write a request to `file`, send it and return the answer; without a deployment the endpoint's traffic decides.

    The SDK sends the deployment of one call with the next ones of the process too (SDK source), so it is taken out.
    ScoringFailed for a refusal, and for anything that is no answer.
    """
    file.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if deployment is None:
        EndpointInvokeFields.DEFAULT_HEADER.pop(EndpointInvokeFields.MODEL_DEPLOYMENT, None)
    try:
        raw = client.online_endpoints.invoke(endpoint, deployment_name=deployment, request_file=str(file))
    except HttpResponseError as error:
        raise ScoringFailed(
            f"{f'deployment {deployment} of ' if deployment else ''}endpoint {endpoint} refused the request",
            where=str(file),
            got=reason(error),
            remedy="Look into the deployment's log, and at the request in the file.",
        ) from error
    return read_answer(raw)


def _conversation(task: Task, body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the turns of a chat request, as the endpoint reads them; what other tasks ask is one turn of the user."""
    if task.payload == "messages":
        return [dict(turn) for turn in normalise_request(body)]
    data = body["input_data"]
    asked = data.get("input_string") or data["data"]
    return [{"role": "user", "content": text} for text in _texts(asked)]


def _texts(asked: Sequence[Any]) -> list[str]:
    return [row if isinstance(row, str) else " | ".join(map(str, row)) for row in asked]
