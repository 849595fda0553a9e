"""The shapes in which a scoring request carries data: a frame in split form, columns, rows, bare values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from fakes.world.engine import ScoringError

REFUSED = 400
"""Status of a request that the model cannot read (inferred: the source has assertions, not a status)."""


def refuse(message: str) -> NoReturn:
    """Refuse a scoring request."""
    raise ScoringError(REFUSED, message)


@dataclass(frozen=True, slots=True)
class ScoringRequest:
    """The data of one scoring request and the parameters of the generation."""

    data: Any
    parameters: Mapping[str, Any]

    @classmethod
    def read(cls, input_data: Any, params: Mapping[str, Any]) -> ScoringRequest:
        """Take `input_data` apart; `params` beside it win over the `parameters` inside it."""
        if not isinstance(input_data, Mapping):
            return cls(input_data, params)
        inside = input_data.get("parameters") or {}
        if not isinstance(inside, Mapping):
            refuse(f"parameters: expected an object, got {type(inside).__name__}")
        data = {key: value for key, value in input_data.items() if key != "parameters"}
        return cls(data["input_string"] if set(data) == {"input_string"} else data, {**inside, **params})

    def max_new_tokens(self) -> int | None:
        """Most tokens of a reply, None where the request sets no limit."""
        value = self.parameters.get("max_new_tokens")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            refuse(f"max_new_tokens: expected an integer of at least 1, got {value!r}")
        return value


def table(data: Any) -> list[Mapping[str, Any]]:
    """Rows of named values; values without a name are named by their position, as a data frame would."""
    if isinstance(data, Mapping) and "columns" in data:
        names, values = data["columns"], data.get("data")
        if not isinstance(names, list) or not isinstance(values, list):
            refuse("input_data: expected lists in columns and data")
        return [_named(names, row, place) for place, row in enumerate(values)]
    if isinstance(data, Mapping):
        return _from_columns(data)
    if isinstance(data, list) and data:
        return [value if isinstance(value, Mapping) else _positional(value) for value in data]
    if isinstance(data, str):
        return [{"0": data}]
    refuse(f"input_data: expected a non-empty list or table, got {type(data).__name__}")


def _named(names: Sequence[Any], row: Any, place: int) -> Mapping[str, Any]:
    values = row if isinstance(row, list) else [row]
    if len(values) != len(names):
        refuse(f"input_data.data[{place}]: expected {len(names)} values for columns {names}, got {len(values)}")
    return dict(zip(map(str, names), values, strict=True))


def _positional(value: Any) -> Mapping[str, Any]:
    values = value if isinstance(value, list) else [value]
    return {str(place): item for place, item in enumerate(values)}


def _from_columns(columns: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    lists = {name: value if isinstance(value, list) else [value] for name, value in columns.items()}
    lengths = {len(values) for values in lists.values()}
    if len(lengths) != 1:
        refuse(f"input_data: expected columns of one length, got { {name: len(v) for name, v in lists.items()} }")
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def chosen_columns(row: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Where a row has the wanted values: in the named columns, in `input_string`, or in unnamed columns."""
    if set(names) <= set(row):
        return list(names)
    if "input_string" in row:
        return ["input_string"]
    if not row or not all(name.isdigit() for name in row):
        # mlflow's schema enforcement refuses such a table too (documented); the words are our own.
        accepted = dict.fromkeys((tuple(names), ("input_string",)))
        refuse(f"input_data: expected columns {' or '.join(str(list(each)) for each in accepted)}, got {list(row)}")
    return list(row)[: len(names)]


def texts(row: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    """The wanted values of a row, each of which must be a text."""
    chosen = chosen_columns(row, names)
    for name in chosen:
        if not isinstance(row[name], str):
            refuse(f"{name}: expected a text, got {row[name]!r}")
    return tuple(row[name] for name in chosen)
