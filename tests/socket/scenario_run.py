"""`pytest -m live` against a server, as anybody would type it, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.socket.processes import ROOT, serving

__all__ = ["Outcome", "ScenarioRun", "observe", "told"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scenario: how it ended, and after how many real seconds."""

    name: str
    ended: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """The run: pytest's exit code, each scenario, and what bills in the end."""

    code: int
    outcomes: Sequence[Outcome]
    billable: Sequence[str]

    @property
    def good(self) -> bool:
        """Whether everything passed and nothing bills."""
        return self.code == 0 and not self.billable


def observe(folder: Path, *options: str) -> ScenarioRun:
    """Serve, and run the scenarios in another process. options: of the server."""
    xml = folder / "outcome.xml"
    with serving(*options) as server:
        command = ("-m", "pytest", "-q", "-m", "live", "scenarios", f"--junitxml={xml}", "-p", "no:cacheprovider")
        done = server.client(*command, cwd=ROOT, seconds=600, HARNESS_LEDGER=str(folder / "ledger"))
        billable = server.admin("/admin/dump")["billable"]
    return ScenarioRun(done.returncode, tuple(_outcomes(xml)), tuple(billable))


def told(run: ScenarioRun, *options: str) -> Iterator[str]:
    """Yield the lines of the page about it."""
    counts = Counter(outcome.ended for outcome in run.outcomes)
    ended = ", ".join(f"{count} {how}" for how, count in counts.items())
    yield "\n## The live scenarios\n"
    yield f"    harness emulator serve {' '.join(options)}"
    yield "    pytest -m live\n"
    yield "Again with the printed environment and no more: every scenario that is for Azure itself, one after the"
    yield f"other, in one workspace. **{len(run.outcomes)} scenarios, {ended}, {_whole(run):.0f} s** here; exit code"
    yield f"{run.code}. What bills afterwards, by `/admin/dump`: {', '.join(run.billable) or 'nothing'}.\n"
    yield "| scenario | outcome | seconds |"
    yield "|---|---|---:|"
    for each in run.outcomes:
        yield f"| `{each.name}` | {each.ended} | {each.seconds:.1f} |"


def _whole(run: ScenarioRun) -> float:
    return sum(each.seconds for each in run.outcomes)


def _outcomes(xml: Path) -> Iterator[Outcome]:
    for case in ElementTree.parse(xml).iter("testcase"):
        failed = next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
        module = str(case.get("classname")).rpartition(".")[2]
        yield Outcome(f"{module}::{case.get('name')}", failed, float(case.get("time", "0")))
