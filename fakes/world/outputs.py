"""Where the outputs of a job lie, what stands there when nothing was executed, and the assets made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.world.asset_rules import datastore_uri, has_blobs, parse_uri, put_asset
from fakes.world.datastores import BLOB_STORE
from fakes.world.placeholders import PLACEHOLDER, write_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from fakes.world.job_outputs import JobOutput
    from fakes.world.jobs import Job
    from fakes.world.world import World


def complete_outputs(world: World, job: Job, now: datetime) -> None:
    """Give the outputs of a job that ends well their place and their content, and register those with a name.

    A ServiceError says why an asset cannot be registered.
    """
    for name, output in job.outputs.items():
        place(job, name)
        _complete(world, job, output, now, executed=_is_computed(job, name))
    for output in _of_nodes(job):
        _complete(world, job, output, now, executed=False)


def place(job: Job, name: str) -> None:
    """Choose where an output lies: where the client wants it, else where the SDK looks for it (SDK source)."""
    output = job.outputs[name]
    _place(job, output, job.name, name)


def _place(job: Job, output: JobOutput, owner: str, name: str) -> None:
    output.datastore, output.path = BLOB_STORE, f"azureml/{owner}/{name}/"
    if output.uri:  # the variables of an output's path are documented
        for variable, value in (("name", owner), ("output_name", name), ("default_datastore", BLOB_STORE)):
            output.uri = output.uri.replace(f"${{{{{variable}}}}}", value)
        output.datastore, output.path = parse_uri(job.workspace, output.uri)
        if not output.path.endswith("/") and output.kind != "uri_file":
            output.path += "/"


def _of_nodes(job: Job) -> Iterator[JobOutput]:
    """Yield the outputs of nodes that are bound to no output of the job and are to become assets."""
    for node in job.nodes:
        run = next((child for child in job.run.children if child.display_name == node.name), None)
        for name, output in node.assets.items():
            if run is not None:
                _place(job, output, run.id, name)
                yield output


def _is_computed(job: Job, name: str) -> bool:
    """Tell whether a fine-tuning node feeds an output, which it may well leave empty."""
    return any(node.task is not None and name in node.outputs.values() for node in job.nodes)


def _complete(world: World, job: Job, output: JobOutput, now: datetime, *, executed: bool) -> None:
    workspace, path = job.workspace, output.path
    written = has_blobs(world, workspace, datastore_uri(workspace, output.datastore, path))
    if not executed and not written:
        write_placeholder(world, workspace, output.datastore, path, is_file=not path.endswith("/"))
        path = path + PLACEHOLDER if path.endswith("/") else path
    if output.asset_name and (written or not executed):
        _register(world, job, output, path if output.kind == "uri_file" else output.path, now)


def _register(world: World, job: Job, output: JobOutput, path: str, now: datetime) -> None:
    """Make an asset of an output; without a version it gets the next one of its name (documented)."""
    is_model = output.kind.endswith("_model")
    kind, name = "models" if is_model else "data", str(output.asset_name)
    known = job.workspace.assets.container(kind, name)
    version = output.asset_version or (known.next_version(now) if known else "1")
    uri = datastore_uri(job.workspace, output.datastore, path)
    data = {"dataUri": uri, "dataType": output.kind}
    sent = {"modelUri": uri, "modelType": output.kind, "jobName": job.name} if is_model else data
    put_asset(world, job.workspace, kind, name, version, sent)
    output.asset_version = version
