"""Which CI service runs this, told by the variables that it gives a job that may sign in to Azure as itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CI_SERVICES", "CiJob", "find_ci_job"]

CI_SERVICES: Mapping[str, tuple[str, ...]] = {
    "GitHub Actions": (
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
    ),
    "Azure Pipelines": (
        "SYSTEM_OIDCREQUESTURI",
        "SYSTEM_ACCESSTOKEN",
        "AZURESUBSCRIPTION_TENANT_ID",
        "AZURESUBSCRIPTION_CLIENT_ID",
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    ),
}
"""Variables by service: where to ask for a token and with what, tenant, client, and the service connection.

A GitHub job with the permission `id-token: write` has the first two, and the workflow sets the others. The task
AzureCLI of Azure Pipelines sets all but SYSTEM_ACCESSTOKEN, which the pipeline maps from System.AccessToken.
"""


@dataclass(frozen=True, slots=True)
class CiJob:
    """A job that can prove who it is. values: those of the service's variables, in their order."""

    service: str
    values: tuple[str, ...]


def find_ci_job(environ: Mapping[str, str]) -> CiJob | None:
    """Return the job whose variables are all set, or None: half of them are another kind of credential.

    A secret that somebody has set is meant to be used, so with one there is no job either.
    """
    if environ.get("AZURE_CLIENT_SECRET"):
        return None
    for service, variables in CI_SERVICES.items():
        values = tuple(environ.get(variable, "") for variable in variables)
        if all(values):
            return CiJob(service, values)
    return None
