"""What a run says of its cassettes: in the line of each test, in the summary, and for `harness cassettes lint`."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from harness.plugin.cassettes import MISSING, PROVENANCE, cassette_of
from harness.plugin.options import backend_of

__all__: list[str] = []

_CACHE = "harness/cassettes"
_KNOWN = pytest.StashKey[dict[str, list[str]]]()
_FROM_WORKERS = ("harness_without_cassette", "harness_scenarios")
_SHOWN = 4
_REPLAYED = "recorded from "


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note the cassettes that the collected modules may have, before anything is deselected."""
    whole = {item.path for item in items} if not any("::" in str(argument) for argument in config.args) else set()
    known: dict[str, set[str]] = {}
    for item in items:
        if item.path in whole and backend_of(item) is not None:
            known.setdefault(item.path.relative_to(config.rootpath).as_posix(), set()).add(cassette_of(item).name)
    config.stash[_KNOWN] = {module: sorted(names) for module, names in known.items()}


def pytest_report_teststatus(report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, str] | None:
    """Say in a test's line where its cassette came from."""
    said = _said(report)
    if said and report.when == "call" and report.passed and said.startswith(_REPLAYED):
        return "passed", ".", f"PASSED {said}"
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what a process of pytest-xdist has collected."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output.update(zip(_FROM_WORKERS, _collected(session.config), strict=True))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a process of pytest-xdist has collected; each has collected the same."""
    without, known = (getattr(node, "workeroutput", {}).get(name) for name in _FROM_WORKERS)
    node.config.stash[MISSING] = without or []
    node.config.stash[_KNOWN] = known or {}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Count the cassettes that were replayed and written, and the scenarios that have none."""
    if config.getoption("collectonly"):
        return
    reports = [report for reports in terminalreporter.stats.values() for report in reports if hasattr(report, "when")]
    without, known = _collected(config)
    _remember(config, reports, known)
    lines = [*_lines(reports), *_missing(without, config.getoption("verbose") > 0)]
    if lines:
        terminalreporter.section("cassettes")
        for line in lines:
            terminalreporter.write_line(line)


def _lines(reports: list[pytest.TestReport]) -> list[str]:
    teardowns = [text for report in reports if report.when == "teardown" for text in [_said(report)] if text]
    replayed = [text.removeprefix(_REPLAYED).rpartition(" ") for text in teardowns if text.startswith(_REPLAYED)]
    lines = []
    for source, times in Counter(source for source, _, _ in replayed).items():
        oldest = min(day for other, _, day in replayed if other == source)
        lines.append(f"{times} replayed that were recorded from {source}, the oldest on {oldest}")
    for what in ("written", "validated", "not written"):
        files = [text.removeprefix(what) for text in teardowns if text.startswith(f"{what} ")]
        if files:
            lines.append(f"{len(files)} {what}{': the scenario failed' if what == 'not written' else ''}")
    return lines


def _missing(without: list[str], everything: bool) -> list[str]:
    if not without:
        return []
    shown = without if everything else without[:_SHOWN]
    more = f" and {len(without) - len(shown)} more (-v names them)" if len(without) > len(shown) else ""
    return [f"{len(without)} scenarios have none and were not replayed: {', '.join(shown)}{more}"]


def _said(report: Any) -> str:
    return str(dict(getattr(report, "user_properties", ())).get(PROVENANCE, ""))


def _collected(config: pytest.Config) -> tuple[list[str], dict[str, list[str]]]:
    return config.stash.get(MISSING, []), config.stash.get(_KNOWN, {})


def _remember(config: pytest.Config, reports: list[Any], known: dict[str, list[str]]) -> None:
    """Leave in pytest's cache what lint wants to know: which exchanges were used, and which scenarios there are."""
    used = {}
    for report in reports:
        usage = dict(getattr(report, "user_properties", ())).get("cassette usage")
        if usage is not None:
            name, checksum, played, unused = usage
            used[name] = {"checksum": checksum, "played": played, "unused": unused}
    cache = getattr(config, "cache", None)  # -p no:cacheprovider
    if known and cache is not None:
        before = cache.get(_CACHE, {"usage": {}, "scenarios": {}})
        cache.set(_CACHE, {"usage": {**before["usage"], **used}, "scenarios": {**before["scenarios"], **known}})
