"""Tokens: how clients get them, and where they are good."""

from __future__ import annotations

import os

import pytest
import requests
from azure.ai.ml import MLClient
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential, DefaultAzureCredential
from bare import ARM, ask, bearer, history

from fakes.emulator import Emulator

VARIABLES = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_SUBSCRIPTION_ID")


def _secret_credential(azure: Emulator, **given: str) -> ClientSecretCredential:
    application = azure.world.identity.application
    proof = {
        "tenant_id": application.tenant_id,
        "client_id": application.client_id,
        "client_secret": application.client_secret,
    }
    return ClientSecretCredential(**{**proof, **given})


def test_the_tutorial_s_credential_works(azure: Emulator) -> None:
    """`DefaultAzureCredential` finds the emulator's application in the environment, and its token opens ARM."""
    credential = DefaultAzureCredential()
    token = credential.get_token(f"{ARM}/.default").token

    assert ask(azure, "GET", "", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_client_works_with_it(azure: Emulator) -> None:
    """The SDK's own client gets its tokens from it."""
    client = MLClient(DefaultAzureCredential(), azure.subscription_id, azure.resource_group, azure.workspace_name)

    assert client.workspaces.get(azure.workspace_name).name == azure.workspace_name


def test_a_token_says_when_it_expires(azure: Emulator) -> None:
    """Entra's answer tells a lifetime of a day less a second (documented)."""
    application = azure.world.identity.application
    url = f"https://login.microsoftonline.com/{application.tenant_id}/oauth2/v2.0/token"
    form = {
        "grant_type": "client_credentials",
        "client_id": application.client_id,
        "client_secret": application.client_secret,
        "scope": f"{ARM}/.default",
    }

    assert requests.post(url, data=form, timeout=5).json()["expires_in"] == 86_399


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"client_secret": "wrong"}, "AADSTS7000215"),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, "AADSTS700016"),
        ({"tenant_id": "00000000-0000-0000-0000-000000000000"}, "AADSTS90002"),
    ],
    ids=["secret", "application", "tenant"],
)
def test_wrong_credentials_are_refused(azure: Emulator, given: dict[str, str], code: str) -> None:
    """azure-identity raises ClientAuthenticationError with Entra's own code (documented)."""
    with pytest.raises(ClientAuthenticationError, match=code):
        _secret_credential(azure, **given).get_token(f"{ARM}/.default")


def test_another_grant_is_refused(azure: Emulator) -> None:
    """Only client credentials are served, and the refusal says so."""
    tenant = azure.world.identity.application.tenant_id
    url = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
    answer = requests.post(url, data={"grant_type": "password"}, timeout=5)

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_no_token_no_answer(azure: Emulator) -> None:
    """A request without a token is a 401 (documented)."""
    answer = ask(azure, "GET", "", headers={})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AuthenticationFailed")


def test_a_made_up_token_is_refused(azure: Emulator) -> None:
    """An unknown token is a 401 with a challenge (documented)."""
    answer = ask(azure, "GET", "", headers={"Authorization": "Bearer made-up"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


@pytest.mark.parametrize(
    ("audience", "status"),
    [
        (ARM, 200),
        ("https://management.core.windows.net", 200),
        ("https://storage.azure.com", 401),
        ("https://ml.azure.com", 401),
    ],
)
def test_a_token_opens_its_audience_only(azure: Emulator, audience: str, status: int) -> None:
    """ARM takes tokens for ARM; one for storage or for Azure ML's own data plane is a 401 that names it."""
    answer = ask(azure, "GET", "", headers=bearer(azure, f"{audience}/.default"))

    assert answer.status_code == status
    if status == 401:
        assert audience in answer.json()["error"]["message"]


def test_a_token_expires(azure: Emulator) -> None:
    """A day later the same token is refused."""
    headers = bearer(azure)
    azure.clock.advance(86_400)
    answer = ask(azure, "GET", "", headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "ExpiredAuthenticationToken")


def test_a_client_gets_over_it(azure: Emulator, workspace: MLClient) -> None:
    """The SDK keeps a token by real time, so it is refused once, drops it and gets a new one (SDK source)."""
    workspace.workspaces.get(azure.workspace_name)
    azure.clock.advance(86_400)

    with pytest.raises(ClientAuthenticationError, match="ExpiredAuthenticationToken"):
        workspace.workspaces.get(azure.workspace_name)
    assert workspace.workspaces.get(azure.workspace_name).name == azure.workspace_name


def test_the_data_plane_is_as_closed(azure: Emulator) -> None:
    """Run history refuses in its own envelope."""
    answer = ask(azure, "GET", history(azure, "/runs/none"), version=None, headers={})

    assert (answer.status_code, answer.json()["statusCode"]) == (401, 401)


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that were set before the block are restored after it, others are removed."""
    monkeypatch.setenv("AZURE_TENANT_ID", "mine")
    monkeypatch.delenv("AZURE_CLIENT_ID", raising=False)
    before = {name: os.environ.get(name) for name in VARIABLES}
    with Emulator() as azure:
        inside = os.environ["AZURE_TENANT_ID"]
        assert inside == azure.world.identity.application.tenant_id != "mine"

    assert {name: os.environ.get(name) for name in VARIABLES} == before
