"""What Azure ML makes of an asset that a client sends: URIs in one spelling, specs as strings, content checked."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from fakes.world.assets import AssetVersion
from fakes.world.component_specs import component_spec, ordered, pin_environment
from fakes.world.datastores import get_datastore
from fakes.world.errors import Invalid
from fakes.world.ids import guid_of
from fakes.world.job_references import resolve
from fakes.world.placeholders import write_placeholder
from fakes.world.references import require_environment, require_named
from fakes.world.runs import Run

if TYPE_CHECKING:
    from fakes.world.world import Workspace, World

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_SHORT = re.compile(r"azureml://datastores/(?P<datastore>[^/]+)/(?:paths/)?(?P<path>.*)")
_LONG = re.compile(
    r"azureml://subscriptions/(?P<subscription>[^/]+)/resource[gG]roups/(?P<group>[^/]+)/workspaces/"
    r"(?P<workspace>[^/]+)/datastores/(?P<datastore>[^/]+)/paths/(?P<path>.*)"
)
ANONYMOUS = "azureml_anonymous"


def put_asset(
    world: World, workspace: Workspace, kind: str, name: str, version: str, sent: dict[str, Any]
) -> tuple[AssetVersion, bool]:
    """Create or update a version of an asset in a workspace; the flag tells whether it is new."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"The asset name '{name}' is invalid: it must begin with a letter or digit and hold only letters, "
            "digits, '-', '_' and '.', at most 255 of them.",
            inner=("BadArgument", "InvalidAssetName"),
        )
    properties = {"description": None, "tags": {}, "properties": {}, **sent}
    properties["tags"] = {key: str(value) for key, value in (properties["tags"] or {}).items()}
    if kind == "components":
        version = _component(world, workspace, properties, name, version)
    else:
        _RULES[kind](world, workspace, properties)
    return workspace.assets.put(kind, name, version, properties, world.clock.now())


def published(world: World, kind: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of an asset that is sent to a registry (treated as in a workspace, inferred)."""
    properties = {"description": None, "tags": {}, "properties": {}, "isArchived": False, "isAnonymous": False, **sent}
    if kind == "components":
        properties["componentSpec"] = component_spec(properties.get("componentSpec") or {})
        pin_environment(world, properties["componentSpec"])
    elif kind == "environments":
        environment(properties)
    elif kind == "models":
        properties = {"flavors": {}, "jobName": None, **properties}
    return properties


def _model(world: World, workspace: Workspace, properties: dict[str, Any]) -> None:
    uri = str(properties.get("modelUri") or "")
    uri, run = resolve(workspace, uri)
    if run is not None:
        properties["jobName"] = run.id
        _stand_in(world, workspace, uri, run)
    properties["modelUri"] = uri = long_uri(workspace, uri).replace("/resourcegroups/", "/resourceGroups/")
    properties.setdefault("modelType", "custom_model")
    properties.setdefault("flavors", {})
    properties.setdefault("jobName", None)
    properties["stage"] = "Archived" if properties.get("isArchived") else "Development"
    if _LONG.match(uri) and not has_blobs(world, workspace, uri):
        path = parse_uri(workspace, uri)[1]
        raise Invalid(
            "The request is invalid.",
            code="BadRequest",
            details=(("ModelAssetPathNotFoundInStorage", f"No blobs found in storage at model asset path: {path}"),),
        )


def _stand_in(world: World, workspace: Workspace, uri: str, run: Run) -> None:
    """Put something where a command that was not executed would have put a model."""
    if run.is_user_code and run.status(world.clock.now()) == "Completed" and not has_blobs(world, workspace, uri):
        write_placeholder(world, workspace, *parse_uri(workspace, uri))


def _data(_world: World, workspace: Workspace, properties: dict[str, Any]) -> None:
    properties["dataUri"] = long_uri(workspace, str(properties.get("dataUri") or ""))
    properties.setdefault("dataType", "uri_folder")


def _environment(_world: World, _workspace: Workspace, properties: dict[str, Any]) -> None:
    environment(properties)


def environment(properties: dict[str, Any]) -> None:
    """Fill in what the service says of an environment; its conda file becomes indented JSON (recorded)."""
    conda = properties.get("condaFile")
    try:
        content = yaml.safe_load(conda) if conda else None
    except yaml.YAMLError as error:
        raise Invalid(f"condaFile is not valid YAML: {error}", inner=("BadArgument",)) from None
    properties["condaFile"] = json.dumps(content, indent=2) if content else ""
    properties.setdefault("image", None)
    if properties.get("build"):  # the path of the Dockerfile has a default (documented)
        given = {key: value for key, value in properties["build"].items() if value is not None}
        properties["build"] = {"dockerfilePath": "Dockerfile", **given}
    properties["environmentType"] = "UserCreated"
    properties.setdefault("osType", "Linux")


def _code(_world: World, _workspace: Workspace, properties: dict[str, Any]) -> None:
    properties.setdefault("codeUri", None)


def _component(world: World, workspace: Workspace, properties: dict[str, Any], name: str, version: str) -> str:
    spec = properties.get("componentSpec")
    if not isinstance(spec, dict):
        raise Invalid("componentSpec is missing.", inner=("BadArgument",))
    require_environment(world, workspace, spec.get("environment"))
    require_named(world, workspace, "codes", spec.get("code"))
    wire = component_spec(spec)
    pin_environment(world, wire)
    if name == ANONYMOUS:  # the spec keeps the version that it was sent with (recorded 2023-10)
        version = guid_of("component", json.dumps({**wire, "version": None}, sort_keys=True))
    else:  # a spec that was sent without a version has it afterwards: the SDK reads it there (SDK source)
        wire = ordered({**wire, "name": name, "version": version})
    properties["componentSpec"] = wire
    properties["description"] = None
    return version


_RULES = {"models": _model, "data": _data, "environments": _environment, "codes": _code}


def long_uri(workspace: Workspace, uri: str) -> str:
    """Expand a short datastore URI to the long one, with `resourcegroups` in lower case (recorded for data)."""
    short = _SHORT.match(uri)
    if not short:
        return uri
    return datastore_uri(workspace, short["datastore"], short["path"])


def datastore_uri(workspace: Workspace, datastore: str, path: str) -> str:
    """Return the long URI of a path on a datastore."""
    return (
        f"azureml://subscriptions/{workspace.subscription_id}/resourcegroups/{workspace.resource_group}"
        f"/workspaces/{workspace.name}/datastores/{datastore}/paths/{path}"
    )


def parse_uri(workspace: Workspace, uri: str) -> tuple[str, str]:
    """Return (datastore, path) of a datastore URI in either form; Invalid for anything else."""
    found = _LONG.match(uri) or _SHORT.match(uri)
    if not found:
        raise Invalid(f"'{uri}' is not a path on a datastore.", inner=("BadArgument", "InvalidUri"))
    return get_datastore(workspace, found["datastore"]).name, found["path"]


def has_blobs(world: World, workspace: Workspace, uri: str) -> bool:
    """Tell whether anything is stored at a datastore URI: a blob of that name or one below it."""
    name, path = parse_uri(workspace, uri)
    store = workspace.datastores[name]
    prefix = path.rstrip("/")
    if world.blobs.get(store.account, store.container, prefix) is not None:
        return True
    return bool(world.blobs.list(store.account, store.container, prefix=prefix + "/", max_results=1).blobs)
