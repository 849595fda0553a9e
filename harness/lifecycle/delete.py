"""The step delete: nothing that bills is left behind, and that is verified; also after a failure or Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError, ResourceNotFoundError

from harness.decide.sign_in import explain_missing_bundle
from harness.errors import StepFailed, Unfinished
from harness.ledger import CreatedResource, Ledger
from harness.lifecycle.refusals import may_recover, reason, unexpected
from harness.lifecycle.waiting import JOB_ENDED, Clock, Deadline, wait_for, word
from harness.lifecycle.watching import Watcher

__all__ = ["CleanUp", "Cleaned", "removal_command"]

_PAUSE_S = 10.0


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was removed, what was kept on purpose."""

    removed: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        facts = {"removed": ", ".join(self.removed) or "nothing"}
        return {**facts, "kept": ", ".join(self.kept)} if self.kept else facts


def removal_command(client: Any, resource: CreatedResource) -> str:
    """Return the Azure CLI's command that ends what `resource` costs."""
    verb = {"job": "job cancel", "compute": "compute delete --yes"}.get(resource.kind, "online-endpoint delete --yes")
    return (
        f"az ml {verb} --name {resource.name.partition('/')[0]} --subscription {client.subscription_id} "
        f"--resource-group {client.resource_group_name} --workspace-name {client.workspace_name}"
    )


class CleanUp:
    """Removes what a run created. Each removal is tried again until its deadline."""

    def __init__(self, client: Any, *, clock: Clock, deadline_s: float, watch: Watcher) -> None:
        self._client = client
        self._clock = clock
        self._deadline_s = deadline_s
        self._watch = watch

    def run(self, ledger: Ledger, *, keep_endpoint: bool, keep_compute: bool) -> Cleaned:
        """Cancel a job that may run, delete endpoints, and clusters unless kept; models stay.

        One removal that fails does not stop the others. StepFailed says what is left, and how to remove it.
        """
        removers: dict[str, Callable[[str], None]] = {"endpoint": self.delete_endpoint, "job": self.cancel_job}
        kept_kinds = {"model"}
        if keep_endpoint:
            kept_kinds |= {"endpoint", "deployment"}
        if keep_compute:
            kept_kinds.add("compute")
        else:
            removers["compute"] = self.delete_compute
        removed, failures = [], []
        for resource in reversed(ledger.created):
            if resource.kind in kept_kinds:
                if resource.bills:
                    ledger.kept(resource)
                continue
            if resource.kind not in removers or not _may_be_there(resource):
                continue
            try:
                removers[resource.kind](resource.name)
            except Exception as error:  # whatever it is, the next resource bills as well
                failures.append((resource, error))
                continue
            (ledger.ended if resource.kind == "job" else ledger.removed)(resource)
            removed.append(f"{resource.kind} {resource.name}{' (canceled)' if resource.kind == 'job' else ''}")
        if failures:
            raise self._left(failures)
        kept = [f"{resource.kind} {resource.name}" for resource in ledger.created if resource.kind in kept_kinds]
        return Cleaned(tuple(removed), tuple(kept))

    def delete_endpoint(self, name: str) -> None:
        """Delete an endpoint and its deployments, and see that it is gone; also one that never came up."""
        operations = self._client.online_endpoints
        self._remove(
            f"deleting endpoint {name}",
            lambda: operations.get(name) is not None,
            lambda: operations.begin_delete(name),
        )

    def delete_compute(self, name: str) -> None:
        """Delete a cluster, and see that it is gone."""
        operations = self._client.compute
        self._remove(
            f"deleting cluster {name}",
            lambda: operations.get(name) is not None,
            lambda: operations.begin_delete(name),
        )

    def cancel_job(self, name: str) -> None:
        """Cancel a job that has not ended, and see that it ends; one that never arrived is no job."""
        operations = self._client.jobs
        self._remove(
            f"canceling job {name}",
            lambda: word(operations.get(name).status) not in JOB_ENDED,
            lambda: operations.begin_cancel(name),
        )

    def _remove(self, what: str, check: Callable[[], bool], begin: Callable[[], Any]) -> None:
        """Begin to remove until `check` says that nothing is there (404 included), or the deadline passes.

        A conflict, a lost answer, a token that cannot be renewed now, certificates that are not there, a failed
        operation and a 404 for what is still found are tried again; a refusal for good is raised, unless the thing has
        gone in the meantime.
        """
        deadline = Deadline(self._clock, self._deadline_s)
        while True:
            problem = "it is still there"
            try:
                if not _there(check):
                    return
                wait_for(begin, what, clock=self._clock, deadline_s=self._deadline_s, watch=self._watch)
                if not _there(check):
                    return
            except Unfinished:
                raise
            except StepFailed as error:
                problem = str(error)
            except AzureError as error:
                if not (may_recover(error) or isinstance(error, ResourceNotFoundError)):
                    if not _there(check):
                        return
                    raise
                problem = reason(error)
            except OSError as error:
                untrusting = explain_missing_bundle(str(error))
                if untrusting is None:
                    raise
                problem = untrusting.what  # it is written anew while others run
            if deadline.passed:
                raise Unfinished(
                    f"{what} has not ended within {deadline.seconds:g} s",
                    where="delete",
                    got=problem,
                    remedy="Remove it by hand: it may go on billing.",
                )
            self._watch.progress(f"{what}: {problem}; trying again")
            self._clock.sleep(_PAUSE_S)

    def _left(self, failures: Sequence[tuple[CreatedResource, Exception]]) -> StepFailed:
        said = [_told(error) for _, error in failures]
        commands = [removal_command(self._client, resource) for resource, _ in failures]
        return StepFailed(
            f"not removed: {', '.join(f'{left.kind} {left.name}' for left, _ in failures)}",
            where="delete",
            got="; ".join(said),
            remedy=f"It may go on billing. Remove it with `harness sweep`, or with: {'; '.join(commands)}",
        )


def _told(error: Exception) -> str:
    """Return what went wrong, without a remedy: there is one for all that is left."""
    if isinstance(error, AzureError):
        return reason(error)
    return "; got ".join(filter(None, (error.what, error.got))) if isinstance(error, StepFailed) else unexpected(error)


def _may_be_there(resource: CreatedResource) -> bool:
    return not resource.deleted and (resource.bills or resource.kind != "job")


def _there(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except ResourceNotFoundError:
        return False
