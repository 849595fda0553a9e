"""`harness emulator serve` as a command: what it prints and writes, how it ends, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from processes import Server, command, serving


def test_it_prints_where_and_how(server: Server) -> None:
    """The document holds the address, the environment for clients, and the ids of the workspace."""
    assert set(server.document) == {"address", "environment", "workspace"}
    assert server.environment["HTTPS_PROXY"] == server.environment["https_proxy"] == server.address
    assert {
        "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP",
        "AZUREML_WORKSPACE_NAME", "REQUESTS_CA_BUNDLE", "AZURE_AUTHORITY_HOST", "ARM_CLOUD_METADATA_URL",
        "REGISTRY_DISCOVERY_ENDPOINT_URL", "NO_PROXY", "AZUREML_RUN_POLLING_INTERVAL_MAX",
    } <= set(server.environment)  # fmt: skip


def test_the_server_tells_the_environment_too(server: Server) -> None:
    """A client of another language can ask for what was printed."""
    assert server.admin("/admin/environment") == server.environment


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM stop it with exit code 0, and nothing of it is left."""
    with serving() as server:
        bundle = Path(server.environment["REQUESTS_CA_BUNDLE"])
        assert bundle.exists()
        server.process.send_signal(number)
        _, said = server.process.communicate(timeout=30)

    assert (server.process.returncode, said.splitlines()[-1]) == (0, "stopped")
    assert not bundle.exists()


def test_files_are_written_for_shells_and_for_the_sdk(tmp_path: Path) -> None:
    """--env-file holds lines for a shell, --config the workspace's config.json."""
    with serving("--env-file", str(tmp_path / "env.sh"), "--config", str(tmp_path)) as server:
        lines = (tmp_path / "env.sh").read_text(encoding="utf-8").splitlines()
        config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))

    assert f"export HTTPS_PROXY={server.address}" in lines
    assert len(lines) == len(server.environment)
    assert config == server.document["workspace"]


def test_the_file_with_the_secret_is_its_owners_alone(tmp_path: Path) -> None:
    """The environment holds the client's secret; the ids in config.json are none."""
    with serving("--env-file", str(tmp_path / "env.sh")):
        assert (tmp_path / "env.sh").stat().st_mode & 0o077 == 0


def test_a_server_that_was_killed_is_resumed(tmp_path: Path) -> None:
    """After kill -9 a new server on the same file holds the same endpoint, and says what it did."""
    state = ("--state", str(tmp_path / "state"))
    endpoint = {"location": "eastus2", "properties": {"authMode": "Key"}}
    with serving(*state) as first:
        first.admin("/admin/seed", {"requests": [{"url": "onlineEndpoints/e-one", "body": endpoint, "advance": 90}]})
        before = first.admin("/admin/dump")["resources"]
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait(timeout=30)
    with (tmp_path / "state").open("ab") as file:
        file.write(b'{"kind": "request", "at": "2024-')
    with serving(*state) as second:
        after = second.admin("/admin/dump")["resources"]
        second.process.terminate()
        _, said = second.process.communicate(timeout=30)

    assert after == before
    assert second.environment["REQUESTS_CA_BUNDLE"] == first.environment["REQUESTS_CA_BUNDLE"]
    assert "2 requests carried out again" in said
    assert "the last record was cut short, and is dropped (32 bytes)" in said


def test_a_state_of_another_world_is_refused(tmp_path: Path) -> None:
    """Options that say otherwise than the file are no silent new world."""
    with serving("--state", str(tmp_path / "state"), "--catalog", "2024-12"):
        pass
    done = command("emulator", "serve", "--state", str(tmp_path / "state"), "--catalog", "2024-04", "--json")
    refused = json.loads(done.stdout)["error"]

    assert done.returncode == 2
    assert (refused["where"], refused["got"], refused["expected"]) == ("--catalog", "2024-04", "2024-12")
