"""The ledger of a run that goes on: what it has asked Azure to create, in memory and, given a file, on disk first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from harness.errors import EnvironmentMissing
from harness.ledger.file import LedgerFile
from harness.ledger.head import RunHead
from harness.ledger.resources import CreatedResource, ResourceKind, run_tags, spelled

__all__ = ["Ledger"]


class Ledger:
    """What one run has created. `tags` are for everything that it creates; `created` is what the report lists.

    Everything is created inside of `creating`: the intent is on disk before the request, the outcome after it. Of an
    outcome that cannot be written the file says more than there is, never less; `unwritten` is then the error.
    """

    def __init__(self, head: RunHead, now: Callable[[], datetime], file: LedgerFile | None = None) -> None:
        self.created: list[CreatedResource] = []
        self.tags: Mapping[str, str] = run_tags(head.run, head.expires)
        self.unwritten: EnvironmentMissing | None = None
        self._head, self._now, self._file = head, now, file

    def prove(self) -> None:
        """See that the file can be written, before anything is done; UsageError when it cannot."""
        if self._file is not None:
            self._file.prove()

    def at(self, workspace: Mapping[str, str]) -> None:
        """Say in which workspace the run creates things, by the spec's names of its three ids."""
        self._head = replace(self._head, workspace=workspace)

    @contextmanager
    def creating(self, kind: ResourceKind, name: str, *, bills: bool = False) -> Iterator[CreatedResource]:
        """Note a resource, then let it be created in the block; EnvironmentMissing, before it, when it cannot be noted.

        What the block raises leaves in doubt whether it was created.
        """
        resource = CreatedResource(kind, name, bills=bills)
        self.created.append(resource)
        try:
            self._write("intended", resource)
        except EnvironmentMissing:
            self.created.remove(resource)
            raise
        try:
            yield resource
        except BaseException:
            self._note("doubtful", resource)
            raise
        self._note("created", resource)

    def retract(self, resource: CreatedResource) -> None:
        """Note that it was not created after all, or is gone and no part of the run any more."""
        self.created.remove(resource)
        self._note("gone", resource)

    def ended(self, resource: CreatedResource) -> None:
        """Note that it stays and costs nothing more, such as a job that has ended."""
        resource.bills = False
        self._note("ended", resource)

    def removed(self, resource: CreatedResource) -> None:
        """Note that it is gone; with an endpoint go its deployments."""
        gone = [resource, *(other for other in self.created if _is_deployment_of(other, resource))]
        for each in gone:
            each.deleted, each.bills = True, False
            self._note("gone", each)

    def kept(self, resource: CreatedResource) -> None:
        """Note that it is left on purpose, although it costs money."""
        self._note("kept", resource)

    def close(self) -> None:
        """End the file if nothing is left that is to go, and let go of it in any case."""
        if self._file is not None and self._file.is_open:
            if not any(self._is_left(resource) for resource in self.created):
                self._append({"at": spelled(self._now()), "state": "closed"})
            self._file.close()

    def _is_left(self, resource: CreatedResource) -> bool:
        unwanted = resource.kind == "compute" and not self._head.keep_compute
        return not resource.deleted and (resource.bills or unwanted)

    def _write(self, state: str, resource: CreatedResource) -> None:
        if self._file is None:
            return
        if not self._file.is_open:
            self._file.open(self._head.to_line())
        self._file.append(self._line(state, resource))

    def _note(self, state: str, resource: CreatedResource) -> None:
        if self._file is not None and self._file.is_open:
            self._append(self._line(state, resource))

    def _append(self, line: Mapping[str, object]) -> None:
        assert self._file is not None
        try:
            self._file.append(line)
        except EnvironmentMissing as error:
            self.unwritten = error

    def _line(self, state: str, resource: CreatedResource) -> dict[str, object]:
        known = {"kind": resource.kind, "name": resource.name, "bills": resource.bills}
        return {"at": spelled(self._now()), "state": state, **known}


def _is_deployment_of(other: CreatedResource, endpoint: CreatedResource) -> bool:
    on_it = other.kind == "deployment" and other.name.partition("/")[0] == endpoint.name
    return endpoint.kind == "endpoint" and on_it and not other.deleted
