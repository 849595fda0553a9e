"""`make cassettes`: every scenario is recorded anew, and then replayed.

Live, as on Azure, from the local Azure ML on a socket, one server for each era; from the one in the process where a
scenario changes it. Ends with 1 when something could not be recorded or does not replay.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from fakes.catalogue import ERAS
from harness.cassettes.lint import find_cassettes
from tests.socket.processes import ROOT, clean_environment, serving

_RECORD = ("--record-mode=rewrite", "-p", "no:cacheprovider")
_AT_ONCE = ("-n", "auto", "--maxprocesses", "4")
_NOTHING_COLLECTED = 5


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, its exit code, and how long it took in real seconds."""

    title: str
    code: int
    seconds: float

    def __str__(self) -> str:
        return f"{'ok' if self.code == 0 else f'exit code {self.code}':14} {self.seconds:5.0f} s  {self.title}"


def steps(ledgers: str) -> Iterator[Step]:
    """Record and replay. ledgers: a folder for those of the live runs."""
    for era in ERAS:
        with serving("--catalog", era) as server:
            options = ("-m", "live", "--backend", "live", "--served", era, "-p", "tests.socket.fresh_world", *_RECORD)
            environment = {**server.environment, "HARNESS_LEDGER": ledgers}
            yield _pytest(f"record from a socket, registries of {era}", *options, environment=environment)
    yield _pytest(
        "record what changes the local Azure ML", "-m", "arranged", "--backend", "emulator", *_RECORD, *_AT_ONCE
    )
    yield _pytest("replay, without a network", "--backend", "replay", *_AT_ONCE)
    yield _run("harness cassettes lint", "-m", "harness.cli", "cassettes", "lint")


def older(began: float) -> list[str]:
    """Return the cassettes that have not been written since; began: seconds since 1970."""
    files = find_cassettes([ROOT / "cassettes"])
    return [file.relative_to(ROOT).as_posix() for file in files if file.stat().st_mtime < began]


def main() -> int:
    """Carry out the steps, tell how each of them ended, and return the exit code."""
    began = time.time()
    with TemporaryDirectory() as ledgers:
        done = list(steps(ledgers))
    left = older(began)
    _tell("", *map(str, done), *(f"not recorded   {file}" for file in left))
    return 1 if left or any(step.code for step in done) else 0


def _pytest(title: str, *options: str, environment: Mapping[str, str] | None = None) -> Step:
    step = _run(title, "-m", "pytest", "-q", *options, "scenarios", environment=environment)
    return Step(title, 0 if step.code == _NOTHING_COLLECTED else step.code, step.seconds)


def _run(title: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Step:
    _tell("", title)
    began = time.monotonic()
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env={**clean_environment(), **(environment or {})})
    return Step(title, done.returncode, time.monotonic() - began)


def _tell(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _stop(number: int, _frame: object) -> None:
    sys.exit(128 + number)  # the servers are stopped on the way


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main())
