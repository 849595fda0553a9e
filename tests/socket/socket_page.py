"""docs/socket-run.md: a live run against the local Azure ML on a socket, as it went: `make socket`."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from fakes.emulator.serving import Journal
from tests.socket import scenario_run
from tests.socket.processes import ROOT, serving

SCALE = 3600
SERVE = ("--time-scale", str(SCALE), "--cloud", "LocalAzureML")
SCENARIOS = ("--time-scale", str(SCALE))
RUN = ("-X", "importtime", "-m", "harness.cli", "run", "--backend", "live", "--json")
_DATA = "samples/ultrachat_200k"
_WRITES = ("PUT", "PATCH", "DELETE")

_HEADER = """\
# A live run on a socket

Written by `make socket`, which runs all of it again. **What answered is the local Azure ML, not Azure.** So this page
shows that the live path works as it stands, with real credential classes, real transports, real TLS and real waits,
in a process that holds nothing of the local Azure ML. It does not show that Azure answers alike;
[coverage.md](coverage.md) says how sure we are of each answer, and [emulator-serve.md](emulator-serve.md) how to serve.
"""


@dataclass(frozen=True)
class Seen:
    """What came of the run. at: the virtual instant of each call, in their order."""

    report: dict[str, Any]
    code: int
    modules: set[str]
    calls: list[dict[str, Any]]
    at: list[datetime]
    dump: dict[str, Any]
    resumed: dict[str, Any]


def observe(folder: Path) -> Seen:
    """Serve, run the lifecycle in another process, kill the server, and resume it."""
    state = folder / "state"
    with serving(*SERVE, "--state", str(state)) as server:
        done = server.client(*RUN, "--data", str(ROOT / _DATA), "--folder", str(folder / "run"), cwd=folder)
        calls, dump = server.admin("/admin/calls"), server.admin("/admin/dump")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    with serving(*SERVE, "--state", str(state)) as server:
        resumed = server.admin("/admin/dump")
    imported = [line for line in done.stderr.splitlines() if line.startswith("import time")]
    modules = {line.rpartition("|")[2].strip() for line in imported}
    return Seen(json.loads(done.stdout), done.returncode, modules, calls, _instants(state), dump, resumed)


def _instants(state: Path) -> list[datetime]:
    journal = Journal(state)
    try:
        asked = [entry for entry in journal.entries() if entry.kind == "request"]
    finally:
        journal.close()
    return [entry.at for entry in asked if not entry.request.path.startswith("/admin/")]


def page(seen: Seen, scenarios: scenario_run.ScenarioRun) -> str:
    """Return docs/socket-run.md."""
    return "\n".join([*_lines(seen), *scenario_run.told(scenarios, *SCENARIOS)]) + "\n"


def _lines(seen: Seen) -> Iterator[str]:
    yield _HEADER
    yield f"    harness emulator serve {' '.join(SERVE)} --state FILE"
    yield f"    harness run --backend live --data {_DATA}\n"
    yield "The second command has the environment that the first one prints, and no more. Nothing in it is patched;"
    yield f"azure-ai-ml is {version('azure-ai-ml')}.\n"
    yield from _shown(seen)
    yield from _steps(seen)
    yield from _timeline(seen)
    yield from _calls(seen)


def _shown(seen: Seen) -> Iterator[str]:
    fakes = [name for name in seen.modules if name.split(".")[0] == "fakes"]
    hosts = {urlsplit(call["url"]).netloc for call in seen.calls}
    foreign = [host for host in hosts if "localhost" in host or "127.0.0.1" in host or ":" in host]
    operations = Counter(call["operation"] for call in seen.calls)
    statuses = Counter(call["status"] for call in seen.calls)
    same = seen.resumed["resources"] == seen.dump["resources"]
    yield "| what | how it was seen | here |"
    yield "|---|---|---|"
    yield _row("the lifecycle passes", "exit code, outcome of each step", f"{seen.code}, {_outcomes(seen)}")
    yield _row(
        "nothing of the local Azure ML is in its process", "modules that it imported", f"{len(fakes)} of `fakes`"
    )
    credential = f"{operations['Entra_IssueToken']} tokens by client secret"
    yield _row("it signs in itself", "what the local Entra was asked", credential)
    metadata = f"{operations['Metadata_GetEndpoints']} times"
    yield _row("it finds its cloud by the metadata", "how often they were read", metadata)
    yield _row("it asks for Azure's own hosts", "hosts in its requests", f"{len(hosts)}, {len(foreign)} of them local")
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    yield _row("every request is served", f"status of {len(seen.calls)} answers", answers)
    left = ", ".join(seen.dump["billable"]) or "nothing"
    yield _row("nothing that bills is left", "`/admin/dump`", left)
    yield _row(
        "a server that is killed loses nothing",
        "`/admin/dump` after kill -9 and resume",
        "equal" if same else "not equal",
    )


def _outcomes(seen: Seen) -> str:
    counts = Counter(step["outcome"] for step in seen.report["steps"])
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items())


def _steps(seen: Seen) -> Iterator[str]:
    whole = sum(step["real_seconds"] for step in seen.report["steps"])
    yield "\n## Where the client's time went\n"
    yield f"Shares of the run's real time, measured by the client. An hour of virtual time takes {3600 / SCALE:g} s.\n"
    yield "| step | outcome | share |"
    yield "|---|---|---:|"
    for step in seen.report["steps"]:
        yield _row(step["title"], step["outcome"], f"{step['real_seconds'] / whole:.0%}")


def _timeline(seen: Seen) -> Iterator[str]:
    yield "\n## What was changed, in virtual time\n"
    yield "From the server's journal. The gaps hold the waits for Azure's operations and the client's own work, which"
    yield f"takes {SCALE} times as long by this clock.\n"
    yield "| virtual time | request | status |"
    yield "|---:|---|---:|"
    for call, at in zip(seen.calls, seen.at, strict=True):
        host = urlsplit(call["url"]).netloc
        if (call["method"] in _WRITES and "blob" not in host) or call["operation"] in ("Scoring_Score", "Jobs_Cancel"):
            yield _row(_elapsed(seen.at[0], at), call["operation"], str(call["status"]))


def _elapsed(begin: datetime, at: datetime) -> str:
    minutes, seconds = divmod(round((at - begin).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def _calls(seen: Seen) -> Iterator[str]:
    yield "\n## What was asked\n"
    yield "How often something is polled depends on how fast the machine is.\n"
    yield "| host | operation | calls |"
    yield "|---|---|---:|"
    counts = Counter((_family(call["url"]), call["operation"]) for call in seen.calls)
    for (host, operation), count in sorted(counts.items()):
        yield _row(f"`{host}`", operation, str(count))


def _family(url: str) -> str:
    host = urlsplit(url).netloc
    head, _, rest = host.partition(".")
    known = ("management", "login", "eastus", "eastus2", "cert-eastus")
    return host if head in known else f"*.{rest}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        observed = observe(Path(made))
        scenarios = scenario_run.observe(Path(made), *SCENARIOS)
    Path(sys.argv[1]).write_text(page(observed, scenarios), encoding="utf-8")
    sys.exit(0 if scenarios.good and not observed.code and not observed.dump["billable"] else 1)
