"""`pytest -m live` in a process of its own, against the server: as on Azure, recorded, and replayed without it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from processes import ROOT, clean_environment, serving

from harness.cassettes.format import read
from harness.cassettes.lint import Circumstances, lint
from harness.cassettes.tape import Cassette

AZURE_S = (".azure.com", ".windows.net", ".azureml.ms", ".azureml.net")
SCENARIOS = ("test_endpoint_is_kept_when_asked", "test_interrupted_run_leaves_nothing[deploy]")
LIVE = ("-X", "importtime", "-m", "pytest", "-s", "-m", "live", "--served", "2024-04", "-p", "tests.socket.fresh_world")
RECORD = ("--record-mode=rewrite", "--backend", "live")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of the recording, and of a replay by a process that knows nothing of the server."""

    live: subprocess.CompletedProcess[str]
    replayed: subprocess.CompletedProcess[str]
    files: list[Path]
    modules: set[str]

    @property
    def cassettes(self) -> list[Cassette]:
        """The recordings."""
        return [read(file) for file in self.files]


def _suite(folder: Path) -> Path:
    """Make a suite of the shipped scenarios, so that what is recorded does not replace what is shipped."""
    shutil.copytree(ROOT / "scenarios", folder / "scenarios", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "samples", folder / "samples")
    (folder / "conftest.py").write_text('pytest_plugins = ("harness.plugin",)\n')
    (folder / "pytest.ini").write_text("[pytest]\n")
    return folder


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Two of the shipped scenarios, one of which is interrupted in the middle of a long-running operation."""
    folder = _suite(tmp_path_factory.mktemp("live"))
    chosen = ("-k", "kept or (interrupted and deploy)", "scenarios")
    with serving() as server:
        live = server.client(*LIVE, *RECORD, *chosen, cwd=folder)
    command = [sys.executable, "-m", "pytest", "-v", "--backend", "replay", *chosen]
    environment = {**clean_environment(), "HTTPS_PROXY": "http://127.0.0.1:9"}
    replayed = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    modules = {line.rpartition("|")[2].strip() for line in live.stderr.splitlines() if line.startswith("import time")}
    return Recorded(live, replayed, sorted((folder / "cassettes").rglob("*.yaml")), modules)


def test_live_scenarios_pass(recorded: Recorded) -> None:
    """With the printed environment and no more they pass, and each leaves a cassette."""
    assert recorded.live.returncode == 0, recorded.live.stdout
    assert [file.stem for file in recorded.files] == sorted(SCENARIOS, reverse=True)


def test_nothing_of_the_local_azure_is_in_their_process(recorded: Recorded) -> None:
    """Only the fixtures are there that every suite has which installs the project; what they hand out is not loaded."""
    fakes = {name for name in recorded.modules if name.split(".")[0] == "fakes"}

    assert "harness.backends.live" in recorded.modules
    assert fakes <= {"fakes", "fakes.ml_client", "fakes.ml_client.fixtures"}


def test_they_replay_without_the_server(recorded: Recorded) -> None:
    """A plain process replays them, refuses the network, and says in each line where they come from."""
    assert recorded.replayed.returncode == 0, recorded.replayed.stdout
    assert recorded.replayed.stdout.count(f"PASSED recorded from emulator (socket) {date.today()}") == len(SCENARIOS)
    assert "2 replayed that were recorded from emulator (socket)" in recorded.replayed.stdout


def test_metadata_say_that_azure_was_not_asked(recorded: Recorded) -> None:
    """The backend is live, and who answered is told by the answers."""
    assert {one.metadata.recorded_from for one in recorded.cassettes} == {"emulator (socket)"}


def test_recorded_traffic_is_as_azure_s(recorded: Recorded) -> None:
    """Hosts are Azure's own, and nothing in the answers tells of a proxy or of its pace."""
    made = [made for one in recorded.cassettes for made in one.interactions]
    hosts = {urlsplit(each.request.url).netloc for each in made}
    headers = {name.lower() for each in made for name in each.response.headers}

    assert [host for host in hosts if not host.endswith(AZURE_S)] == []
    assert headers.isdisjoint({"via", "retry-after-ms"})


def test_recorded_traffic_holds_nothing_private(recorded: Recorded) -> None:
    """Lint finds no secret, and nothing that is left on its way."""
    findings: list[Any] = lint(recorded.files, Circumstances(date.today(), root=recorded.files[0].parents[2]))

    assert list(map(str, findings)) == []
