"""Scenarios on recordings: which cassette is a scenario's, when it is replayed, and when it is recorded.

The options are pytest-recording's, where that is installed; without it cassettes are replayed all the same. What is
recorded is written when the scenario has passed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from harness.backends import BackendChoice, Surroundings, open_backend
from harness.errors import UsageError
from harness.plugin.options import backend_of
from harness.plugin.preflight import refuse

__all__ = ["MISSING", "PROVENANCE", "cassette_of", "opened", "records"]

MISSING = pytest.StashKey[list[str]]()
"""The scenarios of this run that have no cassette."""

PROVENANCE = "cassette"
"""The property of a report that says where its cassette came from, or what became of the recording."""

_PASSED = pytest.StashKey[bool]()
_RECORDED = ("emulator", "live")
_MODES = ("all", "once", "rewrite")
_LONGEST = 180


def cassette_of(item: pytest.Item) -> Path:
    """Return the file of a scenario: `cassettes/<module>/<test>.yaml` in the root folder, whichever backend it is."""
    callspec, backend = getattr(item, "callspec", None), backend_of(item)
    name = getattr(item, "originalname", item.name)
    if callspec is not None:
        rest = re.sub(rf"(?:^|-){re.escape(str(backend))}$", "", callspec.id)
        name += f"[{rest}]" if rest else ""
    owner = getattr(item, "cls", None)
    name = re.sub(r"[<>?%*:|\"'/\\]", "-", f"{owner.__name__}.{name}" if owner is not None else name)
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST]}...{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return item.config.rootpath / "cassettes" / item.path.stem / f"{name}.yaml"


def records(item: pytest.Item) -> bool:
    """Say whether a scenario is recorded in this run; what looks into the local Azure ML cannot be."""
    mode = _mode(item.config)
    if mode not in _MODES or backend_of(item) not in _RECORDED or "azure" in getattr(item, "fixturenames", ()):
        return False
    return mode != "once" or not cassette_of(item).exists()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out the replays that have no cassette, and remember them for the summary.

    They fail instead where the replay was asked for by name; while recording nothing is replayed.
    """
    replays = [item for item in items if backend_of(item) == "replay"]
    if "replay" in (config.getoption("--backend") or ()):
        return
    without = [item for item in replays if not cassette_of(item).is_file()]
    config.stash[MISSING] = [item.nodeid for item in without]
    gone = set(replays if _mode(config) in _MODES else without)
    if gone:
        config.hook.pytest_deselected(items=list(gone))
        items[:] = [item for item in items if item not in gone]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to record scenarios without being told from where, or in a way that mixes two recordings."""
    config = session.config
    mode, named = _mode(config), config.getoption("--backend") or ()
    if mode == "none" or not any(backend_of(item) for item in session.items):
        return
    sources = [name for name in named if name in _RECORDED]
    if mode not in _MODES:
        refuse(
            config,
            UsageError(
                "a scenario's cassette is recorded as a whole",
                where="--record-mode",
                got=mode,
                expected=", ".join(("none", *_MODES)),
                remedy="Use --record-mode=rewrite.",
            ),
        )
    if len(sources) != 1:
        refuse(
            config,
            UsageError(
                "a recording has one source",
                where="command line",
                got=f"--record-mode={mode} {' '.join(f'--backend {name}' for name in named)}".strip(),
                expected=f"one of {', '.join(f'--backend {name}' for name in _RECORDED)}",
                remedy="Name the backend to record from.",
            ),
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether the scenario itself has passed."""
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@contextmanager
def opened(item: pytest.Item, choice: BackendChoice) -> Iterator[Surroundings]:
    """Open a scenario's backend: replayed from its cassette, recorded to it, or as it is."""
    if choice.name == "replay":
        with _replayed(item) as surroundings:
            yield surroundings
        return
    with open_backend(choice) as surroundings:
        if not records(item):
            yield surroundings
            return
        with _recorded(item, surroundings) as heard:
            yield heard


@contextmanager
def _replayed(item: pytest.Item) -> Iterator[Surroundings]:
    from harness.backends.replay import replaying  # with azure-core
    from harness.cassettes.format import read
    from harness.cassettes.playing import Player
    from harness.cassettes.usage import usage_of, verdict

    file = cassette_of(item)
    if not file.is_file():
        pytest.fail(f"{_shown(item, file)}: there is no such cassette. Record it: {_HOW}.", pytrace=False)
    player = Player(read(file), _shown(item, file))
    known = player.cassette.metadata
    item.user_properties.append((PROVENANCE, f"recorded from {known.recorded_from} {known.recorded}"))
    with replaying(player) as surroundings:
        yield surroundings
    if item.stash.get(_PASSED, False):
        usage = usage_of(player)
        item.user_properties.append(("cassette usage", [player.name, usage.checksum, usage.played, usage.unused]))
        wrong = verdict(player)
        if wrong is not None:
            pytest.fail(str(wrong), pytrace=False)


@contextmanager
def _recorded(item: pytest.Item, surroundings: Surroundings) -> Iterator[Surroundings]:
    from harness.backends.recording import keep, recording

    file = cassette_of(item)
    with recording(surroundings) as (heard, recorder):
        yield heard
    if item.stash.get(_PASSED, False):
        done = keep(recorder, surroundings.name, file, date.today())
        item.user_properties.append((PROVENANCE, f"{done} {_shown(item, file)}"))
    else:
        item.user_properties.append((PROVENANCE, f"not written {_shown(item, file)}"))


_HOW = "--record-mode=rewrite --backend emulator, or live"


def _shown(item: pytest.Item, file: Path) -> str:
    root = item.config.rootpath
    return (file.relative_to(root) if file.is_relative_to(root) else file).as_posix()


def _mode(config: pytest.Config) -> str:
    return str(config.getoption("--record-mode", default=None) or "none")
