"""A CI job signs in as itself, and asks its service for a new token each time that Azure wants one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AzurePipelinesCredential, ClientAssertionCredential

from harness.decide.ci_job import CI_SERVICES
from harness.lifecycle.connect import find_credential
from harness.lifecycle.federated import federated_credential

REQUEST_URL = "https://tokens.example.invalid/job?api-version=2.0"
TENANT = CLIENT = "00000000-0000-0000-0000-000000000001"
TOKEN_URL = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
GITHUB = dict(zip(CI_SERVICES["GitHub Actions"], (REQUEST_URL, "job-token", TENANT, CLIENT), strict=True))
PIPELINES = dict(
    zip(CI_SERVICES["Azure Pipelines"], (REQUEST_URL, "job-token", TENANT, CLIENT, "connection"), strict=True)
)


@pytest.fixture
def services() -> Iterator[responses.RequestsMock]:
    """Answer for GitHub and for Entra: the job's n-th token is job-n, Azure's lasts a minute."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as answers:
        for number in (1, 2):
            answers.get("https://tokens.example.invalid/job", json={"value": f"job-{number}"})
        answers.post(TOKEN_URL, json={"access_token": "azure", "expires_in": 60, "token_type": "Bearer"})
        yield answers


def test_each_renewal_asks_github_anew(services: responses.RequestsMock) -> None:
    """Two tokens of Azure take two tokens of the job, each for Azure's audience and with the job's own secret."""
    credential = federated_credential(GITHUB)

    assert isinstance(credential, ClientAssertionCredential)
    assert credential.get_token("a/.default").token == credential.get_token("b/.default").token == "azure"
    asked = [call.request for call in services.calls if call.request.method == "GET"]
    assert [request.headers["Authorization"] for request in asked] == ["Bearer job-token"] * 2
    assert all("audience=api%3A%2F%2FAzureADTokenExchange" in str(request.url) for request in asked)
    sent = [str(call.request.body) for call in services.calls if call.request.method == "POST"]
    assert ["client_assertion=job-1" in sent[0], "client_assertion=job-2" in sent[1]] == [True, True]


@pytest.mark.parametrize("answer", [{"status": 403}, {"body": "no json"}, {"json": []}, {"json": {"count": 1}}])
def test_a_refusal_of_github_says_so(answer: dict[str, object]) -> None:
    """Whatever GitHub answers instead of a token, the sign-in fails and names GitHub."""
    with responses.RequestsMock() as answers:
        answers.get("https://tokens.example.invalid/job", **answer)

        with pytest.raises(ClientAuthenticationError, match="GitHub gives this job no token for Azure"):
            federated_credential(GITHUB).get_token("a/.default")


@pytest.mark.parametrize("trouble", [{"status": 502}, {"body": requests.ConnectionError("no route")}])
def test_trouble_of_github_is_asked_about_again(trouble: dict[str, Any]) -> None:
    """Twice there is none to be had, and then there is; the pauses grow."""
    pauses: list[float] = []
    with responses.RequestsMock() as answers:
        for answer in (trouble, trouble, {"json": {"value": "job-1"}}):
            answers.get("https://tokens.example.invalid/job", **answer)
        answers.post(TOKEN_URL, json={"access_token": "azure", "expires_in": 60, "token_type": "Bearer"})

        assert federated_credential(GITHUB, sleep=pauses.append).get_token("a/.default").token == "azure"
    assert pauses == [1, 5]


@pytest.mark.parametrize(
    ("trouble", "status", "asked"),
    [({"status": 502}, 502, 4), ({"body": requests.ConnectionError("no route")}, None, 4), ({"status": 403}, 403, 1)],
)
def test_a_token_that_github_does_not_give_is_no_token(trouble: dict[str, Any], status: int | None, asked: int) -> None:
    """Trouble that lasts is told after four tries, a refusal at once; the status says which it was."""
    with responses.RequestsMock() as answers:
        answers.get("https://tokens.example.invalid/job", **trouble)

        with pytest.raises(ClientAuthenticationError, match="GitHub gives this job no token") as failure:
            federated_credential(GITHUB, sleep=lambda _: None).get_token("a/.default")
        assert (failure.value.status_code, len(answers.calls)) == (status, asked)


def test_a_job_of_azure_pipelines_uses_the_sdks_own_credential() -> None:
    """azure-identity has a credential for Azure Pipelines, which asks for a new token by itself."""
    assert isinstance(federated_credential(PIPELINES), AzurePipelinesCredential)


def test_outside_of_a_ci_job_there_is_none() -> None:
    """On a machine without such variables the other credentials have their turn."""
    assert federated_credential({}) is None


def test_the_job_signs_in_before_the_default_chain(services: responses.RequestsMock) -> None:
    """What a login step left behind is not asked where the job can renew its own."""
    assert isinstance(find_credential(GITHUB, interactive=False), ClientAssertionCredential)
