"""The marks of a contract test: why we believe that Azure does so, and which double does not do it yet."""

from __future__ import annotations

import pytest

from fakes.emulator.routing import Evidence

__all__ = ["Evidence", "check_marks", "evidence", "gap"]

MARKERS = (
    "evidence(kind, source): why we believe that Azure does what a contract test says; each has exactly one",
    "gap(backend, reason): what a double is known to do otherwise; the test must fail there",
)


def evidence(kind: Evidence, source: str) -> pytest.MarkDecorator:
    """Say how sure we are of a behaviour, and what says so."""
    return pytest.mark.evidence(kind, source)


def gap(backend: str, reason: str) -> pytest.MarkDecorator:
    """Say that a backend is known not to behave so: the suite fails on the day that it does."""
    return pytest.mark.gap(backend, reason)


def check_marks(item: pytest.Item) -> None:
    """Stop with a usage error when a contract test does not say why it is believed; make its gaps strict."""
    marks = list(item.iter_markers("evidence"))
    if len(marks) != 1 or not _is_complete(marks[0]):
        raise pytest.UsageError(
            f"{item.nodeid}: a contract test carries exactly one mark @evidence(Evidence.<KIND>, "
            f"'what says so'); it has {len(marks)}"
        )
    for mark in item.iter_markers("gap"):
        backend, reason = mark.args
        if item.callspec.params["backend"] == backend:  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.xfail(strict=True, reason=reason))


def _is_complete(mark: pytest.Mark) -> bool:
    kind, source = (*mark.args, None, None)[:2]
    return isinstance(kind, Evidence) and isinstance(source, str) and bool(source.strip())
