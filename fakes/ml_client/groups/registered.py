"""`models`, `data` and `environments` of a client."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from azure.ai.ml.constants import ListViewType
from azure.ai.ml.entities import Data, Environment, Model
from azure.ai.ml.exceptions import ErrorTarget, ValidationErrorType
from azure.core.exceptions import ResourceExistsError

from fakes.ml_client.downloads import download_uri
from fakes.ml_client.groups.assets import AssetGroup
from fakes.ml_client.polling import OFTEN_S
from fakes.ml_client.refusals import invalid, reported_by_the_sdk
from fakes.ml_client.scope import nothing
from fakes.ml_client.translate.assets import (
    as_data,
    as_environment,
    as_model,
    data_properties,
    environment_sent,
    model_properties,
)
from fakes.ml_client.uploads import is_remote, local_path, short_uri, upload_asset, upload_context
from fakes.world.assets import AssetVersion
from fakes.world.promotion import import_asset
from fakes.world.registries import Registry
from fakes.world.world import Workspace

_ACTIVE = ListViewType.ACTIVE_ONLY


class ModelGroup(AssetGroup):
    """`client.models`."""

    sdk_name = "models"
    kind, entity, target = "models", Model, ErrorTarget.MODEL

    def _render(self, home: Workspace | Registry, asset: AssetVersion) -> Any:
        return as_model(home, asset)

    def create_or_update(self, model: Any) -> Any:
        """Upload a model's local files, register it and return it."""
        if not self._scope.registry_name and model.name is not None:
            self._latest_or_none(model.name)
        if not model.version:
            model.version = self._next_version(model.name)
        model.path = upload_asset(self._scope, model, ErrorTarget.MODEL)
        return self._put(model.name, model.version, model_properties(model, str(model.path)))

    def get(self, name: str, version: str | None = None, label: str | None = None) -> Any:
        """Return a model by version or by the label latest."""
        return self._get(name, version, label)

    def list(self, name: str | None = None, stage: str | None = None, *, list_view_type: Any = _ACTIVE) -> Any:
        """Return the names of models, or the versions of one, newest first."""
        found = self._list(name, list_view_type)
        return found if stage is None else (model for model in found if model.stage == stage)

    def download(self, name: str, version: str, download_path: os.PathLike[str] | str = ".") -> None:
        """Write the files of a model below a folder of its name."""
        uri = str(self.get(name, version).path)
        download_uri(self._scope, uri, Path(download_path) / name, named=True)

    def share(
        self, name: str, version: str, *, share_with_name: str, share_with_version: str, registry_name: str
    ) -> Any:
        """Copy a model of the workspace to a registry, and return it as it is there."""
        scope = self._scope
        workspace_id, region = scope.send("Workspaces_Get", "GET", lambda home: (home.workspace_id, home.region))
        source = f"azureml://locations/{region}/workspaces/{workspace_id}/models/{name}/versions/{version}"
        target, number = share_with_name or name, share_with_version or version
        world = scope.world
        registry = scope.ask("Registry_Discover", "GET", lambda: world.registry(registry_name))
        if scope.ask("RegistryModelsVersions_Get", "GET", lambda: registry.assets.find(self.kind, target, number)):
            raise invalid("A model with this name and version already exists in registry", ErrorTarget.MODEL)
        begun = scope.ask("Registry_Import", "POST", lambda: import_asset(world, registry, source, target, number))
        scope.poller(begun, nothing, poll="AssetStore_GetOperation", every=OFTEN_S).result()
        return scope.ask(
            "RegistryModelsVersions_Get",
            "GET",
            lambda: as_model(registry, registry.assets.get(self.kind, target, number)),
        )

    def _latest_or_none(self, name: str) -> Any:
        """Look at the newest version of the name, as the SDK does before it registers another."""
        return self._scope.ask(
            self._operation("Versions_List"), "GET", lambda: self._scope.home().assets.latest(self.kind, name)
        )


class DataGroup(AssetGroup):
    """`client.data`."""

    sdk_name = "data"
    kind, entity, target = "data", Data, ErrorTarget.DATA

    def _render(self, home: Workspace | Registry, asset: AssetVersion) -> Any:
        return as_data(home, asset)

    def create_or_update(self, data: Any) -> Any:
        """Upload local files, register them as a data asset and return it."""
        with reported_by_the_sdk():
            return self._create(data)

    def get(self, name: str, version: str | None = None, label: str | None = None) -> Any:
        """Return a data asset by version or by the label latest."""
        with reported_by_the_sdk():
            return self._get(name, version, label)

    def _create(self, data: Any) -> Any:
        if not data.version and self._scope.registry_name:
            message = "Data asset version is required for registry"
            raise invalid(message, ErrorTarget.DATA, ValidationErrorType.MISSING_FIELD)
        if not data.path:
            message = "Missing data path. Path is required for data."
            raise invalid(message, ErrorTarget.DATA, ValidationErrorType.MISSING_FIELD)
        _refuse_other_type(data)
        uri = upload_asset(self._scope, data, ErrorTarget.DATA)
        version = data.version or self._next_version(data.name)
        created = self._put(data.name, version, data_properties(data, uri))
        data.path = short_uri(uri)
        return created


class EnvironmentGroup(AssetGroup):
    """`client.environments`."""

    sdk_name = "environments"
    kind, entity, target = "environments", Environment, ErrorTarget.ENVIRONMENT

    def _render(self, home: Workspace | Registry, asset: AssetVersion) -> Any:
        return as_environment(home, asset)

    def create_or_update(self, environment: Any) -> Any:
        """Upload a build context, register the environment and return it; without a version the newest is updated."""
        environment.validate()
        versions = [environment.version] if environment.version else self._free_versions(environment.name)
        context = None
        if environment.build:
            context = environment.build.path
            if not is_remote(context):
                folder = local_path(environment.path or context, environment.base_path)
                context = upload_context(self._scope, folder, environment.datastore)
        sent = environment_sent(environment, context)
        try:
            return self._put(environment.name, versions[0], sent)
        except ResourceExistsError:
            return self._put(environment.name, versions[-1], sent)

    def get(self, name: str, version: str | None = None, label: str | None = None) -> Any:
        """Return an environment by version or by the label latest."""
        return self._get(name, version, label)

    def _free_versions(self, name: str) -> Sequence[str]:
        """Return the version that the SDK tries first, the latest there is, and the next one."""
        upcoming = self._next_version(name)
        latest = self._scope.home().assets.latest(self.kind, name)
        return [latest.version, upcoming] if latest and not self._scope.registry_name else [upcoming]


def _refuse_other_type(data: Any) -> None:
    """Refuse a local file as a folder, and a folder as a file."""
    if is_remote(data.path):
        return
    path = local_path(data.path, data.base_path)
    wrong = {"uri_folder": path.is_file(), "uri_file": path.is_dir()}
    if wrong.get(data.type):
        message = f"File path does not match asset type {data.type}: {path}"
        raise invalid(message, ErrorTarget.DATA)
