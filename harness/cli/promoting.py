"""What `harness gate promote`, `rollback` and `retire` do: reach Azure, act, tell what came of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from rich.text import Text

from harness.backends import Surroundings, choose_backend, open_backend
from harness.backends.live import look_around
from harness.cli.drawing import symbols_for
from harness.cli.interrupts import INTERRUPTS
from harness.cli.progress import watching
from harness.cli.quiet import sdk_noise_to
from harness.cli.screen import Screen, screens
from harness.errors import EnvironmentMissing, Interrupted
from harness.gate.rollout.climbing import Ended
from harness.gate.rollout.promote import Around, Promotion, promote
from harness.gate.rollout.rollback import retire, roll_back
from harness.gate.rollout.site import Site
from harness.gate.scoring.posting import HttpPost
from harness.lifecycle.clients import Clients
from harness.lifecycle.connect import connect, find_credential
from harness.lifecycle.watching import Unbreakable, Watcher
from harness.spec import LifecycleSpec

__all__ = ["promote_and_show", "retire_and_show", "roll_back_and_show"]


def promote_and_show(asked: Promotion, backend: str, *, as_json: bool) -> int:
    """Promote, tell how it ended, and return the exit code."""
    out, errors = screens()
    with _reached(asked.journals, backend, errors if as_json else out) as (around, client, registry, watch):
        ended = promote(
            asked,
            Around(
                client=client,
                registry=registry,
                post=around.post or HttpPost(),
                clock=around.clock,
                tick=time.perf_counter,
                watch=watch,
            ),
        )
    began = ended.course.began
    document = {
        "outcome": ended.outcome,
        "why": ended.why,
        "detail": ended.detail,
        "exit_code": ended.exit_code,
        "promotion": began.promotion,
        "endpoint": began.endpoint,
        "candidate": began.candidate,
        "model": f"{began.model}:{began.version}",
        "evidence_sha256": began.evidence_sha256,
        "policy_sha256": began.policy_sha256,
        "rungs": [
            {"rung": passed.rung, "at": passed.at, "facts": dict(passed.facts)} for passed in ended.course.passed
        ],
    }
    _tell(out, document, _promoted(ended), as_json=as_json, good=ended.exit_code == 0)
    return ended.exit_code


def roll_back_and_show(endpoint: str, journals: Path, backend: str, *, as_json: bool) -> int:
    """Put the traffic back, tell what was read, and return 0."""
    out, errors = screens()
    with _reached(journals, backend, errors if as_json else out) as (around, client, _, watch):
        restored = roll_back(Site(client, endpoint, around.clock, watch), journals)
    document = {"endpoint": endpoint, "traffic": str(restored.division), "was": str(restored.was), "by": restored.by}
    said = f"{endpoint} has its traffic back, as read from Azure: {restored.division} (it was {restored.was})"
    _tell(out, document, said, as_json=as_json, good=True)
    return 0


def retire_and_show(endpoint: str, journals: Path, backend: str, *, early: bool, as_json: bool) -> int:
    """Delete what was in service, tell it, and return 0."""
    out, errors = screens()
    with _reached(journals, backend, errors if as_json else out) as (around, client, _, watch):
        names = retire(Site(client, endpoint, around.clock, watch), journals, early=early)
    said = f"deleted {', '.join(names)}; there is no way back to what was in service before"
    _tell(out, {"endpoint": endpoint, "deleted": list(names)}, said, as_json=as_json, good=True)
    return 0


@contextmanager
def _reached(
    journals: Path, backend: str, console: Screen
) -> Iterator[tuple[Surroundings, Any, Callable[[str], Any], Watcher]]:
    """Open the backend; yields it with a client of the workspace, what opens registries, and a watcher."""
    INTERRUPTS.check()
    INTERRUPTS.each()
    choice = choose_backend(backend, look_around())
    _made(journals)
    try:
        with open_backend(choice) as around, sdk_noise_to(journals / "sdk.log"), watching(console) as watch:
            spec = around.settled(LifecycleSpec())
            interactive, environ = choice.interactive, around.environ
            clients = around.clients or Clients(credential=find_credential(environ, interactive))
            azure = connect(spec, environ=environ, interactive=interactive, clients=clients)
            yield around, azure.workspace, partial(_registry, clients), Unbreakable(watch)
    except KeyboardInterrupt as error:
        raise Interrupted(
            "stopped by the user",
            where=str(journals),
            remedy="If a promotion had begun, go on with it (--resume), or undo it with `harness gate rollback`.",
        ) from error
    INTERRUPTS.hold()


def _registry(clients: Clients, name: str) -> Any:
    return clients.ml(clients.credential, registry_name=name)


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentMissing(
            "the folder of the journals cannot be made",
            where=str(folder),
            got=error.strerror or type(error).__name__,
            expected="a folder that can be written to",
            remedy="Name another one with --journal.",
        ) from error


def _promoted(ended: Ended) -> str:
    began = ended.course.began
    if ended.outcome == "promoted":
        return f"{began.candidate} ({began.model}:{began.version}) is in service on {began.endpoint}: {ended.detail}"
    where = ended.course.undoing.rung if ended.course.undoing else ""
    at = f" at {where}" if where else ""
    return f"the traffic of {began.endpoint} is back, {ended.course.saved}: {ended.why}{at}: {ended.detail}"


def _tell(out: Screen, document: Mapping[str, Any], said: str, *, as_json: bool, good: bool) -> None:
    if as_json:
        out.file.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        out.file.flush()
        return
    symbols = symbols_for(out.encoding)
    text = Text(f"{symbols.done if good else symbols.failed} {said}", style="bold green" if good else "bold red")
    out.print(text, soft_wrap=not out.is_terminal)
