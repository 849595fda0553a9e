"""What a scoring finds out before it asks anything, and refuses what can be refused."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, NamedTuple

from harness.decide.payload import build_payload
from harness.errors import UsageError
from harness.gate.evidence.records import Header, HeldOut, Leakage
from harness.gate.heldout.leakage import find_leaks
from harness.gate.heldout.lines import sha256_of
from harness.gate.heldout.reading import HeldOutSet, look_through
from harness.gate.metrics.registry import MEMORISED
from harness.gate.scoring.measures import made
from harness.gate.scoring.request import Compared, ScoreRequest, Watch
from harness.gate.scoring.standing import Standing, next_attempt, read_standing, refuse_other

__all__ = ["Prepared", "prepare"]

_TOOLS = ("azureml-acceptance-harness", "requests", "rapidfuzz", "sacrebleu")


class Prepared(NamedTuple):
    """What is to be asked. ids: of the conversations. why: there is another attempt. missing: answers to get.

    leaked: whether the model was trained on some of it; then nothing is to be asked.
    """

    held_out: HeldOutSet
    standing: Standing
    header: Header
    ids: tuple[str, ...]
    why: Literal["first", "resumed", "second look"]
    missing: int
    leaked: bool


def prepare(request: ScoreRequest, baseline: Compared, candidate: Compared, watch: Watch) -> Prepared:
    """Look through the held-out file, the training rows and what the evidence holds; nothing is asked or written.

    UsageError for metrics, limits and evidence that do not fit, DataError for rows.
    """
    _refuse_metrics(request)
    watch.began("reading the held-out file", None)
    held_out = _looked_through(request)
    standing = read_standing(request.evidence)
    header = _header(request, held_out, standing, (baseline, candidate), watch)
    refuse_other(standing, header, request.evidence)
    ids = held_out.ids[: request.limit]
    return Prepared(
        held_out,
        standing,
        header,
        ids,
        next_attempt(standing, len(ids)),
        standing.missing(ids, request.repeats),
        bool(header.leakage and header.leakage.ids),
    )


def _refuse_metrics(request: ScoreRequest) -> None:
    """Raise UsageError for a metric that cannot be made, before anything is read."""
    made([choice for choice in request.choices if choice.reference != MEMORISED])
    if request.train is None and any(choice.reference == MEMORISED for choice in request.choices):
        raise UsageError(
            "memorisation cannot be measured without the training rows",
            where="--train",
            got="nothing",
            expected="the file that the model was fine-tuned on",
            remedy="Name it with --train, or take the metric memorised out of the policy.",
        )


def _looked_through(request: ScoreRequest) -> HeldOutSet:
    return look_through(
        request.held_out,
        slices=request.slices,
        duplicates=request.duplicates,
        check=lambda turns: build_payload(turns, request.decoding),
    )


def _header(
    request: ScoreRequest, held_out: HeldOutSet, standing: Standing, sides: tuple[Compared, Compared], watch: Watch
) -> Header:
    """Return the header of this comparison; what leaked is looked for once, and then stands in the file."""
    train = sha256_of(request.train) if request.train else None
    known, file = (
        standing.header,
        HeldOut(name=held_out.path.name, sha256=held_out.sha256, conversations=len(held_out.ids)),
    )
    leakage: Leakage | None = None
    if known is not None and (known.train_sha256, known.held_out) == (train, file):
        leakage = known.leakage
    elif request.train:
        watch.began("looking for held-out conversations in the training rows", None)
        leakage = find_leaks(held_out, request.train)
    return Header(
        held_out=file,
        train_sha256=train,
        leakage=leakage,
        baseline=sides[0].side,
        candidate=sides[1].side,
        decoding=dict(request.decoding),
        repeats=request.repeats,
        retries=request.patience.retries,
        concurrency=request.concurrency,
        tools=_tools(),
    )


def _tools() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _TOOLS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
