"""What docs/emulator-serve.md tells people to type does what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from processes import ROOT, Server

PAGE = (ROOT / "docs" / "emulator-serve.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_shell_s_commands_make_an_endpoint(server: Server, tmp_path: Path) -> None:
    """curl signs in, creates an endpoint and reads it, with nothing but the printed environment."""
    (script,) = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
    environment = {"PATH": os.environ["PATH"], **server.environment}
    subprocess.run(["bash", "-euc", script], cwd=tmp_path, env=environment, check=True, timeout=60)
    endpoint = json.loads((tmp_path / "endpoint.json").read_text(encoding="utf-8"))

    assert endpoint["name"] == "e-shell"


def test_every_request_of_the_interface_is_on_the_page(server: Server) -> None:
    """The table lists what the server says that it answers."""
    listed = {f"{method} {path}" for method, path in re.findall(r"`(GET|POST|DELETE) (/[\w/]+)", PAGE)}
    listed |= {"GET /admin/faults", "POST /admin/faults"}

    assert set(server.admin("/admin")) == listed


def test_every_printed_variable_is_on_the_page(server: Server) -> None:
    """Each has its reason in the table."""
    told = PAGE.replace("`..._MAX`", "`AZUREML_RUN_POLLING_INTERVAL_MAX`")

    assert [name for name in server.environment if f"`{name}`" not in told] == []


def test_the_documented_faults_are_taken(server: Server) -> None:
    """Each example is one that the server arms."""
    (examples,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    armed = [server.admin("/admin/faults", json.loads(example))["armed"] for example in examples.splitlines()]
    server.admin("/admin/reset", {})

    assert armed == ["OnlineEndpoints_Get", "BlockBlob_Upload", "job", "deployment"]
