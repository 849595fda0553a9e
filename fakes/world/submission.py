"""What a submission may refer to, and what an existing job may be sent again with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakes.world.asset_rules import parse_uri
from fakes.world.errors import Invalid
from fakes.world.job_references import resolve
from fakes.world.references import require_environment, require_named

if TYPE_CHECKING:
    from fakes.world.jobs import Job
    from fakes.world.world import Workspace, World


def check_references(world: World, workspace: Workspace, properties: Mapping[str, Any]) -> None:
    """Refuse a job that names an environment, code, data, model, run or datastore that does not exist.

    That it is refused when it is submitted is inferred from components and models, for which it is recorded.
    """
    require_environment(world, workspace, properties.get("environmentId"))
    require_named(world, workspace, "codes", properties.get("codeId"))
    for given in (properties.get("inputs") or {}).values():
        kind = str(given.get("jobInputType") or "literal")
        if kind != "literal":
            _check_input(world, workspace, kind, str(given.get("uri") or ""))
    for given in (properties.get("outputs") or {}).values():
        if given.get("uri"):
            _check_place(workspace, str(given["uri"]))
    for node in (properties.get("jobs") or {}).values():
        for given in (node.get("inputs") or {}).values():
            if isinstance(given, Mapping) and given.get("uri"):
                kind = str(given.get("job_input_type") or "uri_folder")
                _check_input(world, workspace, kind, str(given["uri"]))


def _check_input(world: World, workspace: Workspace, kind: str, uri: str) -> None:
    uri, run = resolve(workspace, uri)
    if run is None:
        require_named(world, workspace, "models" if kind.endswith("_model") else "data", uri)
    _check_place(workspace, uri)


def _check_place(workspace: Workspace, uri: str) -> None:
    if uri.startswith("azureml://datastores/") and "${{" not in uri.split("/")[3]:
        parse_uri(workspace, uri)


def require_same(job: Job, sent: Mapping[str, Any]) -> None:
    """Refuse to change what a submitted job does (the message is quoted in public issues).

    A job that was fetched and is sent again passes here; some on Azure do not, for all that they are unchanged.
    """
    before, after = _fixed(job.properties), _fixed(sent)
    given = {_title(name) for name in sent}
    changed = [name for name in before if name in given and before[name] != after[name]]
    if changed:
        raise Invalid(
            "A job with this name already exists. If you are trying to create a new job, use a different name. If you "
            f"are trying to update an existing job, the existing job's {',  '.join(changed)} cannot be changed. Only "
            "description, tags, displayName, properties, and isArchived can be updated.",
            inner=("Immutable", "JobPropertyImmutable"),
        )


def _fixed(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is compared, in a form that does not depend on what the service or the SDK fills in."""
    names = ("command", "codeId", "environmentId")
    nodes = properties.get("jobs") or {}
    return {
        "JobType": properties.get("jobType"),
        **{_title(name): str(properties.get(name) or "").removeprefix("azureml:") for name in names},
        "ComputeId": str(properties.get("computeId") or "").rsplit("/", 1)[-1].lower(),
        "Inputs": {name: _content(given) for name, given in (properties.get("inputs") or {}).items()},
        "Outputs": sorted(set(properties.get("outputs") or ()) - {"default"}),
        "Jobs": {name: str(node.get("componentId") or "").removeprefix("azureml:") for name, node in nodes.items()},
    }


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]


def _content(given: Mapping[str, Any]) -> str:
    content = given.get("value") if given.get("jobInputType", "literal") == "literal" else given.get("uri")
    return "" if content is None else str(content)
