"""The server and its clients as processes of their own, with nothing between them but a socket."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[2]
_HARNESS = [sys.executable, "-m", "harness.cli"]
_FAST = ("--time-scale", "3600")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its process, and the document that it printed."""

    process: subprocess.Popen[str]
    document: Mapping[str, Any]

    @property
    def address(self) -> str:
        """Where it listens."""
        return str(self.document["address"])

    @property
    def environment(self) -> Mapping[str, str]:
        """What a client must have in its environment."""
        values: Mapping[str, str] = self.document["environment"]
        return values

    def admin(self, path: str, body: Any = None) -> Any:
        """Ask the server's own interface; a body makes it a POST."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request("GET" if body is None else "POST", self.address + path, json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def operations(self) -> list[str]:
        """Return the operations that were asked for, in order."""
        return [call["operation"] for call in self.admin("/admin/calls")]

    def client(self, *command: str, cwd: Path, seconds: float = 120, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a Python client in the folder `cwd`, with the environment that the server printed and `more`."""
        return subprocess.run(
            [sys.executable, *command],
            cwd=cwd,
            env={**clean_environment(), **self.environment, **more},
            capture_output=True,
            text=True,
            timeout=seconds,
        )


@contextmanager
def serving(*options: str) -> Iterator[Server]:
    """Serve inside the block, an hour of virtual time in a second; stopped by SIGTERM if it still runs."""
    process = subprocess.Popen(
        [*_HARNESS, "emulator", "serve", "--json", *_FAST, *options],
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Server(process, json.loads("".join(_document(process))))
    finally:
        process.terminate()
        process.communicate(timeout=30)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `harness` to its end."""
    return subprocess.run(
        [*_HARNESS, *arguments], cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=60
    )


def _document(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for line in process.stdout:
        yield line
        if line == "}\n":
            return
    assert process.stderr is not None
    raise AssertionError(f"the server ended: {process.stderr.read()}")


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what names an Azure, a proxy or an authority."""
    ours = ("AZURE", "ARM_", "REGISTRY_", "MLFLOW")
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
    names = [name for name in os.environ if not name.startswith(ours) and name.upper() not in proxies]
    kept = {name: os.environ[name] for name in names if not name.endswith(("CA_BUNDLE", "CERT_FILE", "CERTS"))}
    return {**kept, "PYTHONPATH": str(ROOT)}


def exit_code_of(process: int, patience_s: float) -> int:
    """Wait for a forked process and return its exit code; TimeoutError when it does not end in time, and is killed."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    raise TimeoutError(f"a command did not end within {patience_s:g} s")
