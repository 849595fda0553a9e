"""From the name of a metric in a policy to the metric: one of ours, or `module:function` of a user's own."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.errors import UsageError, nearest
from harness.gate.metrics.metric import Metric, of_function

__all__ = ["ALWAYS", "BUILT_IN", "MEMORISED", "find_metric"]

MEMORISED = "memorised"
"""The one metric that needs the training rows: `harness.gate.metrics.memorised` makes it."""

_FAMILIES: Mapping[str, Sequence[str]] = {
    "chrf": ("chrf",),
    "rouge": ("rouge_l",),
    "exact": ("exact_match", "number_match"),
    "json_answers": ("json_valid", "json_schema"),
    "length": ("length",),
    "refusal": ("refusal", "under_refusal"),
    "repetition": ("repetition", "distinct_2", "zlib_ratio"),
    "script": ("script", "language"),
    "leakage": ("template",),
    "characters": ("empty", "control_characters"),
    "secrets": ("personal_data", "secrets"),
}

BUILT_IN: Mapping[str, str] = {name: module for module, names in _FAMILIES.items() for name in names}
"""The module of each metric that needs nothing but the answer, by the metric's name."""

ALWAYS = tuple(name for name in BUILT_IN if name not in ("json_valid", "json_schema"))
"""What is measured when nobody says what to measure: all but what only some tasks have."""


def find_metric(name: str, options: Mapping[str, Any] | None = None) -> Metric:
    """Return the metric of a name, made with its options; UsageError for one that is not there or takes no such option.

    `module:function` is looked up where Python finds modules. The function takes a Sample and returns a number; or it
    takes the options and returns a Metric. `json_schema:FILE` is json_schema with the schema of a file.
    """
    head, _, tail = name.partition(":")
    if head == "json_schema" and tail:
        return _made(head, _built_in(head), {"schema": tail, **(options or {})})
    if ":" in name:
        return _of_user(name, dict(options or {}))
    if name not in BUILT_IN:
        raise UsageError(
            "there is no such metric",
            where="metrics",
            got=name,
            expected=f"one of {', '.join(BUILT_IN)}, {MEMORISED}, or module:function",
            nearest=nearest(name, [*BUILT_IN, MEMORISED]),
            remedy="Name one of them, or a function of your own as module:function.",
        )
    return _made(name, _built_in(name), dict(options or {}))


def _built_in(name: str) -> Callable[..., Metric]:
    make: Callable[..., Metric] = getattr(importlib.import_module(f"harness.gate.metrics.{BUILT_IN[name]}"), name)
    return make


def _of_user(name: str, options: dict[str, Any]) -> Metric:
    module_name, _, function_name = name.partition(":")
    try:
        module = importlib.import_module(module_name)
        function = getattr(module, function_name)
    except (ImportError, ValueError, TypeError) as error:
        raise _not_found(name, f"{type(error).__name__}: {error}", ()) from error
    except AttributeError as error:
        close = nearest(function_name, [other for other in dir(module) if not other.startswith("_")])
        raise _not_found(name, f"{module_name} has no {function_name or 'name'}", close) from error
    if isinstance(function, Metric):
        return function
    if not callable(function):
        raise _not_found(name, f"{name} is no function", ())
    if _makes_a_metric(function):
        return _made(name, function, options)
    if options:
        raise _wrong_options(name, f"{name} takes no options", options)
    return of_function(name, function)


def _makes_a_metric(function: Callable[..., Any]) -> bool:
    annotation = getattr(function, "__annotations__", {}).get("return")
    return annotation is Metric or annotation == "Metric"


def _made(name: str, make: Callable[..., Metric], options: dict[str, Any]) -> Metric:
    try:
        inspect.signature(make).bind(**options)
    except TypeError as error:
        raise _wrong_options(name, str(error), options) from error
    return make(**options)


def _wrong_options(name: str, said: str, options: Mapping[str, Any]) -> UsageError:
    return UsageError(
        f"the options of metric {name} do not fit",
        where="metrics",
        got=f"{said} (given: {', '.join(options) or 'none'})",
        remedy="Correct them; docs/gate-metrics.md lists which metric takes what.",
    )


def _not_found(name: str, got: str, close: Sequence[str]) -> UsageError:
    return UsageError(
        f"the metric {name} cannot be found",
        where="metrics",
        got=got,
        expected="module:function, of a module that Python finds from here",
        nearest=close,
        remedy="Put the module beside the policy's working folder or install it, and name a function of it.",
    )
