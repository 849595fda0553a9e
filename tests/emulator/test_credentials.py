"""Real credentials against the local Entra, with nothing patched: what works, and what a refusal is said to mean."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential, DefaultAzureCredential, WorkloadIdentityCredential
from bare import ARM, ask

from fakes.emulator import Emulator
from harness.errors import EnvironmentMissing
from harness.lifecycle.connect import connect, find_credential
from harness.spec import LifecycleSpec

SCOPE = f"{ARM}/.default"
SOMEBODY = "00000000-0000-0000-0000-00000000dead"
WriteToken = Callable[..., Path]


@pytest.fixture
def federated(azure: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteToken:
    """A machine without a secret: writes a federated token to the file that the environment names."""
    file = tmp_path / "token"
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(file))

    def write(after: timedelta = timedelta(), **claims: str) -> Path:
        file.write_text(azure.world.identity.federation.token(azure.clock.now() + after, **claims), encoding="utf-8")
        return file

    return write


def secret(azure: Emulator) -> ClientSecretCredential:
    """The emulator's application with its secret."""
    application = azure.world.identity.application
    return ClientSecretCredential(application.tenant_id, application.client_id, application.client_secret)


def opens_arm(azure: Emulator, token: str) -> int:
    """The status of a request with a token."""
    return ask(azure, "GET", "", headers={"Authorization": f"Bearer {token}"}).status_code


def refused() -> EnvironmentMissing:
    """What the harness says where nobody can sign in."""
    with pytest.raises(EnvironmentMissing) as failure:
        find_credential(os.environ, interactive=False)
    return failure.value


@pytest.mark.parametrize("direct", [True, False])
def test_a_workload_identity_opens_azure(azure: Emulator, federated: WriteToken, direct: bool) -> None:
    """A federated token proves the application, asked for by name and through the default chain."""
    federated()
    credential = WorkloadIdentityCredential() if direct else DefaultAzureCredential()

    assert opens_arm(azure, credential.get_token(SCOPE).token) == 200


def test_the_lifecycle_connects_with_a_workload_identity(azure: Emulator, federated: WriteToken) -> None:
    """Without a secret on the machine."""
    federated()
    found = connect(LifecycleSpec(), environ=os.environ, interactive=False)

    assert found.workspace.workspace_name == azure.workspace_name


@pytest.mark.parametrize(
    ("after", "claims", "what"),
    [
        (timedelta(minutes=-6), {}, "out of its time"),
        (timedelta(minutes=10), {}, "out of its time"),
        (timedelta(), {"subject": "repo:somebody/else:ref:refs/heads/main"}, "does not know the subject"),
        (timedelta(), {"issuer": "https://token.actions.githubusercontent.com"}, "does not know the issuer"),
        (timedelta(), {"audience": "sts.amazonaws.com"}, "for another audience"),
    ],
)
def test_a_federated_token_that_proves_nothing_is_explained(
    federated: WriteToken, after: timedelta, claims: dict[str, str], what: str
) -> None:
    """Expired, made by a clock that is ahead, of somebody else, for somebody else."""
    federated(after, **claims)
    error = refused()

    assert what in error.what
    assert "AADSTS" in error.got


@pytest.mark.parametrize(("text", "what"), [("no.token", "is none"), ("a.e30.b", "does not know the issuer")])
def test_a_file_that_holds_no_token_is_explained(federated: WriteToken, text: str, what: str) -> None:
    """Whatever stands in it."""
    federated().write_text(text, encoding="utf-8")

    assert what in refused().what


def test_a_forged_federated_token_is_refused(azure: Emulator, federated: WriteToken) -> None:
    """The claims are right, and the signature is another's."""
    file = federated()
    head, body, _ = file.read_text(encoding="utf-8").split(".")
    file.write_text(f"{head}.{body}.AAAA", encoding="utf-8")

    assert "not signed by whom the application trusts" in refused().what


def test_a_missing_federated_token_is_named(federated: WriteToken) -> None:
    """The file, and the variable that names it."""
    file = federated()
    file.unlink()
    error = refused()

    assert error.what == f"no Azure credential works: the file of the federated token is not there: {file}"
    assert "AZURE_FEDERATED_TOKEN_FILE" in error.remedy


@pytest.mark.parametrize(
    ("variable", "code", "remedy"),
    [
        ("AZURE_CLIENT_SECRET", "AADSTS7000215", "Set AZURE_CLIENT_SECRET to the secret's value"),
        ("AZURE_CLIENT_ID", "AADSTS700016", "Check AZURE_CLIENT_ID"),
        ("AZURE_TENANT_ID", "AADSTS90002", "Check AZURE_TENANT_ID"),
    ],
)
def test_a_wrong_service_principal_is_explained(
    azure: Emulator, monkeypatch: pytest.MonkeyPatch, variable: str, code: str, remedy: str
) -> None:
    """The remedy names the variable at fault."""
    monkeypatch.setenv(variable, SOMEBODY)
    error = refused()

    assert code in error.got
    assert error.remedy.startswith(remedy)


def test_a_secret_expires(azure: Emulator) -> None:
    """As those of Entra do; the remedy is a new one."""
    azure.world.identity.secret_expires = azure.clock.now()
    error = refused()

    assert "the client secret has expired" in error.what
    assert "AADSTS7000222" in error.got


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        (ARM, "AADSTS1002012"),
        ("https://management.azure.com/user_impersonation", "AADSTS1002012"),
        ("https://example.org/.default", "AADSTS500011"),
    ],
)
def test_a_token_is_for_a_resource_that_the_tenant_knows(azure: Emulator, scope: str, code: str) -> None:
    """A wrong scope is refused by the code that Entra has for it."""
    with pytest.raises(ClientAuthenticationError, match=code):
        secret(azure).get_token(scope)


def test_a_token_of_another_audience_does_not_open_arm(azure: Emulator) -> None:
    """The credential works, and its token is for somebody else."""
    token = secret(azure).get_token("https://storage.azure.com/.default").token

    assert opens_arm(azure, token) == 401


@pytest.mark.parametrize(("ahead", "status"), [(-10, 200), (0, 200), (10, 401)])
def test_a_token_of_a_clock_that_is_ahead_is_not_good_yet(azure: Emulator, ahead: int, status: int) -> None:
    """Entra's clock and the service's are two."""
    azure.world.identity.ahead = timedelta(minutes=ahead)

    assert opens_arm(azure, secret(azure).get_token(SCOPE).token) == status


@pytest.mark.parametrize(("ours", "said"), [(-20, "20 min behind Azure's"), (20, "20 min ahead of Azure's"), (2, "")])
def test_clocks_that_are_apart_are_told(azure: Emulator, ours: int, said: str) -> None:
    """When a token is refused, this machine's clock is compared with the date of the answer."""
    azure.world.identity.ahead = timedelta(minutes=10)
    now = azure.clock.now() + timedelta(minutes=ours)
    with pytest.raises(EnvironmentMissing, match="not yet valid") as failure:
        connect(LifecycleSpec(), environ=os.environ, interactive=False, now=lambda: now)

    assert said in failure.value.what
    assert "clock" in failure.value.remedy
