"""What another process must have in its environment to find this Azure instead of the other one."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from fakes.emulator.services.clouds import METADATA_URL
from fakes.emulator.services.entra import AUTHORITY

_PUBLIC = "AzureCloud"
_LOCAL = "localhost,127.0.0.1,::1"


def client_environment(who: Mapping[str, str], proxy: str, bundle: str, cloud: str) -> dict[str, str]:
    """Return the variables. who: those that name workspace and service principal. bundle: file of the authority.

    Variables of a proxy are given in both spellings, since of the two that are set clients prefer either.
    """
    return {
        **who,
        "HTTPS_PROXY": proxy,
        "https_proxy": proxy,
        "NO_PROXY": _LOCAL,
        "no_proxy": _LOCAL,
        "REQUESTS_CA_BUNDLE": bundle,
        "CURL_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "NODE_EXTRA_CA_CERTS": bundle,
        "AZURE_AUTHORITY_HOST": f"https://{AUTHORITY}",
        "ARM_CLOUD_METADATA_URL": METADATA_URL,
        "REGISTRY_DISCOVERY_ENDPOINT_URL": "https://eastus.api.azureml.ms/",
        # a client that knows its cloud by name does not ask for its metadata
        **({"AZUREML_CURRENT_CLOUD": cloud} if cloud == _PUBLIC else {}),
        "AZUREML_RUN_POLLING_INTERVAL_MIN": "1",
        "AZUREML_RUN_POLLING_INTERVAL_MAX": "1",
    }


def as_exports(environment: Mapping[str, str]) -> str:
    """Return the variables as lines that a shell takes in."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items())
