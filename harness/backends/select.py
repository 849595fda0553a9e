"""Which backend a run gets, and what it lacks: a decision over plain values, made before anything starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.errors import EnvironmentMissing, UsageError, nearest

__all__ = ["BACKENDS", "OFFLINE_BACKENDS", "WORKSPACE_VARIABLES", "BackendChoice", "Machine", "choose_backend"]

OFFLINE_BACKENDS = ("emulator",)
"""Those that need neither account nor network, and cost nothing."""

BACKENDS = (*OFFLINE_BACKENDS, "live")

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

    catalog and pace are the emulator's: the registries' era, and how long things take.
    """

    name: str
    reason: str
    interactive: bool = False
    catalog: str = "2024-04"
    pace: str = "recorded"


def choose_backend(
    name: str,
    machine: Machine,
    *,
    catalog: str | None = None,
    pace: str | None = None,
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
        )
    if name == "emulator":
        reason = "a local Azure ML needs neither account nor network"
        return BackendChoice(name, reason, catalog=catalog or "2024-04", pace=pace or "recorded")
    _refuse_emulator_options({"--catalog": catalog, "--pace": pace})
    interactive = machine.terminal and not machine.environ.get("CI")
    credentials = _credentials(machine, interactive)
    place = _workspace(machine, workspace)
    return BackendChoice(name, f"credentials from {credentials}, the workspace from {place}", interactive)


def _refuse_emulator_options(options: Mapping[str, str | None]) -> None:
    given = [option for option, value in options.items() if value is not None]
    if given:
        raise UsageError(
            f"{' and '.join(given)} cannot be used with the live backend",
            where="command line",
            remedy="Azure has its own registry and its own pace: leave them out, or use --backend emulator.",
        )


def _credentials(machine: Machine, interactive: bool) -> str:
    """Name where `DefaultAzureCredential` will find credentials."""
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
    """Name where the workspace is said to be."""
    missing = [
        variable
        for variable, value in zip(WORKSPACE_VARIABLES, spec, strict=True)
        if not value and not machine.environ.get(variable)
    ]
    if not missing:
        return "the spec" if all(spec) else "the environment"
    if machine.config:
        return "config.json"
    raise _missing("no workspace is named", missing, "or put the workspace's config.json into this folder")


def _missing(what: str, variables: Sequence[str], otherwise: str = "") -> EnvironmentMissing:
    names = ", ".join(variables)
    return EnvironmentMissing(
        what,
        where="--backend live",
        expected=names,
        remedy=f"Set {names}{', ' if otherwise else ''}{otherwise}; or run with --backend emulator.",
    )
