"""The identity of the CI job that runs this, for runs that outlive the token that a login step leaves behind.

A job's own token lasts minutes (GitHub: five), a lifecycle hours: after `az login` in an earlier step a run ends in
AADSTS700024 when Azure's token is renewed (Azure/login issues 180 and 372). Here each renewal asks the CI service for
a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AzurePipelinesCredential, ClientAssertionCredential

from harness.decide.ci_job import find_ci_job
from harness.errors import excerpt

__all__ = ["federated_credential"]

_AUDIENCE = "api://AzureADTokenExchange"
_TIMEOUT_S = 30.0


def federated_credential(environ: Mapping[str, str]) -> Any | None:
    """Return the credential of the CI job that `environ` describes, or None outside of one. Nothing is sent yet."""
    job = find_ci_job(environ)
    if job is None:
        return None
    if job.service == "GitHub Actions":
        url, token, tenant, client = job.values
        return ClientAssertionCredential(tenant, client, partial(_github_assertion, url, token))
    _, token, tenant, client, connection = job.values
    return AzurePipelinesCredential(
        tenant_id=tenant, client_id=client, service_connection_id=connection, system_access_token=token
    )


def _github_assertion(url: str, token: str) -> str:
    """Ask GitHub for a new token of this job; ClientAuthenticationError says why there is none."""
    try:
        answer = requests.get(
            url, params={"audience": _AUDIENCE}, headers={"Authorization": f"Bearer {token}"}, timeout=_TIMEOUT_S
        )
        answer.raise_for_status()
        return str(answer.json()["value"])
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        said = excerpt(str(error) or type(error).__name__)
        raise ClientAuthenticationError(f"GitHub gives this job no token for Azure: {said}") from error
