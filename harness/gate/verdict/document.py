"""verdict.json: the verdict as bytes, the same on every machine, and back again.

Numbers are rounded to ten significant digits: what two mathematical libraries disagree on is far behind them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from harness.errors import DataError, excerpt
from harness.gate.verdict.verdict import AppliedWaiver, RuleResult, SideIdentity, Tipping, Verdict

__all__ = ["first_difference", "read_verdict", "schema", "verdict_bytes", "verdict_from"]

_DIGITS = 10
_FIRST = ("evidence_sha256", "policy_sha256", "anchor_sha256")
"""Where these differ, all else may."""

_REMEDY = "Name the verdict.json that `harness gate decide` wrote."


def verdict_bytes(verdict: Verdict) -> bytes:
    """Return verdict.json: keys sorted, numbers rounded, what is infinite or unknown as null."""
    document = _rounded({**asdict(verdict), "exit_code": verdict.exit_code})
    return f"{json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)}\n".encode()


def read_verdict(path: Path) -> tuple[Verdict, bytes]:
    """Return the verdict of a file, and its bytes; DataError when it is none, by its schema."""
    try:
        content = path.read_bytes()
        document = json.loads(content)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, str(error)) from error
    return verdict_from(document, str(path)), content


def verdict_from(document: Any, where: str) -> Verdict:
    """Return the verdict of a document; DataError says where it is not as the schema has it."""
    wrong = next(iter(jsonschema.Draft202012Validator(schema()).iter_errors(document)), None)
    if wrong is not None:
        place = ".".join(str(part) for part in wrong.absolute_path)
        raise DataError(
            "this is no verdict",
            where=f"{where}{', ' if place else ''}{place}",
            got=excerpt(wrong.instance),
            expected=excerpt(wrong.message, 200),
            remedy=_REMEDY,
        )
    parts = {key: value for key, value in document.items() if key != "exit_code"}
    parts["reasons"] = tuple(parts["reasons"])
    parts["rules"] = tuple(_rule(rule) for rule in parts["rules"])
    parts["waivers"] = tuple(AppliedWaiver(**each) for each in parts["waivers"])
    parts["tipping"] = Tipping(**parts["tipping"])
    parts["baseline"], parts["candidate"] = SideIdentity(**parts["baseline"]), SideIdentity(**parts["candidate"])
    return Verdict(**parts)


def first_difference(recorded: bytes, computed: bytes) -> str:
    """Return where two verdict.json differ first, as key, recorded and computed value; nothing when they do not."""
    if recorded == computed:
        return ""
    try:
        found = _difference(json.loads(recorded), json.loads(computed), "")
    except (ValueError, RecursionError):
        found = ""
    return found or "the values are equal, and written in another way: the file was edited"


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of verdict.json (draft 2020-12)."""
    text = resources.files("harness.gate.verdict").joinpath("verdict.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def _rule(parts: Mapping[str, Any]) -> RuleResult:
    beside = parts["t_interval"]
    return RuleResult(**{**parts, "t_interval": None if beside is None else (beside[0], beside[1])})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") + 0.0 if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value


def _difference(recorded: Any, computed: Any, place: str) -> str:
    if isinstance(recorded, dict) and isinstance(computed, dict):
        for key in sorted({*recorded, *computed}, key=lambda key: (key not in _FIRST, key)):
            found = _difference(recorded.get(key), computed.get(key), f"{place}.{key}" if place else key)
            if found:
                return found
        return ""
    if isinstance(recorded, list) and isinstance(computed, list) and len(recorded) == len(computed):
        pairs = enumerate(zip(recorded, computed, strict=True))
        return next(filter(None, (_difference(one, other, f"{place}.{n}") for n, (one, other) in pairs)), "")
    same = type(recorded) is type(computed) and recorded == computed
    return "" if same else f"{place}: recorded {excerpt(recorded)}, computed {excerpt(computed)}"


def _unreadable(path: Path, got: str) -> DataError:
    return DataError("the verdict cannot be read", where=str(path), got=got, expected="a verdict.json", remedy=_REMEDY)
