"""Which backend a run gets, and what it lacks: a decision over plain values, made before anything starts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from harness.decide.ci_job import find_ci_job
from harness.errors import EnvironmentMissing, UsageError, nearest

__all__ = [
    "BACKENDS",
    "DEFAULT_CATALOG",
    "LOCAL_BACKENDS",
    "OFFLINE_BACKENDS",
    "WORKSPACE_VARIABLES",
    "BackendChoice",
    "Machine",
    "choose_backend",
    "choose_backends",
    "refuse_unknown",
]

LOCAL_BACKENDS = ("fake", "emulator")
"""Those that are an Azure ML of their own, which can be looked into."""

OFFLINE_BACKENDS = (*LOCAL_BACKENDS, "replay")
"""Those that need neither account nor network, and cost nothing."""

BACKENDS = (*OFFLINE_BACKENDS, "live")

DEFAULT_CATALOG = "2024-04"
"""The era of a local Azure ML's registries where nothing is said."""

WORKSPACE_VARIABLES = ("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZUREML_WORKSPACE_NAME")
"""Where the workspace is named, in the order of subscription, resource group and workspace."""

_PRINCIPAL = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
_OTHER_CREDENTIALS = (
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_TOKEN_CREDENTIALS",
    "IDENTITY_ENDPOINT",
    "MSI_ENDPOINT",
)
"""What azure-identity reads besides a service principal with a secret (SDK source)."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine offers to a live run.

    terminal: a person can sign in through a browser. signed_in: `az login` has been done.
    config: the workspace's config.json is where `MLClient.from_config` looks.
    """

    environ: Mapping[str, str]
    terminal: bool = False
    signed_in: bool = False
    config: bool = False


@dataclass(frozen=True, slots=True)
class BackendChoice:
    """The backend and why it can be used. interactive: a browser may be opened to sign in.

    catalog and pace are a local Azure ML's: the registries' era, and how long things take. cassette: what to replay.
    """

    name: str
    reason: str
    interactive: bool = False
    catalog: str = DEFAULT_CATALOG
    pace: str = "recorded"
    cassette: str = ""


_PACES = ("recorded", "instant")
_IN_SHORT = {"fake": "an Azure ML in memory", "emulator": "a local Azure ML"}


def choose_backends(asked: Sequence[str] = (), markers: str = "") -> tuple[str, ...]:
    """Return the backends of a test run, for its values of `--backend` and of `-m`.

    Without either the offline ones; Azure only where one of the two names it. UsageError when they exclude each other.
    """
    expression, names = " ".join(markers.split()), tuple(dict.fromkeys(asked))
    if names and ((expression == "live" and "live" not in names) or (expression == "not live" and names == ("live",))):
        raise UsageError(
            f"no scenario can be both {' or '.join(names)} and {expression}",
            where="command line",
            got=f"{' '.join(f'--backend {name}' for name in names)} -m {expression!r}",
            remedy="Leave out one of the two options: -m live alone runs on Azure, --backend alone on what it names.",
        )
    if names:
        return names
    return BACKENDS if re.search(r"(?<!\bnot )\blive\b", expression) else OFFLINE_BACKENDS


def choose_backend(
    name: str,
    machine: Machine,
    *,
    catalog: str | None = None,
    pace: str | None = None,
    cassette: str = "",
    workspace: Sequence[str | None] = (None, None, None),
) -> BackendChoice:
    """Return the choice, or raise UsageError for options that do not fit and EnvironmentMissing for a live run
    that cannot start; workspace holds what the spec says in the place of WORKSPACE_VARIABLES.
    """
    if name not in BACKENDS:
        raise UsageError(
            "there is no such backend",
            where="--backend",
            got=name,
            expected=" or ".join(BACKENDS),
            nearest=nearest(name, BACKENDS, 1),
            remedy="Name one of them, or leave the option out.",
        )
    if name == "replay":
        return BackendChoice(name, f"{cassette} needs neither account nor network", cassette=cassette)
    if name in LOCAL_BACKENDS:
        reason = f"{_IN_SHORT[name]} needs neither account nor network"
        era = DEFAULT_CATALOG if catalog is None else catalog  # "" is no era, and is refused as others are
        return BackendChoice(name, reason, catalog=era, pace=pace or "recorded")
    _refuse_local_options({"--catalog": catalog, "--pace": pace})
    interactive = machine.terminal and not machine.environ.get("CI")
    credentials = _credentials(machine, interactive)
    place = _workspace(machine, workspace)
    return BackendChoice(name, f"credentials from {credentials}, the workspace from {place}", interactive)


def refuse_unknown(choice: BackendChoice, *, eras: Collection[str]) -> None:
    """Raise UsageError for an era or a pace that the chosen local Azure ML does not know."""
    for option, value, known in (("--catalog", choice.catalog, eras), ("--pace", choice.pace, _PACES)):
        if value not in known:
            raise UsageError(
                f"the {choice.name} backend knows no such {option.removeprefix('--')}",
                where=option,
                got=value,
                expected=", ".join(known),
                nearest=nearest(value, known, 1),
                remedy=f"Name one of them, or leave {option} out.",
            )


def _refuse_local_options(options: Mapping[str, str | None]) -> None:
    given = [option for option, value in options.items() if value is not None]
    if given:
        raise UsageError(
            f"{' and '.join(given)} cannot be used with the live backend",
            where="command line",
            remedy="Azure has its own registry and its own pace: leave them out, or use --backend emulator.",
        )


def _credentials(machine: Machine, interactive: bool) -> str:
    """Name where `DefaultAzureCredential` will find credentials."""
    job = find_ci_job(machine.environ)
    if job is not None:
        return job.service
    given = {variable for variable in _PRINCIPAL if machine.environ.get(variable)}
    other = [variable for variable in _OTHER_CREDENTIALS if machine.environ.get(variable)]
    if len(given) == len(_PRINCIPAL):
        return "the environment"
    if "AZURE_CLIENT_SECRET" in given:
        raise _missing("half of a service principal is set", [v for v in _PRINCIPAL if v not in given])
    if other:
        return other[0]
    if machine.signed_in:
        return "the Azure CLI"
    if interactive:
        return "a browser"
    raise _missing(
        "there are no credentials for Azure",
        [variable for variable in _PRINCIPAL if variable not in given],
        "or sign in with `az login`, or name a managed identity's kind in AZURE_TOKEN_CREDENTIALS",
    )


def _workspace(machine: Machine, spec: Sequence[str | None]) -> str:
    """Name where the workspace is said to be, in the lifecycle's own order: spec, config.json, environment."""
    if all(spec):
        return "the spec"
    if machine.config:
        return "config.json"
    missing = [
        variable
        for variable, value in zip(WORKSPACE_VARIABLES, spec, strict=True)
        if not value and not machine.environ.get(variable)
    ]
    if not missing:
        return "the environment"
    raise _missing("no workspace is named", missing, "or put the workspace's config.json into this folder")


def _missing(what: str, variables: Sequence[str], otherwise: str = "") -> EnvironmentMissing:
    names = ", ".join(variables)
    return EnvironmentMissing(
        what,
        where="--backend live",
        expected=names,
        remedy=f"Set {names}{', ' if otherwise else ''}{otherwise}; or run with --backend emulator.",
    )
