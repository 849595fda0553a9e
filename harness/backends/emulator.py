"""A local Azure ML in the place of Azure: in this process, or on a socket for others."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from fakes.catalogue import ERAS
from fakes.emulator import Emulator
from fakes.emulator.serving import AzureSite, Head, Journal, Server, Settings, as_exports
from harness.backends.select import DEFAULT_CATALOG, BackendChoice, refuse_unknown
from harness.backends.surroundings import Surroundings
from harness.errors import EnvironmentMissing, UsageError, excerpt

__all__ = ["ServeRequest", "Served", "as_exports", "open_emulator", "served_emulator"]


@contextmanager
def open_emulator(choice: BackendChoice) -> Iterator[Surroundings]:
    """Answer Azure's hosts in this process; UsageError for an era or a pace that the emulator does not know.

    Inside the block the environment holds the variables by which `DefaultAzureCredential` and the lifecycle
    find this Azure, as they would find the other one.
    """
    refuse_unknown(choice, eras=ERAS)
    with Emulator(catalog=choice.catalog, pace=choice.pace, seed=0) as azure:
        yield Surroundings(
            "emulator",
            azure.clock,
            os.environ,
            calls=lambda: len(azure.calls),
            azure=azure,
            workspace=azure.workspace_ids,
        )


@dataclass(frozen=True, slots=True)
class ServeRequest:
    """What to serve and where; None of catalog, pace, seed and cloud says nothing, so a state file decides.

    time_scale: virtual seconds for each real second. state: the file to resume from and to write to.
    """

    host: str = "127.0.0.1"
    port: int = 0
    catalog: str | None = None
    pace: str | None = None
    seed: int | None = None
    cloud: str | None = None
    time_scale: float = 60.0
    state: Path | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A local Azure ML that is being served.

    environment: what another process must have in its environment. workspace: the ids of its first workspace, as a
    config.json has them. told: what there is to say about how it came to be, such as what was resumed.
    """

    address: str
    environment: Mapping[str, str]
    workspace: Mapping[str, str]
    told: Sequence[str] = ()


@contextmanager
def served_emulator(request: ServeRequest) -> Iterator[Served]:
    """Serve a local Azure ML on a socket inside the block, for other processes.

    UsageError for what cannot be served or resumed, EnvironmentMissing when nothing can listen there.
    """
    with ExitStack() as stack:
        journal = stack.enter_context(closing(Journal(request.state))) if request.state else None
        site = AzureSite(_settings(request, journal.head if journal else None), journal)
        stack.callback(site.close)
        server = stack.enter_context(_listening(site, request))
        bundle = _bundle(request, stack)
        bundle.write_text(site.certificates.authority, encoding="ascii")
        address = f"http://{_reachable(request.host)}:{server.server_port}"
        site.reached_at(address, str(bundle.resolve()))
        yield Served(address, site.variables, site.workspace_ids, tuple(_told(site, request.state)))


def _settings(request: ServeRequest, kept: Head | None) -> Settings:
    """Return what is served: what the request says, what a state file says, else the defaults; UsageError if both
    say something else.
    """
    catalog = DEFAULT_CATALOG if request.catalog is None else request.catalog
    choice = BackendChoice("emulator", "", catalog=catalog, pace=request.pace or "recorded")
    refuse_unknown(choice, eras=ERAS)
    asked = {name: getattr(request, name) for name in ("catalog", "pace", "seed", "cloud")}
    given = {name: value for name, value in asked.items() if value is not None}
    held = {name: getattr(kept, name) for name in asked} if kept else {}
    for name, value in given.items():
        if held and held[name] != value:
            raise UsageError(
                f"the state file is of another {name}",
                where=f"--{name}",
                got=str(value),
                expected=str(held[name]),
                remedy=f"Leave --{name} out to resume it, or name another state file to begin anew.",
            )
    if not re.fullmatch(r"[A-Za-z]\w*", given.get("cloud", "AzureCloud")):
        raise UsageError(
            "the cloud's name cannot be used",
            where="--cloud",
            got=excerpt(request.cloud) or "''",
            expected="a word, such as LocalAzureML",
            remedy="Choose another name, or leave --cloud out for public Azure's.",
        )
    settings = Settings(**{**given, **held}, time_scale=request.time_scale)
    if request.host in settings.own:
        return settings
    return replace(settings, own=(*settings.own, request.host), any_name=True)


def _listening(site: AzureSite, request: ServeRequest) -> Server:
    try:
        return Server(site, site.certificates, request.host, request.port)
    except (OSError, OverflowError) as error:
        raise EnvironmentMissing(
            "the server cannot listen there",
            where="--host, --port",
            got=f"{request.host}:{request.port}: {getattr(error, 'strerror', None) or error}",
            expected="an address of this machine, and a port that is free",
            remedy="Stop what listens there, or leave --port out: any free port is taken, and told.",
        ) from error


def _bundle(request: ServeRequest, stack: ExitStack) -> Path:
    """Return where clients find the authority: beside the state, since a resumed server has the same one."""
    if request.state:
        return request.state.with_name(f"{request.state.name}.pem")
    return Path(stack.enter_context(TemporaryDirectory(prefix="local-azure-ml-"))) / "ca.pem"


def _reachable(host: str) -> str:
    """Return the host as clients on this machine write it: one can listen on every address, and talk to one only."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _told(site: AzureSite, state: Path | None) -> Iterator[str]:
    resumed = site.resumed
    if resumed is None:
        if state:
            yield f"{state} is new: what is asked from now on is kept there"
        return
    now = site.clock.now().isoformat(sep=" ", timespec="seconds")
    yield f"{state}: {resumed.requests} requests carried out again; virtual time goes on from {now}"
    if resumed.dropped:
        yield f"{state}: the last record was cut short, and is dropped ({resumed.dropped} bytes)"
    if resumed.otherwise:
        yield f"{state}: {resumed.otherwise} requests were answered otherwise than then; another version wrote the file"
