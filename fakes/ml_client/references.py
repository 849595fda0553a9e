"""What names an asset in a job or a deployment: an id, `name:version`, `name@latest`, or an entity to register."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from azure.ai.ml.exceptions import ErrorTarget, ValidationErrorType

from fakes.ml_client.refusals import invalid
from fakes.ml_client.translate.assets import asset_id
from fakes.ml_client.uploads import digest_of, is_remote, local_path, upload_to_container
from fakes.world.asset_rules import put_asset

if TYPE_CHECKING:
    from fakes.ml_client.client import FakeMLClient

_PREFIX = "azureml:"
_CURATED = "AzureML-"
_ID = re.compile(r"(?:azureml:)?/subscriptions/.+|azureml://registries/.+", re.IGNORECASE)


def resolve(client: FakeMLClient, kind: str, asset: Any) -> str | None:
    """Return the id of an asset that is named in any of these ways; an entity is registered, unless it has an id."""
    if asset is None:
        return None
    if not isinstance(asset, str):
        return str(asset.id or _group(client, kind).create_or_update(asset).id)
    if _ID.fullmatch(asset):
        return asset
    name = asset.removeprefix(_PREFIX)
    if kind == "environments" and name.startswith(_CURATED):
        return _PREFIX + name  # the service looks it up itself (SDK source)
    name, _, label = name.partition("@")
    version: str | None
    if label:
        version = str(_group(client, kind).get(name, label=label).version)
    else:
        name, _, version = name.partition(":")
    if not version:
        raise invalid(
            f"Failed to extract version when parsing asset {asset} of type {kind} as arm id. Version must be provided.",
            ErrorTarget.ASSET,
            ValidationErrorType.MISSING_FIELD,
        )
    return asset_id(client.scope.workspace(), kind, name, version)


def resolve_code(client: FakeMLClient, code: Any, base_path: Any) -> str | None:
    """Return the id of a code: of one that exists, or of local files that are registered."""
    if code is None:
        return None
    if not isinstance(code, str) and getattr(code, "id", None):
        return str(code.id)
    text = str(getattr(code, "path", code))
    if _ID.fullmatch(text) or text.startswith(_PREFIX):
        return resolve(client, "codes", text)
    if is_remote(text):
        return text
    return _registered_code(client, local_path(text, base_path))


def _registered_code(client: FakeMLClient, path: Any) -> str:
    """Upload code once: the same content is found again under its hash (recorded)."""
    scope, world = client.scope, client.scope.world
    digest = digest_of(path, target=ErrorTarget.CODE)
    known = scope.send("CodesVersions_List", "GET", lambda workspace: workspace.assets.codes_with_hash(digest))
    if known:
        return asset_id(scope.workspace(), "codes", known[0].name, known[0].version)
    name = world.ids.guid()
    account, container = scope.send(
        "CodesVersions_StartPendingUpload",
        "POST",
        lambda workspace: (workspace.storage_account, f"{world.ids.guid()}-{world.ids.hex(26)}"),
    )
    upload_to_container(scope, path, account, container, target=ErrorTarget.CODE)
    sent = {
        "properties": {"hash_sha256": digest, "hash_version": "202208"},
        "isAnonymous": True,
        "isArchived": False,
        "codeUri": f"https://{account}.blob.core.windows.net:443/{container}/",
    }
    code, _ = scope.send(
        "CodesVersions_CreateOrUpdate",
        "PUT",
        lambda workspace: put_asset(world, workspace, "codes", name, "1", dict(sent)),
    )
    return asset_id(scope.workspace(), "codes", code.name, code.version)


def _group(client: FakeMLClient, kind: str) -> Any:
    return getattr(client, kind)
