"""The variables that clients get, and how a shell takes them in."""

from __future__ import annotations

import subprocess

from fakes.emulator.serving import as_exports
from fakes.emulator.serving.environment import client_environment

WHO = {"AZURE_TENANT_ID": "t"}


def test_public_azure_is_known_by_name() -> None:
    """A client that knows its cloud by name does not ask for its metadata."""
    variables = client_environment(WHO, "http://127.0.0.1:1", "/ca.pem", "AzureCloud")

    assert variables["AZUREML_CURRENT_CLOUD"] == "AzureCloud"
    assert variables.items() >= WHO.items()


def test_a_custom_cloud_is_found_out() -> None:
    """Where the name is told the SDK would look no further; without it, it reads the metadata."""
    variables = client_environment(WHO, "http://127.0.0.1:1", "/ca.pem", "LocalAzureML")

    assert "AZUREML_CURRENT_CLOUD" not in variables
    assert variables["ARM_CLOUD_METADATA_URL"].startswith("https://management.azure.com/metadata/endpoints")


def test_a_shell_takes_in_any_value() -> None:
    """Blanks, quotes and dollars arrive as they are."""
    value = "a folder's $HOME & more"
    script = f'{as_exports({"WHERE": value})}printf %s "$WHERE"'

    assert subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout == value
