"""Making checks one after the other: one that fails stops only those that need what it would have found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from azure.core.exceptions import AzureError

from harness.doctor.findings import TITLES, Finding, problem, unknown
from harness.errors import HarnessError
from harness.lifecycle.journal import Told, as_step_failed
from harness.lifecycle.refusals import reason
from harness.lifecycle.watching import Silent, Watcher

__all__ = ["Known", "Listener", "Looking", "NotToldError"]

_Result = TypeVar("_Result", bound=Told)


class Listener(Protocol):
    """Is told of the checks while they are made."""

    def began(self, title: str) -> None:
        """A check begins."""

    def found(self, finding: Finding) -> None:
        """A check has ended."""


class NotToldError(Exception):
    """Azure does not say what a check needs; the text completes "because"."""

    def __init__(self, because: str, remedy: str) -> None:
        super().__init__(because)
        self.because, self.remedy = because, remedy


@dataclass(frozen=True, slots=True)
class Known(Generic[_Result]):
    """What a check found, or that it found nothing."""

    check: str
    result: _Result | None = None

    @property
    def value(self) -> _Result:
        """What it found; only asked for where it found something."""
        if self.result is None:
            raise AssertionError(f"{self.check} is not known")
        return self.result


class _Warnings(Silent):
    """A Watcher that keeps the warnings."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def warned(self, text: str) -> None:
        """Keep it."""
        self.texts.append(text)


class Looking:
    """The findings so far. listener: is told as they are made."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.findings: list[Finding] = []

    def at(
        self,
        check: str,
        action: Callable[[Watcher], _Result],
        *needs: Known[Any],
        advice: bool = False,
        on_warning: str = "",
    ) -> Known[_Result]:
        """Make a check; what it returns is what later ones may need.

        advice: a run would go on without an answer, so that Azure gives none is no problem. on_warning: the remedy of
        what the step only warns of.
        """
        self._listener.began(TITLES[check])
        missing = next((need.check for need in needs if need.result is None), None)
        if missing is not None:
            self._note(unknown(check, f"the check '{TITLES[missing]}' found no answer"))
            return Known(check)
        warnings = _Warnings()
        try:
            result = action(warnings)
        except HarnessError as error:
            self._note(problem(check, error))
        except NotToldError as error:
            self._note(unknown(check, error.because, error.remedy))
        except Exception as error:  # the SDK also fails with KeyError and worse
            self._note(_unanswered(check, error) if advice else problem(check, as_step_failed(check, error)))
        else:
            facts = dict(result.facts)
            if warnings.texts:
                said = "; ".join(warnings.texts)
                self._note(Finding(check, "warning", said, "a run tells it and goes on", on_warning, facts))
            else:
                self._note(Finding(check, "ok", facts=facts))
            return Known(check, result)
        return Known(check)

    def _note(self, finding: Finding) -> None:
        self.findings.append(finding)
        self._listener.found(finding)


def _unanswered(check: str, error: Exception) -> Finding:
    said = reason(error) if isinstance(error, AzureError) else as_step_failed(check, error).got
    return unknown(
        check, f"Azure answers: {said}", "A run does not need the answer; it may fail for what it would say."
    )
