"""The error rates of a policy, as `harness gate calibrate --json` has measured them, from a file beside the policy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import DataError
from harness.gate.report.facts import ErrorRate

__all__ = ["RATES_SUFFIX", "rates_beside"]

RATES_SUFFIX = ".calibration.json"
"""Of chat.toml the rates are in chat.calibration.json."""


def rates_beside(policy: Path) -> tuple[ErrorRate, ...]:
    """Return the rates that stand beside a policy, and name the policy that they were measured for.

    None where there is no such file; DataError where it holds something else.
    """
    path = policy.with_suffix(RATES_SUFFIX)
    if not path.exists():
        return ()
    try:
        return tuple(_rates(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            "the error rates of the policy cannot be read",
            where=str(path),
            got=f"{type(error).__name__}: {error}",
            expected="the document that `harness gate calibrate --json` prints",
            remedy="Calibrate again into this file, or remove it.",
        ) from error


def _rates(document: Any) -> Iterator[ErrorRate]:
    for truth in document["truths"]:
        rates = truth["rates"]
        yield ErrorRate(
            truth=str(truth["name"]),
            promote=float(rates["promote"]),
            block=float(rates["block"]),
            inconclusive=float(rates["inconclusive"]),
            conversations=float(rates["conversations"]),
            runs=int(rates["runs"]),
            policy_sha256=str(document["policy_sha256"]),
        )
