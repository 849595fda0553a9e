"""From text to a checked document: TOML files, `key=value` options, errors that name file, key and remedy.

Nothing here knows what a lifecycle is; the document's class is handed in.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from harness.errors import HarnessError, SpecError, excerpt, nearest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["dotted", "override", "read_toml", "rule", "rule_broken", "validated"]

_EXPECTED = {
    "model_type": "a table",
    "dict_type": "a table",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "list_type": "a list in brackets",
    "too_short": "a list of at least {min_length}",
    "too_long": "a list of at most {max_length}",
}
"""What pydantic says in Python's words, by its kinds of error."""

_UTF8 = "Save it as UTF-8."

_Document = TypeVar("_Document", bound=BaseModel)


_SPEC_REMEDY = "Name a file that can be read (--spec); without one the published notebook runs."


def read_toml(path: Path, document: str = "spec", remedy: str = _SPEC_REMEDY) -> dict[str, Any]:
    """Return the tables of a TOML file; SpecError with line and column when it is none.

    document: what the file is called in errors. remedy: what to do when it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(
            f"the {document} cannot be read",
            where=str(path),
            got=error.strerror or str(error),
            expected="a TOML file",
            nearest=nearest(path.name, _beside(path)),
            remedy=remedy,
        ) from None
    except UnicodeDecodeError as error:
        where = f"{path}, byte {error.start}"
        got = f"0x{error.object[error.start]:02x}"
        raise SpecError(f"the {document} is not UTF-8", where=where, got=got, expected="UTF-8", remedy=_UTF8) from None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, or nesting and numbers past all sense
        place = re.search(r"line \d+, column \d+|end of document", str(error))
        what = re.sub(r" \(at .*\)$", "", str(error))
        where = f"{path}, {place.group()}" if place else str(path)
        raise SpecError(
            f"the {document} is no TOML: {what}",
            where=where,
            got=_line(path, place.group() if place else ""),
            expected='TOML, such as [data] and below it source = "./rows" and percent = 5',
            remedy="Correct the line: text stands in quotes, a table's name in brackets.",
        ) from None


def _beside(path: Path) -> list[str]:
    return [entry.name for entry in path.parent.glob("*.toml")] if path.parent.is_dir() else []


def _line(path: Path, place: str) -> str:
    """Return the line of a file that `place` names, "line 3, column 1" or the end of the document."""
    lines = path.read_text(encoding="utf-8").splitlines()
    number = re.search(r"\d+", place)
    shown = lines[int(number.group()) - 1 : int(number.group())] if number else lines[-1:]
    return excerpt(shown[0].strip(), 60) if shown else "nothing"


def override(document: dict[str, Any], model: type[BaseModel], options: Mapping[str, str]) -> None:
    """Set each dotted key of `options` in `document` to its text, read as TOML.

    Text that is no TOML value, and text for a key that takes only text (a version `1.10`), is taken as it
    stands.
    """
    for key, text in options.items():
        *path, last = key.split(".")
        table = document
        for name in path:
            if not isinstance(table.get(name), dict):
                table[name] = {}
            table = table[name]
        table[last] = _value(text, only_text=_takes_only_text(model, [*path, last]))


def dotted(tables: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of all keys in `tables`, those of tables included."""
    for name, value in tables.items():
        yield f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from dotted(value, f"{prefix}{name}.")


def validated(model: type[_Document], document: Mapping[str, Any], where: str) -> _Document:
    """Return the checked document; SpecError names the place, the key, its value and what would fit."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        details = error.errors(include_url=False)
        unknown = [detail for detail in details if detail["type"] == "extra_forbidden"]
        raise _explained(model, (unknown or details)[0], where) from None  # a key that is missing may be misspelled


def rule(check: Callable[[str], object]) -> AfterValidator:
    """Return a pydantic validator that refuses what `check` refuses, with the parts of its error."""

    def validate(value: str) -> str:
        try:
            check(value)
        except HarnessError as error:
            raise rule_broken(error) from None
        return value

    return AfterValidator(validate)


def rule_broken(error: HarnessError) -> PydanticCustomError:
    """Wrap `error` so that pydantic reports it together with the key it concerns."""
    return PydanticCustomError("rule", "a rule is broken", {"error": error})


def _explained(model: type[BaseModel], detail: ErrorDetails, where: str) -> SpecError:
    location = [str(part) for part in detail["loc"]]
    if location[-1:] == ["str"]:  # the first member of Scalar; pydantic reports each member of a union
        return _wrong_value(location[:-1], detail["input"], where, "text, a number or a boolean", ())
    if detail["type"] == "extra_forbidden":
        return _unknown_key(model, ".".join(location), where)
    if detail["type"] == "missing":
        return _missing_key(".".join(location), where)
    context = detail.get("ctx", {})
    if detail["type"] == "rule":
        return _located(context["error"], ", ".join(filter(None, (where, ".".join(location)))))
    said = detail["msg"].removeprefix("Input should be ")
    expected = _EXPECTED[detail["type"]].format(**context) if detail["type"] in _EXPECTED else said
    bounds = [str(context[bound]) for bound in ("ge", "le") if bound in context]
    choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    close = bounds or nearest(str(detail["input"]), choices)
    return _wrong_value(location, detail["input"], where, expected, close)


def _wrong_value(location: list[str], value: object, where: str, expected: str, close: Iterable[str]) -> SpecError:
    key = ".".join(location)
    if isinstance(value, str) and expected.endswith(("integer", "number")) and re.fullmatch(r"-?\d{1,18}", value):
        close = (value,)
    return SpecError(
        f"{key} has a wrong value",
        where=where,
        got=excerpt(value),
        expected=expected,
        nearest=close,
        remedy=f"Correct {key}, or leave it out for its default.",
    )


def _located(error: HarnessError, where: str) -> SpecError:
    return SpecError(
        error.what,
        where=where,
        got=error.got,
        expected=error.expected,
        nearest=error.nearest,
        remedy=error.remedy,
    )


def _missing_key(key: str, where: str) -> SpecError:
    return SpecError(f"{key} is missing", where=where, expected="a value, for there is no default", remedy="Add it.")


def _unknown_key(model: type[BaseModel], key: str, where: str) -> SpecError:
    """Name the keys of the same table, and as nearest first those of the same name in another table."""
    table, _, name = re.sub(r"\.\d+(?=\.)", "", key).rpartition(".")  # a table of a list has the keys of every one
    keys = list(_keys(model))
    siblings = [other.rpartition(".")[2] for other in keys if other.rpartition(".")[0] == table]
    elsewhere = [other for other in keys if other.rpartition(".")[2] == name]
    return SpecError(
        f"there is no key {key}",
        where=where,
        expected=f"one of {', '.join(siblings)}" if siblings else "a key of the spec",
        nearest=[*elsewhere, *nearest(name, siblings)][:3],
        remedy="Correct the key, or remove it.",
    )


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield prefix + name
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _keys(part, f"{prefix}{name}.")


def _takes_only_text(model: type[BaseModel], path: list[str]) -> bool:
    """Say whether the key at `path` is declared as text, or as text or nothing."""
    annotation: Any = model
    for name in path:
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return get_args(annotation)[1:] == (str,)  # an entry of dict[str, str]
        field = annotation.model_fields.get(name)
        annotation = field.annotation if field is not None else None
    return annotation is str or set(get_args(annotation)) == {str, type(None)}


def _value(text: str, only_text: bool) -> Any:
    try:
        tables = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    value = tables["value"]
    readable = len(tables) == 1 and isinstance(value, bool | int | float | str | list | dict)
    return value if readable and (isinstance(value, str) or not only_text) else text
