"""ARM assets of a workspace: models, data, environments, components and codes, all by the same seven operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Handler, Route
from fakes.emulator.services import asset_containers
from fakes.emulator.services.arm import PROVIDER, WORKSPACE, location_of, page, system_data
from fakes.emulator.services.upload_references import blob_reference
from fakes.emulator.wire import empty_reply, json_reply
from fakes.world.asset_rules import put_asset
from fakes.world.assets import KINDS, AssetContainer, AssetVersion, in_view, missing_asset

if TYPE_CHECKING:
    from fakes.emulator.call import Call

_TITLES = {
    "models": "Models",
    "data": "Data",
    "environments": "Environments",
    "components": "Components",
    "codes": "Codes",
}


def render(call: Call, asset: AssetVersion) -> dict[str, Any]:
    """Return the ARM resource of a version: its `name` is the version (recorded)."""
    return {
        "id": f"{call.workspace.arm_id}/{asset.kind}/{asset.name}/versions/{asset.version}",
        "name": asset.version,
        "type": f"{PROVIDER}/workspaces/{asset.kind}/versions",
        "properties": {**_shared(asset, _modern(call)), **_ORDER[asset.kind](asset.properties, _modern(call))},
        "systemData": _system_data(asset),
    }


def _system_data(asset: AssetVersion) -> dict[str, Any]:
    data = system_data(asset.created, asset.modified)
    if asset.kind == "data":  # says when and not by whom (recorded 2023-10)
        del data["lastModifiedBy"], data["lastModifiedByType"]
    return data


def _modern(call: Call) -> bool:
    """Whether the api-version shows the members that came in 2023."""
    return call.api_version >= "2023-04"


def _shared(asset: AssetVersion, modern: bool) -> dict[str, Any]:
    known = asset.properties
    return {
        "description": known.get("description"),
        "tags": known.get("tags") or {},
        "properties": known.get("properties") or _no_properties(asset, modern=modern),
        "isArchived": bool(known.get("isArchived")),
        # an asset is shown as not anonymous although it was sent as such, except components (recorded)
        "isAnonymous": bool(known.get("isAnonymous")) if asset.kind == "components" else False,
    }


def _no_properties(asset: AssetVersion, *, modern: bool) -> dict[str, str]:
    return {"azureml.labels": ""} if asset.kind == "environments" and modern else {}


def _model(known: dict[str, Any], modern: bool) -> dict[str, Any]:
    tail = {
        "provisioningState": "Succeeded",
        "stage": known.get("stage"),
        "intellectualProperty": None,
    }
    return {
        **({"autoDeleteSetting": None} if modern else {}),
        "flavors": known.get("flavors") or {},
        "modelType": known.get("modelType"),
        "modelUri": known.get("modelUri"),
        "jobName": known.get("jobName"),
        **(tail if modern else {}),
    }


def _data(known: dict[str, Any], modern: bool) -> dict[str, Any]:
    tail = {"stage": known.get("stage"), "intellectualProperty": None} if modern else {}
    return {
        **({"autoDeleteSetting": None} if modern else {}),
        "dataUri": known.get("dataUri"),
        **tail,
        "dataType": known.get("dataType"),
        **({"referencedUris": known.get("referencedUris")} if known.get("dataType") == "mltable" else {}),
    }


def _environment(known: dict[str, Any], modern: bool) -> dict[str, Any]:
    tail = {"autoRebuild": "Disabled", "provisioningState": "Succeeded", "stage": known.get("stage") or "Logged"}
    return {
        "environmentType": known.get("environmentType"),
        "image": known.get("image"),
        "condaFile": known.get("condaFile"),
        **({"build": known["build"]} if known.get("build") else {}),
        **({"inferenceConfig": known["inferenceConfig"]} if known.get("inferenceConfig") else {}),
        "osType": known.get("osType") or "Linux",
        **(tail if modern else {}),
    }


def _component(known: dict[str, Any], modern: bool) -> dict[str, Any]:
    tail = {"provisioningState": "Succeeded", "stage": known.get("stage")} if modern else {}
    return {"componentSpec": known.get("componentSpec"), **tail}


def _code(known: dict[str, Any], modern: bool) -> dict[str, Any]:
    tail = {"provisioningState": "Succeeded"} if modern else {}
    return {"codeUri": known.get("codeUri"), **tail}


_ORDER: dict[str, Callable[[dict[str, Any], bool], dict[str, Any]]] = {
    "models": _model,
    "data": _data,
    "environments": _environment,
    "components": _component,
    "codes": _code,
}


def _get(kind: str) -> Handler:
    def get(call: Call) -> Reply:
        workspace, name, version = call.workspace, call.params["name"], call.params["version"]
        asset = workspace.assets.find(kind, name, version)
        if asset is None:
            raise missing_asset(f"{workspace.arm_id}/{kind}/{name}/versions/{version}")
        return json_reply(200, render(call, asset))

    return get


def _put(kind: str) -> Handler:
    def put(call: Call) -> Reply:
        params = call.params
        asset, new = put_asset(
            call.world, call.workspace, kind, params["name"], params["version"], dict(call.properties)
        )
        always_created = kind in ("environments", "components")  # recorded: 201 also when it existed
        reply = json_reply(201 if new or always_created else 200, render(call, asset))
        if reply.status == 201:
            reply.headers["Location"] = location_of(call)
        return reply

    return put


def _list(kind: str) -> Handler:
    def list_versions(call: Call) -> Reply:
        store = call.workspace.assets
        wanted = call.query("hash")
        if kind == "codes" and wanted:
            found = store.codes_with_hash(wanted)
        else:
            found = store.versions(kind, call.params["name"])
        return page(call, in_view(found, call.query("listViewType", "ActiveOnly")), lambda asset: render(call, asset))

    return list_versions


def _container(call: Call, kind: str, found: AssetContainer | None) -> dict[str, Any]:
    name = found.name if found else call.params["name"]
    container_id = f"{call.workspace.arm_id}/{kind}/{name}"
    return asset_containers.render(container_id, f"{PROVIDER}/workspaces/{kind}", found, call.world.clock.now())


def _get_container(kind: str) -> Handler:
    def get(call: Call) -> Reply:
        body = _container(call, kind, call.workspace.assets.container(kind, call.params["name"]))
        if kind == "components":  # alone it says when and not by whom, in a list it says both (recorded 2025-11)
            body["systemData"] = {name: when for name, when in body["systemData"].items() if name.endswith("At")}
        return json_reply(200, body)

    return get


def _put_container(kind: str) -> Handler:
    def put(call: Call) -> Reply:
        store, now = call.workspace.assets, call.world.clock.now()
        found, new = store.put_container(kind, call.params["name"], dict(call.properties), now)
        reply = json_reply(201 if new else 200, _container(call, kind, found))
        if new:
            reply.headers["Location"] = location_of(call)
        return reply

    return put


def _list_containers(kind: str) -> Handler:
    def list_names(call: Call) -> Reply:
        found = in_view(call.workspace.assets.containers(kind), call.query("listViewType", "ActiveOnly"))
        return page(call, found, lambda container: _container(call, kind, container))

    return list_names


def _delete(kind: str) -> Handler:
    def delete(call: Call) -> Reply:
        call.workspace.assets.delete(kind, call.params["name"], call.params.get("version"))
        return empty_reply(200)

    return delete


def start_pending_upload(call: Call) -> Reply:
    """Return a container of its own with a SAS that a client may write to (SDK source)."""
    container = f"{call.world.ids.guid()}-{call.world.ids.hex(26)}"
    return json_reply(
        200,
        {
            "blobReferenceForConsumption": blob_reference(call, call.workspace, container),
            "pendingUploadId": call.world.ids.guid(),
            "pendingUploadType": "TemporaryBlobReference",
        },
    )


def _routes(kind: str) -> tuple[Route, ...]:
    title = _TITLES[kind]
    name, version = f"{WORKSPACE}/{kind}/<name>", f"{WORKSPACE}/{kind}/<name>/versions/<version>"
    recorded, documented = Evidence.RECORDED, Evidence.DOCUMENTED
    container_evidence = recorded if kind in ("models", "components") else documented
    return (
        Route(f"{title}Versions_Get", "GET", version, _get(kind), recorded, "the 404 is inferred"),
        Route(f"{title}Versions_CreateOrUpdate", "PUT", version, _put(kind), recorded, "refusals are inferred"),
        Route(f"{title}Versions_Delete", "DELETE", version, _delete(kind), documented),
        Route(f"{title}Versions_List", "GET", f"{name}/versions", _list(kind), recorded),
        Route(
            f"{title}Versions_StartPendingUpload",
            "POST",
            f"{version}/startPendingUpload",
            start_pending_upload,
            Evidence.SDK_SOURCE,
        ),
        Route(f"{title}Containers_Get", "GET", name, _get_container(kind), container_evidence),
        Route(f"{title}Containers_CreateOrUpdate", "PUT", name, _put_container(kind), Evidence.INFERRED),
        Route(f"{title}Containers_List", "GET", f"{WORKSPACE}/{kind}", _list_containers(kind), documented),
        Route(f"{title}Containers_Delete", "DELETE", name, _delete(kind), documented),
    )


ROUTES = tuple(route for kind in KINDS for route in _routes(kind))
