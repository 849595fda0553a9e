"""`harness sweep`: find what ended runs left that bills, remove it, tell what came of each."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.backends import BackendChoice, Surroundings, choose_backend, open_backend
from harness.backends.live import look_around
from harness.cli.failures import as_error
from harness.cli.interrupts import INTERRUPTS
from harness.cli.progress import watching
from harness.cli.request import key_and_value
from harness.cli.screen import screens
from harness.cli.swept import SweepResult, show_sweep
from harness.errors import EnvironmentMissing, LeftBehind
from harness.ledger import ledger_folder
from harness.ledger.reading import RunRecord, read_ledgers
from harness.lifecycle.connect import connect_workspace, workspace_ids
from harness.lifecycle.sweep import Rules, Sweep, Swept
from harness.lifecycle.watching import Watcher, sdk_muted
from harness.spec import LifecycleSpec, load_spec

__all__ = ["SweepRequest", "sweep_and_show"]


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """What to sweep, as the command line says it; the deadline of the rules is the spec's."""

    rules: Rules
    ledger: Path | None = None
    backend: str = "live"
    spec: Path | None = None
    settings: Sequence[str] = ()


def sweep_and_show(request: SweepRequest, *, as_json: bool) -> int:
    """Sweep, tell what came of it, and return the exit code: 0 when nothing is left, 1 when something is."""
    out, errors = screens()
    result = SweepResult(ledger_folder(request.ledger, os.environ), request.rules.dry_run)
    INTERRUPTS.check()
    INTERRUPTS.each()
    try:
        with watching(errors if as_json else out) as watch, sdk_muted():
            for swept in _sweep(request, result.ledger, watch):
                result.swept.append(swept)
    except KeyboardInterrupt:
        result.error = LeftBehind(
            "interrupted; what is listed is done, the rest is as it was",
            remedy="Sweep again: it goes on from there.",
        )
    except Exception as error:
        result.error = as_error(error, errors)
    INTERRUPTS.hold()
    return show_sweep(result, out, errors, as_json=as_json)


def _sweep(request: SweepRequest, folder: Path, watch: Watcher) -> Iterator[Swept]:
    every, broken = read_ledgers(folder, platform.node())
    records = [record for record in every if record.head.backend == request.backend]
    base = load_spec(request.spec) if request.spec is not None else LifecycleSpec()
    spec = base.with_overrides(dict(key_and_value(setting) for setting in request.settings))
    choice, specs = _where(request.backend, spec, records)
    yield from (_unread("", "ledger", text) for text in broken)
    for record in records:
        if record.problems and not record.closed:
            yield _unread(record.head.run, record.path.name, "; ".join(record.problems))
    rules = replace(request.rules, deadline_s=spec.limits.delete)
    with open_backend(choice) as surroundings:
        yield from _sweep_each(specs, records, rules, surroundings, choice.interactive, watch)


def _where(
    backend: str, spec: LifecycleSpec, records: Sequence[RunRecord]
) -> tuple[BackendChoice, list[LifecycleSpec]]:
    """Return the backend, and a spec for each workspace to sweep: the one that is meant, and those in the ledgers."""
    places = {_key(record.head.workspace): record.head.workspace for record in records if not record.closed}
    theirs = [_at(spec, place) for key, place in places.items() if all(key)]
    machine = look_around()
    try:
        return choose_backend(backend, machine, workspace=_ids(spec)), [spec, *theirs]
    except EnvironmentMissing:
        if not theirs:
            raise
        return choose_backend(backend, machine, workspace=_ids(theirs[0])), theirs


def _sweep_each(
    specs: Sequence[LifecycleSpec],
    records: Sequence[RunRecord],
    rules: Rules,
    surroundings: Surroundings,
    interactive: bool,
    watch: Watcher,
) -> Iterator[Swept]:
    """Sweep each workspace once; EnvironmentMissing when none can be reached. One alone does not stop the others."""
    done: set[tuple[str, ...]] = set()
    failed: list[tuple[LifecycleSpec, EnvironmentMissing]] = []
    for spec in map(surroundings.settled, specs):
        try:
            client = connect_workspace(
                spec, environ=surroundings.environ, interactive=interactive, clients=surroundings.clients
            )
        except EnvironmentMissing as error:
            failed.append((spec, error))
            continue
        place = _key(workspace_ids(client))
        if place not in done:
            done.add(place)
            watch.started("sweep", f"Sweep workspace {client.workspace_name}")
            here = [record for record in records if _key(record.head.workspace) == place]
            yield from Sweep(client, here, rules, clock=surroundings.clock, watch=watch).run()
    if failed and not done:
        raise failed[0][1]
    for spec, missing in failed:
        name = spec.workspace.workspace_name or ""
        yield Swept("workspace", name, "", name, None, False, "failed", str(missing))


def _unread(run: str, name: str, problem: str) -> Swept:
    why = f"{problem}. Look after what its other lines name, then remove the file"
    return Swept("ledger", name, run, "", None, False, "failed", why)


def _at(spec: LifecycleSpec, place: Mapping[str, str]) -> LifecycleSpec:
    return spec.with_overrides({f"workspace.{name}": json.dumps(value) for name, value in place.items()})


def _ids(spec: LifecycleSpec) -> tuple[str | None, str | None, str | None]:
    where = spec.workspace
    return where.subscription_id, where.resource_group, where.workspace_name


def _key(place: Mapping[str, str]) -> tuple[str, ...]:
    """Return what tells workspaces apart: Azure's ids know no case."""
    return tuple(place.get(name, "").casefold() for name in ("subscription_id", "resource_group", "workspace_name"))
