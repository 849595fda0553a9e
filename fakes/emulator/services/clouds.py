"""The metadata of the cloud: where its services are, for clients that are not told by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.wire import json_reply

if TYPE_CHECKING:
    from fakes.emulator.call import Call

METADATA_URL = "https://management.azure.com/metadata/endpoints?api-version=2022-09-01"
"""Where a client that is given ARM_CLOUD_METADATA_URL asks. It holds `resourceManager` as it stands in the answer, by
which the SDK finds the cloud that it is in (SDK source)."""


_ENDPOINTS: Mapping[str, Any] = {
    "portal": "https://portal.azure.com",
    "resourceManager": "https://management.azure.com/",
    "authentication": {
        "loginEndpoint": "https://login.microsoftonline.com/",
        "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
        "tenant": "common",
        "identityProvider": "AAD",
    },
    "graph": "https://graph.windows.net/",
    "graphAudience": "https://graph.windows.net/",
    "microsoftGraphResourceId": "https://graph.microsoft.com/",
    "gallery": "https://gallery.azure.com/",
    "batch": "https://batch.core.windows.net/",
    "media": "https://rest.media.azure.net",
    "sqlManagement": "https://management.core.windows.net:8443/",
    "activeDirectoryDataLake": "https://datalake.azure.net/",
    "vmImageAliasDoc": (
        "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/"
        "aliases.json"
    ),
    "suffixes": {
        "acrLoginServer": "azurecr.io",
        "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
        "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
        "keyVaultDns": "vault.azure.net",
        "sqlServerHostname": "database.windows.net",
        "storage": "core.windows.net",
    },
}


def describe_cloud(call: Call) -> Reply:
    """List the one cloud that there is: public Azure's hosts, under the name that the world bears.

    The Azure CLI takes a list and nothing else, the SDK also a cloud on its own (source of either).
    """
    return json_reply(200, [{"name": call.world.cloud, **_ENDPOINTS}])


ROUTES = (
    Route(
        "Metadata_GetEndpoints",
        "GET",
        "/metadata/endpoints",
        describe_cloud,
        Evidence.DOCUMENTED,
        "one cloud, whatever the api-version; what the SDK and the Azure CLI read of it",
        anonymous=True,
    ),
)
