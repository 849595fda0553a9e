"""The identity of the CI job that runs this, for runs that outlive the token that a login step leaves behind.

A job's own token lasts minutes (GitHub: five), a lifecycle hours: after `az login` in an earlier step a run ends in
AADSTS700024 when Azure's token is renewed (Azure/login issues 180 and 372). Here each renewal asks the CI service for
a new one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AzurePipelinesCredential, ClientAssertionCredential

from harness.decide.ci_job import find_ci_job
from harness.errors import excerpt
from harness.lifecycle.waiting import RealClock

__all__ = ["federated_credential"]

_AUDIENCE = "api://AzureADTokenExchange"
_TIMEOUT_S = 30.0
_PAUSES_S = (1.0, 5.0, 15.0)
"""After how long GitHub is asked again when it cannot be reached, or has trouble of its own."""

_wait = RealClock().sleep


def federated_credential(environ: Mapping[str, str], *, sleep: Callable[[float], None] = _wait) -> Any | None:
    """Return the credential of the CI job that `environ` describes, or None outside of one. Nothing is sent yet.

    sleep: waits so many seconds before a token is asked for again.
    """
    job = find_ci_job(environ)
    if job is None:
        return None
    if job.service == "GitHub Actions":
        url, token, tenant, client = job.values
        return ClientAssertionCredential(tenant, client, partial(_github_assertion, url, token, sleep))
    _, token, tenant, client, connection = job.values
    return AzurePipelinesCredential(
        tenant_id=tenant, client_id=client, service_connection_id=connection, system_access_token=token
    )


def _github_assertion(url: str, token: str, sleep: Callable[[float], None]) -> str:
    """Ask GitHub for a new token of this job; ClientAuthenticationError says why there is none.

    It bears the status of the answer, as azure-identity's own do, and none where nobody answered.
    """
    try:
        answer = _answer(url, token, sleep)
        answer.raise_for_status()
        return str(answer.json()["value"])
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        said = excerpt(str(error) or type(error).__name__)
        refused = ClientAuthenticationError(f"GitHub gives this job no token for Azure: {said}")
        refused.status_code = getattr(getattr(error, "response", None), "status_code", None)
        raise refused from error


def _answer(url: str, token: str, sleep: Callable[[float], None]) -> requests.Response:
    """Return what GitHub answers, asked a few times more when nobody answers or it has trouble of its own."""
    ask = partial(
        requests.get,
        url,
        params={"audience": _AUDIENCE},
        headers={"Authorization": f"Bearer {token}"},
        timeout=_TIMEOUT_S,
    )
    for pause in _PAUSES_S:
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            answer = ask()
            if answer.status_code < 500:
                return answer
        sleep(pause)
    return ask()
