"""The page that says what kill -9 leaves behind: `python -m tests.socket.kill_page docs/kill-and-sweep.md`.

`--points Jobs_CreateOrUpdate:1:late ...` kills at these points alone and prints what became of each as JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import cycle
from pathlib import Path
from typing import Any

from harness.lifecycle.journal import TITLES
from tests.socket.gate import LATE_S, Point, Variant
from tests.socket.killing import Killed, Killer, killer

KILLS = 100
_AT_ONCE = 3
_VARIANTS: tuple[Variant, ...] = ("lost", "late", "after")
_READS = ("GET", "HEAD")
_NO_WRITES = ("Entra_IssueToken", "Datastores_ListSecrets", "OnlineEndpoints_ListKeys")
"""Requests that change nothing, whatever their method."""

_HEADER = """\
# kill -9, then sweep

Written by `make kills`. A run of the whole lifecycle, `harness run --backend live`, talks to the local Azure ML on a
socket, through the real SDK with nothing patched. It is killed with SIGKILL in the middle of a call:

- **lost**: before Azure acts, which never hears of it;
- **late**: before Azure acts, and Azure acts {late} s after the process is dead, while a sweep is on its way;
- **after**: when Azure has acted, and before the client hears of it.

Calls that change something are met in all three ways. Those that only ask, such as the polls of an operation, are met
in turn as lost or after. Then `harness sweep` runs, and the local Azure ML is asked what there is: what bills is
*left*, and so is the cluster where the run was told not to keep it, as every other one is. How often a run polls is not
always the same, so the counts by step differ a little from one writing of this page to the next.

No machine of this project reaches Azure: what this shows is true of the local Azure ML.

"""


def points_of(calls: Sequence[Mapping[str, Any]], kills: int) -> list[Point]:
    """Return where to kill a run that makes these calls: each write three times, the rest spread over the reads."""
    seen: dict[str, int] = {}
    writes: list[tuple[int, Point]] = []
    reads: list[tuple[int, str, int]] = []
    for number, call in enumerate(calls):
        name = call["operation"]
        seen[name] = seen.get(name, 0) + 1
        if call["method"] in _READS or name in _NO_WRITES:
            reads.append((number, name, seen[name]))
        else:
            writes.extend((number, Point(name, seen[name], variant)) for variant in _VARIANTS)
    rest = kills - len(writes)
    chosen = [reads[index * len(reads) // rest] for index in range(rest)]
    ways: Iterator[Variant] = cycle(("lost", "after"))
    both = [*writes, *((number, Point(name, nth, next(ways))) for number, name, nth in chosen)]
    return [point for _, point in sorted(both, key=lambda placed: placed[0])]


def kill_at(killing: Killer, point: Point) -> Killed:
    """Kill at a point; a run that polls less often this time is killed at an earlier call of the same operation."""
    for nth in range(point.nth, 0, -1):
        killed = killing.kill(Point(point.operation, nth, point.variant))
        if killed is not None:
            return killed
    raise LookupError(f"no run calls {point.operation}")


def page(kills: Sequence[Killed]) -> str:
    """Return the page."""
    rows = []
    for step in ("start", *TITLES):
        mine = [kill for kill in kills if kill.step == step]
        if mine:
            rows.append(_row(step, mine))
    rows.append(_row("**in all**", kills))
    head = "| step | kills | lost | late | after | left before the sweep | left after it | sweeps that ended with 0 |"
    operations = sorted({kill.point.operation for kill in kills})
    clean = sum(not kill.after and kill.code == 0 for kill in kills)
    return "".join(
        [
            _HEADER.replace("{late}", f"{LATE_S:g}"),
            "\n".join([head, "|---|---:|---:|---:|---:|---:|---:|---:|", *rows]),
            f"\n\nNothing left: {clean} of {len(kills)}.\n\n",
            f"Met in the middle of {len(operations)} operations: {', '.join(f'`{name}`' for name in operations)}.\n",
        ]
    )


def _row(step: str, kills: Sequence[Killed]) -> str:
    ways = [sum(kill.point.variant == variant for kill in kills) for variant in _VARIANTS]
    before, after = sum(bool(kill.left) for kill in kills), sum(bool(kill.after) for kill in kills)
    counts = (len(kills), *ways, before, after, sum(kill.code == 0 for kill in kills))
    return f"| {step} | {' | '.join(map(str, counts))} |"


def main(arguments: Sequence[str]) -> int:
    """Kill, sweep, write the page; 1 when something was left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", nargs="?", type=Path)
    parser.add_argument("--points", nargs="*", default=[])
    asked = parser.parse_args(arguments)
    if asked.page:
        with _killing() as killing:
            points = points_of(killing.calls(), KILLS)
        kills = _side_by_side(points)
        asked.page.write_text(page(kills), encoding="utf-8")
    else:
        with _killing() as killing:
            kills = [_told(kill_at(killing, _point(text))) for text in asked.points]
        sys.stdout.write(json.dumps([asdict(kill) for kill in kills], indent=2) + "\n")
    return int(any(kill.after or kill.code for kill in kills))


@contextlib.contextmanager
def _killing() -> Iterator[Killer]:
    with tempfile.TemporaryDirectory(prefix="kills-") as folder, killer(Path(folder)) as killing:
        yield killing


def _side_by_side(points: Sequence[Point]) -> list[Killed]:
    """Kill at these points in several processes, each with an Azure ML of its own: most of the time is waiting."""
    shares = [points[start::_AT_ONCE] for start in range(_AT_ONCE)]
    command = (sys.executable, "-m", "tests.socket.kill_page", "--points")
    workers = [
        subprocess.Popen([*command, *map(_spelled, share)], stdout=subprocess.PIPE, text=True) for share in shares
    ]
    found = [json.loads(worker.communicate()[0]) for worker in workers]
    return [Killed(**{**kill, "point": Point(**kill["point"])}) for share in found for kill in share]


def _spelled(point: Point) -> str:
    return f"{point.operation}:{point.nth}:{point.variant}"


def _point(text: str) -> Point:
    operation, nth, variant = text.split(":")
    return Point(operation, int(nth), next(known for known in _VARIANTS if known == variant))


def _told(kill: Killed) -> Killed:
    what = f"{len(kill.left)} left, {', '.join(kill.swept) or 'nothing swept'}, {len(kill.after)} left then"
    sys.stderr.write(f"{kill.step} {_spelled(kill.point)}: {what} ({kill.seconds:.1f} s)\n")
    sys.stderr.flush()
    return kill


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
