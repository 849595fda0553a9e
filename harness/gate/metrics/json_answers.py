"""Answers that must be JSON, or JSON of a schema."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from harness.errors import UsageError, excerpt
from harness.gate.metrics.metric import Metric, Sample, signed

__all__ = ["json_schema", "json_valid"]

_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL | re.IGNORECASE)


def json_valid(*, fences: bool = False) -> Metric:
    """Return 1 for an answer that is one JSON value and nothing else; with fences it may stand in a code fence."""
    signature = signed("json_valid", 1, fences=fences)
    return Metric("json_valid", partial(_valid, fences=fences), "higher", 0.0, 1.0, 0.0, "binary", signature)


def json_schema(*, schema: Mapping[str, Any] | str, fences: bool = False) -> Metric:
    """Return 1 for an answer that is JSON of `schema`, a JSON Schema or the path of one; UsageError when it is none."""
    import jsonschema

    rules = _read(schema) if isinstance(schema, str) else dict(schema)
    kind = jsonschema.validators.validator_for(rules, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(rules)
    except jsonschema.SchemaError as error:
        raise _no_schema(str(schema), error.message) from error
    digest = hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:12]
    signature = signed("json_schema", 1, fences=fences, schema=digest, jsonschema=version("jsonschema"))
    measure = partial(_fits, validator=kind(rules), fences=fences)
    return Metric("json_schema", measure, "higher", 0.0, 1.0, 0.0, "binary", signature)


def _valid(sample: Sample, *, fences: bool) -> float:
    return float(_parsed(sample.answer, fences) is not None)


def _fits(sample: Sample, *, validator: Any, fences: bool) -> float:
    parsed = _parsed(sample.answer, fences)
    return float(parsed is not None and validator.is_valid(parsed[0]))


def _parsed(text: str, fences: bool) -> tuple[Any] | None:
    """Return the value in a tuple, since null is one; None for text that is no JSON."""
    fenced = _FENCED.fullmatch(text) if fences else None
    try:
        return (json.loads(fenced.group(1) if fenced else text, parse_constant=_refuse),)
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _read(path: str) -> Any:
    try:
        rules = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _no_schema(path, getattr(error, "strerror", None) or str(error)) from error
    if not isinstance(rules, dict | bool):
        raise _no_schema(path, excerpt(rules, 60))
    return rules


def _no_schema(where: str, got: str) -> UsageError:
    return UsageError(
        "there is no JSON Schema to hold answers to",
        where=excerpt(where, 80),
        got=got,
        expected="a JSON Schema, as a table or as the path of a file",
        remedy="Correct the schema of the metric json_schema.",
    )
