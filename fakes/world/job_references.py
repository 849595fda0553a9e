"""What names the output or the artifacts of a run: `azureml://jobs/...` and MLflow's `runs:/...`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakes.world.datastores import ARTIFACT_STORE
from fakes.world.errors import NotFound
from fakes.world.runs import Run

if TYPE_CHECKING:
    from fakes.world.world import Workspace

_OUTPUT = re.compile(r"azureml://jobs/(?P<job>[^/]+)/outputs/(?P<output>[^/]+)(?:/paths)?(?:/(?P<path>.*))?")
_MLFLOW = re.compile(r"runs:/(?P<job>[^/?]+)/(?P<path>.+)")
_ARTIFACTS = ("artifacts", "default")
"""The names under which the artifacts of a run are found among its outputs (SDK source)."""


def resolve(workspace: Workspace, uri: str) -> tuple[str, Run | None]:
    """Return the datastore URI behind a URI and the run that it names; any other URI comes back with None.

    NotFound for a run or an output that does not exist (inferred).
    """
    found = _OUTPUT.match(uri) or _MLFLOW.match(uri)
    if found is None:
        return uri, None
    name = found["job"]
    job = workspace.jobs.get(name)
    run = next((run for run in workspace.runs() if run.id == name), None)
    if run is None:
        raise NotFound(f"Job {name} was not found.", code="UserError", inner=("NotFoundError",))
    output, path = found.groupdict().get("output", "artifacts"), found["path"] or ""
    if output in _ARTIFACTS and not (job and output in job.outputs):
        return workspace.datastore_uri(ARTIFACT_STORE, f"{run.container}/{path}"), run
    if job is None:
        raise NotFound(f"Run {name} has no output '{output}'.", code="UserError", inner=("NotFoundError",))
    return job.output_uri(output, path), run
