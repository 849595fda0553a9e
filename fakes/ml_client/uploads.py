"""Local files on their way to the storage of a workspace or a registry, where jobs and deployments read them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azure.ai.ml.exceptions import EmptyDirectoryError, ErrorTarget, ValidationErrorType

from fakes.ml_client.refusals import invalid
from fakes.world.asset_rules import datastore_uri
from fakes.world.datastores import BLOB_STORE, Datastore
from fakes.world.errors import NotFound

if TYPE_CHECKING:
    from fakes.ml_client.scope import Scope
    from fakes.world.world import Workspace


_LONG = re.compile(r"azureml://subscriptions/[^/]+/resource[gG]roups/[^/]+/workspaces/[^/]+/datastores/")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What was uploaded, and where it lies below the container: `path` is a file's name or a folder's."""

    datastore: str
    path: str
    digest: str

    @property
    def short_uri(self) -> str:
        """Its address within the workspace."""
        return f"azureml://datastores/{self.datastore}/paths/{self.path}"


def is_remote(path: object) -> bool:
    """Tell whether a path is an address and not a file here."""
    return "://" in str(path) or str(path).startswith(("runs:/", "models:/"))


def local_path(path: object, base: object) -> Path:
    """Return a local path, a relative one from `base`."""
    found = Path(str(path))
    return found if found.is_absolute() else Path(str(base), found).resolve()


def short_uri(uri: str) -> str:
    """Return the short form of a datastore URI; another address stays."""
    return _LONG.sub("azureml://datastores/", uri, count=1)


def upload_context(scope: Scope, folder: Path, datastore: str | None) -> str:
    """Bring the build context of an image to a datastore, and return its address as a blob's."""
    stored = upload(scope, folder, datastore, target=ErrorTarget.ENVIRONMENT)
    store = scope.workspace().datastores[stored.datastore]
    return f"https://{store.account}.blob.core.windows.net/{store.container}/{stored.path}/"


def upload_asset(scope: Scope, asset: Any, target: str) -> str:
    """Bring an asset's local files to where its scope keeps them, and return their address; a remote path stays."""
    if not asset.path or is_remote(asset.path):
        return str(asset.path or "").replace("/resourceGroups/", "/resourcegroups/")
    path = local_path(asset.path, asset.base_path)
    if scope.registry_name:
        return _upload_to_registry(scope, path, target)
    stored = upload(scope, path, asset.datastore, target=target)
    workspace = scope.workspace()
    return datastore_uri(workspace, stored.datastore, stored.path)


def _upload_to_registry(scope: Scope, path: Path, target: str) -> str:
    registry = scope.registry()
    folder = path.name
    container = scope.ask(
        "RegistryTempDataRefs_CreateOrGet", "PUT", lambda: f"{registry.name.lower()}-{scope.world.ids.guid()}"
    )
    upload_to_container(scope, path, registry.storage_account, container, target=target)
    return f"https://{registry.storage_account}.blob.core.windows.net/{container}/{folder}"


def upload(scope: Scope, local: Path, datastore: str | None = None, *, target: str = ErrorTarget.ARTIFACT) -> Uploaded:
    """Bring a file or folder to a datastore, in a place that follows from its content; what is there stays."""
    files = _files(local, target)
    digest = _digest(files)
    name = datastore or BLOB_STORE
    store = scope.send("Datastores_Get", "GET", lambda workspace: _datastore(workspace, name))
    scope.send("Datastores_ListSecrets", "POST", lambda workspace: _datastore(workspace, name))
    root = f"LocalUpload/{digest}/{local.name}"
    for relative, file in files:
        _send_file(scope, store.account, store.container, f"{root}/{relative}" if relative else root, file)
    return Uploaded(name, root, digest)


def upload_to_container(scope: Scope, local: Path, account: str, container: str, *, target: str) -> None:
    """Bring a file or folder to a container that was made for it."""
    scope.world.blobs.create_container(account, container)
    for relative, file in _files(local, target):
        _send_file(scope, account, container, f"{local.name}/{relative}" if relative else local.name, file)


def digest_of(local: Path, *, target: str) -> str:
    """Return the digest of a file's or a folder's content."""
    return _digest(_files(local, target))


def _send_file(scope: Scope, account: str, container: str, name: str, file: Path) -> None:
    blobs = scope.world.blobs
    if scope.ask("Blob_GetProperties", "HEAD", lambda: blobs.get(account, container, name)) is not None:
        return
    with file.open("rb") as stream:
        content = stream.read()
    scope.ask("BlockBlob_Upload", "PUT", lambda: blobs.put(account, container, name, content, if_none_match=True))
    confirmed = {"upload_status": "completed"}
    scope.ask("Blob_SetMetadata", "PUT", lambda: blobs.set_metadata(account, container, name, confirmed))


def _files(local: Path, target: str) -> list[tuple[str, Path]]:
    """Return every file with its path below `local`, which is empty for a single file."""
    if local.is_file():
        return [("", local)]
    if not local.is_dir():
        raise invalid(f"No such file or directory: {local}", target, ValidationErrorType.FILE_OR_FOLDER_NOT_FOUND)
    found = [(path.relative_to(local).as_posix(), path) for path in sorted(_walk(local))]
    if not found:
        message = f"The directory {local} is empty; there is nothing to upload."
        raise EmptyDirectoryError(message=message, no_personal_data_message=message, target=target)
    return found


def _walk(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _digest(files: list[tuple[str, Path]]) -> str:
    digest = hashlib.sha256()
    for relative, file in files:
        digest.update(relative.encode())
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _datastore(workspace: Workspace, name: str) -> Datastore:
    found = workspace.datastores.get(name)
    if found is None:
        raise NotFound(f"Could not find datastore: {name}", code="UserError", inner=("NotFoundError",))
    return found
