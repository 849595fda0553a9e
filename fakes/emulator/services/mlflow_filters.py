"""The filters and orders of MLflow's search for runs (documented)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fakes.world.errors import Invalid

_NAME = r"""(?P<kind>\w+)\.(?:`(?P<quoted>[^`]+)`|"(?P<quoted2>[^"]+)"|(?P<bare>[\w./-]+))"""
_VALUE = r"""(?P<value>\((?:\s*(?:'[^']*'|"[^"]*")\s*,?)*\)|'[^']*'|"[^"]*"|-?[\d.]+(?:[eE][+-]?\d+)?)"""
_CLAUSE = re.compile(
    rf"\s*(?:{_NAME}|(?P<attribute>\w+))\s*(?P<operator>!=|>=|<=|=|>|<|NOT\s+IN\b|IN\b|I?LIKE\b)\s*{_VALUE}\s*",
    re.IGNORECASE,
)
_AND = re.compile(r"AND\b", re.IGNORECASE)
_ORDER = re.compile(rf"\s*(?:{_NAME}|(?P<attribute>\w+))(?:\s+(?P<direction>ASC|DESC))?\s*", re.IGNORECASE)
_GROUPS = (
    {"metrics": "metrics", "metric": "metrics", "params": "params", "param": "params", "parameters": "params"}
    | {"parameter": "params", "tags": "tags", "tag": "tags", "attributes": "info", "attribute": "info", "attr": "info"}
    | {"run": "info"}
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "LIKE": lambda found, wanted: re.fullmatch(_pattern(wanted), found, re.DOTALL) is not None,
    "ILIKE": lambda found, wanted: re.fullmatch(_pattern(wanted), found, re.DOTALL | re.IGNORECASE) is not None,
    "IN": lambda found, wanted: found in wanted,
    "NOT IN": lambda found, wanted: found not in wanted,
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison: what is compared, how, and with what."""

    group: str
    key: str
    operator: str
    value: Any

    def matches(self, run: Mapping[str, Any]) -> bool:
        """Tell whether a run, in MLflow's form, has such a value; one that it does not have matches nothing."""
        found = value_of(run, self.group, self.key)
        return found is not None and _COMPARE[self.operator](found, self.value)


def parse(text: str) -> list[Clause]:
    """Return the clauses of a filter, which all hold; Invalid for what MLflow does not know, such as OR."""
    clauses: list[Clause] = []
    at = 0
    while at < len(text.rstrip()):
        if clauses:
            joined = _AND.match(text, at)
            if joined is None:
                raise _malformed(text, at)
            at = joined.end()
        found = _CLAUSE.match(text, at)
        if found is None:
            raise _malformed(text, at)
        clauses.append(_clause(found, text))
        at = found.end()
    return clauses


def ordered(runs: list[dict[str, Any]], orders: list[str]) -> list[dict[str, Any]]:
    """Return runs in the orders that are asked for, the first one first; what has no value comes last."""
    for order in reversed(orders):
        found = _ORDER.fullmatch(order)
        if found is None:
            raise Invalid(f"Invalid order_by clause '{order}'.")
        group, key = _subject(found, order)
        with_value = [run for run in runs if value_of(run, group, key) is not None]
        without = [run for run in runs if value_of(run, group, key) is None]
        descending = (found["direction"] or "ASC").upper() == "DESC"
        runs = sorted(with_value, key=lambda run: value_of(run, group, key), reverse=descending) + without
    return runs


def value_of(run: Mapping[str, Any], group: str, key: str) -> Any:
    """Return a metric, a parameter, a tag or an attribute of a run in MLflow's form, or None."""
    if group == "info":
        return run["info"].get(key)
    return next((entry["value"] for entry in run["data"][group] if entry["key"] == key), None)


def _clause(found: re.Match[str], text: str) -> Clause:
    group, key = _subject(found, text)
    sign, sent = " ".join(found["operator"].upper().split()), found["value"]
    value: Any = sent[1:-1]
    if sent.startswith("("):
        value = re.findall(r"['\"]([^'\"]*)['\"]", sent)
    elif not sent.startswith(("'", '"')):
        value = float(sent)
    numeric = group == "metrics" or (group == "info" and key.endswith("_time"))
    if numeric != isinstance(value, float) or (isinstance(value, list) != sign.endswith("IN")):
        raise Invalid(f"Invalid comparison '{found[0].strip()}' in filter '{text}'.")
    return Clause(group, key, sign, value)


def _subject(found: re.Match[str], text: str) -> tuple[str, str]:
    if found["attribute"]:
        return "info", {"created": "start_time", "Created": "start_time"}.get(found["attribute"], found["attribute"])
    group = _GROUPS.get(found["kind"].lower())
    if group is None:
        raise Invalid(f"Invalid entity type '{found['kind']}' in '{text}'; expected metrics, params, tags, attributes.")
    return group, found["quoted"] or found["quoted2"] or found["bare"]


def _pattern(wanted: str) -> str:
    return "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in wanted)


def _malformed(text: str, at: int) -> Invalid:
    return Invalid(f"Invalid filter '{text}' at '{text[at:]}'; comparisons joined by AND are expected.")
