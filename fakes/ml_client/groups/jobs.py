"""`jobs` of a client."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azure.ai.ml.constants import ListViewType
from azure.ai.ml.entities import Command, CommandJob, PipelineJob
from azure.ai.ml.entities import Pipeline as PipelineNode
from azure.ai.ml.exceptions import ErrorCategory, ErrorTarget, JobException, PipelineChildJobError, UserErrorException
from azure.core.exceptions import HttpResponseError
from azure.core.polling import LROPoller

from fakes.ml_client.downloads import download_uri
from fakes.ml_client.polling import SELDOM_S
from fakes.ml_client.refusals import not_done_here, reported_by_the_sdk
from fakes.ml_client.run_history import RunHistory
from fakes.ml_client.scope import Group, nothing
from fakes.ml_client.sdk_internals import built_inputs
from fakes.ml_client.streaming import stream
from fakes.ml_client.translate.jobs import as_child, as_job
from fakes.ml_client.translate.pipelines import command_properties, pipeline_properties
from fakes.world.asset_rules import datastore_uri
from fakes.world.datastores import ARTIFACT_STORE
from fakes.world.errors import NotFound
from fakes.world.jobs import Job, cancel_job, change_run, find_run, get_job, list_jobs, put_job, visible_run
from fakes.world.runs import Run
from fakes.world.states import JOB
from fakes.world.world import Workspace

if TYPE_CHECKING:
    from fakes.ml_client.client import FakeMLClient


class JobGroup(Group):
    """`client.jobs`: pipelines and commands."""

    sdk_name = "jobs"

    def __init__(self, client: FakeMLClient) -> None:
        super().__init__(client.scope)
        self._client = client
        self._runs_operations = RunHistory(client.scope)  # the SDK's private door to the causes of failures

    def get(self, name: str) -> Any:
        """Return a job, or a child of a pipeline."""
        if not isinstance(name, str):
            raise UserErrorException(f"{name} is a invalid input for client.jobs.get().")
        scope = self._scope
        job, run = scope.send("Jobs_Get", "GET", lambda workspace: _found(workspace, name))
        if run is job.run:
            with scope.world.lock:
                return as_job(scope.world, job)
        return scope.ask("Runs_Get", "GET", lambda: as_child(scope.world, *self._visible(name)))

    def list(self, *, parent_job_name: str | None = None, list_view_type: Any = ListViewType.ACTIVE_ONLY) -> Any:
        """Return the jobs of the workspace, newest first, or the children of one."""
        scope, world = self._scope, self._scope.world
        if parent_job_name:
            self.get(parent_job_name)
            return scope.paged(
                "Runs_GetChild",
                lambda: self._children(parent_job_name),
                lambda found: as_child(world, *found),
            )
        view = str(getattr(list_view_type, "value", list_view_type))
        return scope.paged("Jobs_List", lambda: list_jobs(scope.workspace(), view), lambda job: as_job(world, job))

    def create_or_update(
        self,
        job: Any,
        *,
        description: str | None = None,
        compute: str | None = None,
        tags: dict[str, str] | None = None,
        experiment_name: str | None = None,
        skip_validation: bool = False,
    ) -> Any:
        """Submit a job, or change the words that describe one that was read before."""
        del skip_validation  # what is checked here is checked always
        job = _as_job_entity(job)
        given = {"description": description, "compute": compute, "tags": tags, "experiment_name": experiment_name}
        for name, value in given.items():
            if value is not None:
                setattr(job, name, value)
        if job.id and job.name and compute is None and experiment_name is None:
            try:
                words = {"displayName": job.display_name, "description": job.description}
                return self._change(job.name, {**words, "tags": job.tags, "properties": job.properties})
            except HttpResponseError:
                pass  # the SDK goes on and submits it, as it does with any other
        return self._submit(job)

    def update(
        self,
        name: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
        tags: dict[str, str] | None = None,
        properties: dict[str, str] | None = None,
    ) -> Any:
        """Change name, description, tags or properties of a job."""
        words = {"displayName": display_name, "description": description, "tags": tags, "properties": properties}
        if all(value is None for value in words.values()):
            raise UserErrorException(
                "jobs.update() requires at least one of display_name, description, tags or properties to be specified."
            )
        return self._change(name, words)

    def stream(self, name: str) -> None:
        """Print a job's logs until it ends; JobException when it fails."""
        self._refuse_child(name)
        stream(self._scope, name)

    def begin_cancel(self, name: str) -> LROPoller[None]:
        """Start to cancel a job."""
        scope = self._scope
        operation = scope.send("Jobs_Cancel", "POST", lambda workspace: cancel_job(scope.world, workspace, name))
        return scope.poller(operation, nothing, poll="OperationResults_Get", every=SELDOM_S)

    def begin_delete(self, name: str) -> LROPoller[None]:
        """Delete a job."""
        scope = self._scope

        def delete(workspace: Workspace) -> None:
            get_job(workspace, name)
            del workspace.jobs[name]

        scope.send("Jobs_Delete", "DELETE", delete)
        return scope.poller(None, nothing)

    def archive(self, name: str) -> None:
        """Leave a job out of lists."""
        self._change(name, {"hidden": True})

    def restore(self, name: str) -> None:
        """Take an archived job back into lists."""
        self._change(name, {"hidden": False})

    def download(
        self,
        name: str,
        *,
        download_path: os.PathLike[str] | str = ".",
        output_name: str | None = None,
        all: bool = False,
    ) -> None:
        """Write the logs of a job, one of its outputs, or everything, to files."""
        status = str(self.get(name).status)
        if status not in JOB.terminal:
            message = f"This job is in state {status}. Download is allowed only in states {sorted(JOB.terminal)}"
            raise JobException(
                message=message,
                target=ErrorTarget.JOB,
                no_personal_data_message=message,
                error_category=ErrorCategory.USER_ERROR,
            )
        scope = self._scope
        places = scope.send("Runs_GetRunData", "POST", lambda workspace: _places(*find_run(workspace, name)))
        wanted = places if all else {key: uri for key, uri in places.items() if key == (output_name or "default")}
        for key, uri in wanted.items():
            below = Path("artifacts") if key == "default" else Path("named-outputs") / key
            download_uri(scope, uri, Path(download_path) / below)

    def _submit(self, job: Any) -> Any:
        scope = self._scope
        with reported_by_the_sdk():
            properties = self._properties(job)
        name = job.name or f"job_{scope.world.ids.hex(10)}"
        if properties["displayName"] is None:
            properties["displayName"] = name
        scope.region()
        submitted, new = scope.send(
            "Jobs_CreateOrUpdate", "PUT", lambda workspace: put_job(scope.world, workspace, name, dict(properties))
        )
        with scope.world.lock:
            return as_job(scope.world, submitted, fresh=new)

    def _properties(self, job: Any) -> dict[str, Any]:
        if isinstance(job, PipelineJob):
            return pipeline_properties(self._client, job)
        if isinstance(job, Command | CommandJob):
            return command_properties(self._client, job)
        raise not_done_here(f"jobs of type {getattr(job, 'type', type(job).__name__)}")

    def _change(self, name: str, words: Mapping[str, Any]) -> Any:
        """Change what describes a job, as Azure ML studio does, and return it."""
        scope = self._scope
        self._refuse_child(name)
        scope.send(
            "Runs_AddOrModifyByExperimentName",
            "PATCH",
            lambda workspace: change_run(*find_run(workspace, name), words),
        )
        return self.get(name)

    def _refuse_child(self, name: str) -> None:
        job, run = self._scope.send("Jobs_Get", "GET", lambda workspace: _found(workspace, name))
        if run is not job.run:
            raise PipelineChildJobError(job_id=f"{job.workspace.arm_id}/jobs/{run.id}")

    def _visible(self, name: str) -> tuple[Job, Run]:
        return visible_run(self._scope.workspace(), name, self._scope.world.clock.now())

    def _children(self, name: str) -> Sequence[tuple[Job, Run]]:
        job, run = self._visible(name)
        now = self._scope.world.clock.now()
        return [(job, child) for child in run.children if child.visible(now)]


def _as_job_entity(job: Any) -> Any:
    """Return a node that is submitted on its own as the job that it stands for."""
    if not isinstance(job, PipelineNode):
        return job
    return PipelineJob(
        name=job.name,
        display_name=job.display_name,
        description=job.description,
        tags=job.tags,
        inputs={name: value for name, value in built_inputs(job).items() if value is not None},
        component=job.component,
        settings=job.settings,
    )


def _found(workspace: Workspace, name: str) -> tuple[Job, Run]:
    try:
        return find_run(workspace, name)
    except NotFound:
        raise NotFound(f"Job with name {name} was not found.", code="UserError", inner=("NotFoundError",)) from None


def _places(job: Job, run: Run) -> dict[str, str]:
    """Return where the logs and the written outputs of a run lie."""
    workspace = job.workspace
    places = {"default": datastore_uri(workspace, ARTIFACT_STORE, run.container + "/")}
    if run is job.run:
        for name, output in job.outputs.items():
            if output.path:
                places[name] = datastore_uri(workspace, output.datastore, output.path)
    return places
