"""Every error the harness raises on purpose, in one tree.

    HarnessError                 the root: catch this to show a message instead of a traceback     exit code
    ├── UsageError               what was asked cannot be done as asked                             2
    │   ├── SpecError            the TOML spec or a `--set` option
    │   ├── DataError            the rows to train on or to score
    │   ├── ParameterError       a fine-tuning parameter, a name, a tag of the registry model
    │   ├── PayloadError         a scoring request that the endpoint would refuse
    │   ├── BudgetRefused        a run that is expected to take or to cost more than it may
    │   └── ComputeNotAllowed    a VM size that the model, or fine-tuning itself, does not allow
    ├── EnvironmentMissing       credentials, a workspace, an optional package: the machine lacks it  3
    ├── StepFailed               Azure took the request and the step did not succeed               1
    │   ├── JobFailed            the fine-tuning job ended failed or canceled
    │   ├── DeploymentFailed     the endpoint or its deployment did not come up
    │   ├── ScoringFailed        the endpoint answered, and not with an answer
    │   └── Unfinished           a deadline of the spec passed first
    │       └── OverBudget       the hours or the money that the run might use were used up first
    ├── NetworkRefused           a test on an offline backend tried to leave this machine           1
    ├── CassetteError            a recording and what replays it are no longer the same             1
    │   ├── CassetteMiss         a request that was not recorded
    │   ├── CassetteUnused       exchanges that were recorded, and not asked for
    │   ├── CassetteUnreadable   a file that is no cassette, or was edited by hand
    │   └── CassetteEnded        a client that outlived its replay
    ├── VerdictNo                the comparison ran; the candidate must not be promoted            1
    ├── PromotionRefused         what is deployed is not what a valid verdict says PROMOTE of       12
    └── Interrupted              stopped by the user; what was created has been cleaned up         4
        └── LeftBehind           stopped by the user; something that bills is left              1

Exit code 0 is success. No class derives from `azure.core.exceptions.AzureError`: azure-core's retry policy
catches that one and would retry a refusal (SDK source).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice
from typing import Any

__all__ = [
    "BudgetRefused",
    "CassetteEnded",
    "CassetteError",
    "CassetteMiss",
    "CassetteUnreadable",
    "CassetteUnused",
    "ComputeNotAllowed",
    "DataError",
    "DeploymentFailed",
    "EnvironmentMissing",
    "HarnessError",
    "Interrupted",
    "JobFailed",
    "LeftBehind",
    "NetworkRefused",
    "OverBudget",
    "ParameterError",
    "PayloadError",
    "PromotionRefused",
    "ScoringFailed",
    "SpecError",
    "StepFailed",
    "Unfinished",
    "UsageError",
    "VerdictNo",
    "excerpt",
    "nearest",
]


class HarnessError(Exception):
    """What went wrong, in parts that a report can use and one sentence that a person can read.

    what: the failure, as a short clause. where: file and line, step, or tag. got, expected: the offending
    value and what would have been right. nearest: valid values that resemble `got`. remedy: what to do, as a
    full sentence.
    """

    exit_code: int = 1

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        got: str = "",
        expected: str = "",
        nearest: Iterable[str] = (),
        remedy: str = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.got = got
        self.expected = expected
        self.nearest = tuple(nearest)
        self.remedy = remedy

    def __str__(self) -> str:
        details = [
            f"got {self.got}" if self.got else "",
            f"expected {self.expected}" if self.expected else "",
            f"nearest: {', '.join(self.nearest)}" if self.nearest else "",
        ]
        place = f"{self.where}: " if self.where else ""
        sentence = "; ".join([f"{place}{self.what}", *filter(None, details)])
        return f"{sentence}. {self.remedy}" if self.remedy else sentence

    def to_dict(self) -> dict[str, Any]:
        """Return the error as a document that `json.dumps` takes."""
        return {
            "kind": type(self).__name__,
            "message": str(self),
            "what": self.what,
            "where": self.where,
            "got": self.got,
            "expected": self.expected,
            "nearest": list(self.nearest),
            "remedy": self.remedy,
            "exit_code": self.exit_code,
        }


class UsageError(HarnessError):
    """What was asked cannot be done as asked; nothing was created."""

    exit_code = 2


class SpecError(UsageError):
    """The spec file, or an option that overrides it, does not describe a lifecycle."""


class DataError(UsageError):
    """Rows that cannot be read, or that the fine-tuning component would refuse."""


class ParameterError(UsageError):
    """A fine-tuning parameter, a resource name or a model's tag that cannot be used or read."""


class PayloadError(UsageError):
    """A scoring request that the endpoint would refuse."""


class ComputeNotAllowed(UsageError):
    """A VM size on which this model may not be fine-tuned or deployed."""


class BudgetRefused(UsageError):
    """A run that is expected to take longer or to cost more than its budget, or whose cost cannot be told."""


class EnvironmentMissing(HarnessError):
    """The machine lacks something: credentials, a workspace, an optional package."""

    exit_code = 3


class StepFailed(HarnessError):
    """Azure ML accepted a request of the lifecycle and the step did not succeed."""

    exit_code = 1


class JobFailed(StepFailed):
    """The fine-tuning job ended in a terminal state other than Completed."""


class DeploymentFailed(StepFailed):
    """The endpoint or its deployment did not reach Succeeded."""


class ScoringFailed(StepFailed):
    """The endpoint answered with an error, or with something that holds no answer."""


class Unfinished(StepFailed):
    """A step was still running when its deadline passed."""


class OverBudget(Unfinished):
    """The hours or the money that the run might use were used up before it ended."""


class NetworkRefused(HarnessError):
    """A test that runs on an offline backend tried to reach another machine."""

    exit_code = 1


class CassetteError(HarnessError):
    """A recording and the scenario that replays it are no longer the same."""

    exit_code = 1


class CassetteMiss(CassetteError):
    """A request, or something made up, that the cassette does not hold."""


class CassetteUnused(CassetteError):
    """A scenario passed, and did not ask for all that was recorded."""


class CassetteUnreadable(CassetteError):
    """A file that is no cassette, or was changed since it was recorded."""


class CassetteEnded(CassetteError):
    """A client that outlived its replay, such as a poller that nobody waited for."""


class VerdictNo(HarnessError):
    """The comparison is sound and its verdict is no."""

    exit_code = 1


class PromotionRefused(HarnessError):
    """No valid verdict says PROMOTE of what is deployed; nothing was changed."""

    exit_code = 12


class Interrupted(HarnessError):
    """The user stopped the run; what it had created is deleted."""

    exit_code = 4


class LeftBehind(Interrupted):
    """The user stopped the run, and something that bills could not be, or was not to be, removed."""

    exit_code = 1


def nearest(value: str, candidates: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """Return at most `n` candidates that resemble `value`, best first, ignoring case; () when none does."""
    spelled = {candidate.casefold(): candidate for candidate in sorted(candidates, reverse=True)}
    return tuple(spelled[match] for match in difflib.get_close_matches(value.casefold(), spelled, n, cutoff=0.4))


def excerpt(value: object, limit: int = 120) -> str:
    """Return `value` as it would be typed in TOML or JSON, cut to `limit` characters, for the `got` of an error."""
    text = _typed(value, depth=8)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def _typed(value: object, depth: int) -> str:
    """Spell null, true and false as data do, and not as Python does; text keeps Python's quotes, which TOML takes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | tuple | dict) and not depth:
        return "..."
    if isinstance(value, list | tuple):
        return f"[{', '.join(_typed(item, depth - 1) for item in value[:100])}]"
    if isinstance(value, dict):
        items = islice(value.items(), 100)
        return "{" + ", ".join(f"{_typed(key, 1)}: {_typed(item, depth - 1)}" for key, item in items) + "}"
    return repr(value)
