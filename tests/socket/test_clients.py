"""Clients in processes of their own, with nothing patched: they have the printed environment, and that is all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from processes import Server

PROGRAM = str(Path(__file__).parent / "client_program.py")
SIGN_IN = """
from azure.identity import {credential}
print({credential}().get_token("https://management.azure.com/.default").token.count("."))
"""


def _run(server: Server, folder: Path) -> dict[str, Any]:
    (folder / "config.json").write_text(json.dumps(server.document["workspace"]), encoding="utf-8")
    done = server.client(PROGRAM, cwd=folder)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.fixture(scope="module")
def seen(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a program saw of public Azure's names."""
    return _run(server, tmp_path_factory.mktemp("program"))


def test_a_config_json_is_enough(seen: dict[str, Any]) -> None:
    """`MLClient.from_config` finds the workspace, and `EnvironmentCredential` opens it."""
    assert seen["workspace"] == "acceptance"


def test_what_is_uploaded_is_downloaded(seen: dict[str, Any]) -> None:
    """A model's file goes to blob storage and comes back from there."""
    assert seen["downloaded"] == ["weights"]


def test_the_registry_is_there(seen: dict[str, Any]) -> None:
    """A client of the public registry finds the foundation model."""
    assert seen["foundation model"] == "5"


def test_an_operation_is_waited_for(seen: dict[str, Any]) -> None:
    """A minute and a half of Azure's pass in a moment, and the endpoint is up."""
    assert seen["endpoint"] == "https://e-program.eastus2.inference.ml.azure.com/score"


def test_mlflow_reads_its_metrics(seen: dict[str, Any]) -> None:
    """MLflow's own client logs to the workspace and reads back."""
    assert seen["metrics"] == [0.5, 0.25]


def test_the_program_knows_nothing_of_us(seen: dict[str, Any]) -> None:
    """No module of this project is loaded in the process of the client."""
    assert seen["of this project"] == []


def test_a_cloud_that_is_known_is_not_asked_about(seen: dict[str, Any], server: Server) -> None:
    """With public Azure's name the metadata are never read: the traffic is that of a client of Azure."""
    assert seen["cloud"] == "AzureCloud"
    assert "Metadata_GetEndpoints" not in server.operations()


@pytest.mark.parametrize("credential", ["EnvironmentCredential", "DefaultAzureCredential"])
def test_a_credential_signs_in(server: Server, tmp_path: Path, credential: str) -> None:
    """azure-identity's own classes get a token from the local Entra."""
    done = server.client("-c", SIGN_IN.format(credential=credential), cwd=tmp_path)

    assert (done.stdout.strip(), done.returncode) == ("2", 0), done.stderr


def test_a_wrong_secret_is_refused(server: Server, tmp_path: Path) -> None:
    """The credential says what Entra says."""
    program = SIGN_IN.format(credential="EnvironmentCredential")
    done = server.client("-c", program, cwd=tmp_path, AZURE_CLIENT_SECRET="wrong")

    assert done.returncode == 1
    assert "AADSTS7000215" in done.stderr


def test_tokens_last_by_the_client_s_clock(server: Server) -> None:
    """A token that says a day is good for a day of the client's, in which years pass here."""
    import requests

    variables = server.environment
    url = f"https://login.microsoftonline.com/{variables['AZURE_TENANT_ID']}/oauth2/v2.0/token"
    form = {"grant_type": "client_credentials", "scope": "https://management.azure.com/.default"}
    form |= {"client_id": variables["AZURE_CLIENT_ID"], "client_secret": variables["AZURE_CLIENT_SECRET"]}
    with requests.Session() as session:
        session.trust_env, session.verify = False, variables["REQUESTS_CA_BUNDLE"]
        session.proxies = {"https": server.address}
        token = session.post(url, data=form, timeout=10).json()
        server.admin("/admin/clock", {"advance": 3600.0 * 24 * 300})
        path = "/subscriptions/{subscription_id}/resourceGroups/{resource_group}/providers/Microsoft."
        path += "MachineLearningServices/workspaces/{workspace_name}?api-version=2024-10-01"
        asked = "https://management.azure.com" + path.format(**server.document["workspace"])
        answer = session.get(asked, headers={"Authorization": f"Bearer {token['access_token']}"}, timeout=10)

    assert (token["expires_in"], answer.status_code) == (86_399, 200)
