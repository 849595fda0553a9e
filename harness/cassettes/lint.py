"""Whether cassettes still hold: each finding says which file, what is wrong with it, and what to do."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.cassettes.format import checksum_of, read
from harness.cassettes.operations import unfinished
from harness.cassettes.rules import rule_name
from harness.cassettes.sanitising import find_private
from harness.cassettes.tape import Cassette, Interaction
from harness.errors import CassetteUnreadable

__all__ = ["Circumstances", "Finding", "find_cassettes", "lint", "read_usage"]

_AGAIN = "Record it again: pytest --record-mode=rewrite, with its --backend."


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a cassette, and the remedy as a full sentence."""

    file: str
    kind: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What cassettes are held against.

    oldest: how many days since the last validation are too many. sdk: versions installed here. usage: of replays, by
    cassette. scenarios: the cassettes that a module's scenarios may have. root: what both are relative to.
    """

    today: date
    oldest: int = 180
    sdk: Mapping[str, str] = field(default_factory=dict)
    usage: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    scenarios: Mapping[str, Sequence[str]] = field(default_factory=dict)
    root: Path = field(default_factory=Path.cwd)


def find_cassettes(places: Iterable[Path]) -> list[Path]:
    """Return the files of cassettes: those given, and all in or below a folder `cassettes`, sorted."""
    found: set[Path] = set()
    for place in places:
        inside = "cassettes" in place.absolute().parts
        found |= {place} if place.is_file() else set(place.rglob("*.yaml" if inside else "cassettes/**/*.yaml"))
    return sorted(found)


def read_usage(file: Path) -> tuple[Mapping[str, Mapping[str, object]], Mapping[str, Sequence[str]]]:
    """Return usage and scenarios as the last runs of pytest left them in its cache; nothing where there is no file."""
    if not file.is_file():
        return {}, {}
    kept = json.loads(file.read_text(encoding="utf-8"))
    return kept["usage"], kept["scenarios"]


def lint(files: Sequence[Path], about: Circumstances) -> list[Finding]:
    """Return everything that is wrong with cassettes."""
    findings: list[Finding] = []
    readable: dict[str, Cassette] = {}
    for file in files:
        name = _shown(file, about.root)
        try:
            cassette = read(file, trust=True)
        except CassetteUnreadable as error:
            findings.append(Finding(name, "unreadable", f"is no cassette: {error.got}", _AGAIN))
            continue
        readable[name] = cassette
        findings += _of_one(name, file, cassette, about)
    current = _current(readable.values())
    for name, cassette in readable.items():
        findings += _moved(name, cassette, current)
    return sorted(findings, key=lambda finding: finding.file)


def _of_one(name: str, file: Path, cassette: Cassette, about: Circumstances) -> Iterator[Finding]:
    yield from _edited(name, file, cassette)
    yield from _private(name, cassette)
    yield from _old(name, cassette, about)
    yield from _orphaned(name, file, about)
    yield from _unused(name, cassette, about)
    for place, made in unfinished(cassette.interactions):
        what = f"ends while {place} is on its way (HTTP {made.response.status})"
        yield Finding(name, "unfinished", what, f"Let the scenario wait for it, or delete it. {_AGAIN}")


def _edited(name: str, file: Path, cassette: Cassette) -> Iterator[Finding]:
    if checksum_of(file.read_text(encoding="utf-8")) != cassette.metadata.checksum:
        yield Finding(name, "edited", "was edited by hand since it was recorded", f"Restore it. {_AGAIN}")


def _private(name: str, cassette: Cassette) -> Iterator[Finding]:
    """Tell private values by rule and place, never by themselves."""
    known = cassette.metadata
    kept = [*known.variables.values()]
    for number, made in enumerate(cassette.interactions):
        for rule in sorted({found.rule for found in find_private([made], kept=kept)}):
            what = f"holds a private value in interaction {number}: rule {rule}, {rule_name(rule)}"
            yield Finding(name, "secret", what, f"Take it out of use if it is real. {_AGAIN}")
    for found in find_private([], [*known.workspace.values(), *known.variables.values()], kept):
        what = f"holds a private value in its metadata: rule {found.rule}, {rule_name(found.rule)}"
        yield Finding(name, "secret", what, f"Take it out of use if it is real. {_AGAIN}")


def _old(name: str, cassette: Cassette, about: Circumstances) -> Iterator[Finding]:
    days = (about.today - date.fromisoformat(cassette.metadata.last_validated)).days
    if days > about.oldest:
        yield Finding(name, "stale", f"was last validated {days} days ago, and {about.oldest} are allowed", _AGAIN)
    for package, recorded in cassette.metadata.sdk.items():
        here = about.sdk.get(package, recorded)
        if _minor(here) != _minor(recorded):
            yield Finding(name, "stale", f"was recorded with {package} {recorded}, and here is {here}", _AGAIN)


def _orphaned(name: str, file: Path, about: Circumstances) -> Iterator[Finding]:
    module = _module(file)
    if module is None:
        yield Finding(name, "orphan", "belongs to no module of tests", "Delete it.")
        return
    test = file.stem.partition("[")[0].rpartition(".")[2]
    known = about.scenarios.get(
        (module.relative_to(about.root) if module.is_relative_to(about.root) else module).as_posix()
    )
    if test not in _tests(module) or (known is not None and file.name not in known):
        yield Finding(
            name, "orphan", f"belongs to no scenario of {module.name}", "Delete it, or rename the scenario back."
        )


def _module(file: Path) -> Path | None:
    """Return the module of tests that a cassette is named after, in or below the folder that holds `cassettes`."""
    if file.parents[1].name != "cassettes":
        return None
    depths = ("", "*/", "*/*/", "*/*/*/")
    return next((found for depth in depths for found in file.parents[2].glob(f"{depth}{file.parent.name}.py")), None)


def _unused(name: str, cassette: Cassette, about: Circumstances) -> Iterator[Finding]:
    usage = about.usage.get(name)
    if usage is not None and usage["unused"] and usage["checksum"] == cassette.metadata.checksum:
        yield Finding(name, "unused", f"holds {usage['unused']} exchanges that its scenario does not ask for", _AGAIN)


@lru_cache(maxsize=256)
def _tests(module: Path) -> frozenset[str]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _minor(version: str) -> list[str]:
    return version.split(".")[:2]


def _moved(name: str, cassette: Cassette, current: Mapping[str, set[str]]) -> Iterator[Finding]:
    for operation, versions in _versions(cassette.interactions).items():
        now = current.get(operation, versions)
        for version in sorted(versions - now):
            newer = ", ".join(sorted(now))
            what = f"asks {operation} at api-version {version}, and recordings with the newest SDK at {newer}"
            yield Finding(name, "stale", what, _AGAIN)


def _current(cassettes: Collection[Cassette]) -> dict[str, set[str]]:
    """Return the api-versions at which each operation is asked by what was recorded with the newest SDK."""
    newest = max((_sdk(cassette) for cassette in cassettes), default=())
    current: dict[str, set[str]] = {}
    for cassette in cassettes:
        if _sdk(cassette) == newest:
            for operation, versions in _versions(cassette.interactions).items():
                current.setdefault(operation, set()).update(versions)
    return current


def _sdk(cassette: Cassette) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", cassette.metadata.sdk.get("azure-ai-ml", "")))


def _shown(file: Path, root: Path) -> str:
    return (file.relative_to(root) if file.is_relative_to(root) else file).as_posix()


def _versions(interactions: Iterable[Interaction]) -> dict[str, set[str]]:
    """Return the api-versions at which each operation was asked, an operation being a method and types of ARM."""
    found: dict[str, set[str]] = {}
    for made in interactions:
        parts = urlsplit(made.request.url)
        version = dict(parse_qsl(parts.query)).get("api-version", "")
        _, provider, rest = unquote(parts.path).partition("/providers/Microsoft.MachineLearningServices/")
        if provider and version:
            operation = f"{made.request.method} {'/'.join(rest.strip('/').split('/')[::2])}"
            found.setdefault(operation, set()).add(version)
    return found
