"""The step connect: credentials, the workspace, the registry, and a run id that makes names unique."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from azure.ai.ml.exceptions import ValidationException
from azure.core.exceptions import AzureError, ClientAuthenticationError, ResourceNotFoundError
from azure.identity import DefaultAzureCredential, InteractiveBrowserCredential

from harness.decide.sign_in import explain_sign_in, skew
from harness.errors import EnvironmentMissing, excerpt
from harness.lifecycle.clients import SCOPE, Clients
from harness.lifecycle.federated import federated_credential
from harness.lifecycle.refusals import reason
from harness.lifecycle.waiting import RealClock
from harness.spec import LifecycleSpec
from harness.spec.document import WorkspaceSection

__all__ = [
    "Connection",
    "Home",
    "connect",
    "connect_workspace",
    "find_credential",
    "find_registry",
    "find_workspace",
    "new_run_id",
    "workspace_ids",
]

_VARIABLES = {
    "subscription_id": "AZURE_SUBSCRIPTION_ID",
    "resource_group": "AZURE_RESOURCE_GROUP",
    "workspace_name": "AZUREML_WORKSPACE_NAME",
}


Now = Callable[[], datetime]
"""Tells the time of this machine, or of the local Azure in its place."""


@dataclass(frozen=True, slots=True)
class Home:
    """A workspace that answers. source: where its ids come from."""

    client: Any
    location: str
    tracking_uri: str
    source: str

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        return {
            "workspace": f"{self.client.workspace_name} in {self.client.resource_group_name} ({self.location})",
            "subscription": self.client.subscription_id,
            "found by": self.source,
        }


@dataclass(frozen=True, slots=True)
class Connection:
    """Clients of the workspace and of the registry, seen to work; `mlflow()` opens the one of its metrics."""

    workspace: Any
    registry: Any
    mlflow: Callable[[], AbstractContextManager[Any]]
    facts: Mapping[str, str]


def connect(
    spec: LifecycleSpec,
    *,
    environ: Mapping[str, str],
    interactive: bool,
    clients: Clients | None = None,
    now: Now | None = None,
) -> Connection:
    """Return clients that have been seen to work; EnvironmentMissing says what is not there."""
    clients = clients or Clients()
    credential = clients.credential or find_credential(environ, interactive)
    home = find_workspace(clients, credential, spec.workspace, environ, now or RealClock().now)
    registry = find_registry(clients, credential, spec.model.registry)
    facts = {**home.facts, "credential": type(credential).__name__, "registry": spec.model.registry}
    return Connection(home.client, registry, partial(clients.mlflow, home.tracking_uri, credential), facts)


def find_workspace(
    clients: Clients, credential: Any, section: WorkspaceSection, environ: Mapping[str, str], now: Now
) -> Home:
    """Return the workspace that is meant, seen to be there; EnvironmentMissing when it is not, or not known.

    Its ids, each from the first place that has it: the spec (options included), the config.json that the SDK finds in
    this folder or above, the environment. now: compared with Azure's clock when a token is refused.
    """
    client, source = _workspace_client(clients.ml, credential, section, environ)
    workspace = _verified(client, source, now)
    return Home(client, str(workspace.location), str(workspace.mlflow_tracking_uri), source)


def connect_workspace(
    spec: LifecycleSpec, *, environ: Mapping[str, str], interactive: bool, clients: Clients | None = None
) -> Any:
    """As `connect`, for who needs the workspace only: return its client."""
    clients = clients or Clients()
    credential = clients.credential or find_credential(environ, interactive)
    return find_workspace(clients, credential, spec.workspace, environ, RealClock().now).client


def find_credential(environ: Mapping[str, str], interactive: bool) -> Any:
    """Return a credential that has issued a token: the CI job's own, the default chain, a browser for a person.

    A browser is opened only when `interactive`, and never where CI is set.
    """
    candidates: list[Callable[[], Any]] = [partial(federated_credential, environ), DefaultAzureCredential]
    if interactive and not environ.get("CI"):
        candidates.append(InteractiveBrowserCredential)
    answers = []
    for candidate in candidates:
        name = getattr(candidate, "__name__", "the CI job's identity")
        try:
            credential = candidate()
            if credential is None:
                continue
            credential.get_token(SCOPE)
        except (AzureError, ValueError) as error:  # ValueError: variables that hold no tenant or client id
            said = reason(error) if isinstance(error, AzureError) else str(error)
            answers.append(f"{name} ({said})")
        else:
            return credential
    said = "; ".join(answers)
    refusal = explain_sign_in(said)
    raise EnvironmentMissing(
        "no Azure credential works" if refusal is None else f"no Azure credential works: {refusal.what}",
        where="connect",
        got=said,
        expected=f"a token for {SCOPE}",
        remedy="Run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; "
        "without Azure, use --backend emulator."
        if refusal is None
        else refusal.remedy,
    )


def new_run_id(now: datetime, salt: str) -> str:
    """Return seconds since 1970, as in the published notebook, and four digits that tell `salt`s apart.

    Two runs of one second get different ids when their salts differ. 15 characters, valid in any name.
    """
    return f"{int(now.timestamp())}-{hashlib.sha256(salt.encode()).hexdigest()[:4]}"


def _workspace_client(
    ml_client: Any, credential: Any, section: WorkspaceSection, environ: Mapping[str, str]
) -> tuple[Any, str]:
    """Return a client, and where its ids come from."""
    given = {key: value for key, value in section.model_dump().items() if value}
    from_file = None if len(given) == len(_VARIABLES) else _from_config(ml_client, credential)
    if from_file is not None and not given:
        return from_file, "config.json"
    in_file = {} if from_file is None else workspace_ids(from_file)
    in_environment = {key: environ[name] for key, name in _VARIABLES.items() if environ.get(name)}
    layers = {"spec": given, "config.json": in_file, "environment": in_environment}
    ids = {key: (place, layer[key]) for place, layer in reversed(layers.items()) for key in layer}
    missing = [key for key in _VARIABLES if key not in ids]
    if missing:
        raise _incomplete(missing, {key: place for key, (place, _) in ids.items()})
    subscription, group, name = (ids[key][1] for key in _VARIABLES)
    places = ", ".join(dict.fromkeys(place for place, _ in ids.values()))
    return ml_client(credential, subscription, group, name, show_progress=False), places


def workspace_ids(client: Any) -> dict[str, str]:
    """Return the ids of a client's workspace, by the spec's names."""
    values = (client.subscription_id, client.resource_group_name, client.workspace_name)
    return dict(zip(_VARIABLES, values, strict=True))


def _from_config(ml_client: Any, credential: Any) -> Any:
    """Return a client by the SDK's own search for config.json, or None where there is none."""
    try:
        return ml_client.from_config(credential, show_progress=False)
    except ValidationException as error:
        if "could not find" in str(error):
            return None
        raise _unusable_config(str(error)) from error
    except (ValueError, IndexError, AttributeError, OSError) as error:  # no JSON, no object, an odd Scope
        raise _unusable_config(str(error)) from error


def _unusable_config(problem: str) -> EnvironmentMissing:
    return EnvironmentMissing(
        "the config.json that the SDK finds in this folder or above cannot be used",
        where="connect",
        got=" ".join(problem.split()),
        expected='{"subscription_id": ..., "resource_group": ..., "workspace_name": ...}',
        remedy="Correct or remove it, or give all three ids in [workspace] of the spec.",
    )


def _incomplete(missing: list[str], known: Mapping[str, str]) -> EnvironmentMissing:
    variables = ", ".join(_VARIABLES[key] for key in missing)
    return EnvironmentMissing(
        f"the workspace is not known: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing",
        where="connect",
        got=", ".join(f"{key} from {place}" for key, place in known.items()) or "no id at all",
        expected=", ".join(_VARIABLES),
        remedy=f"Set {variables}, or the keys in [workspace] of the spec, or put a config.json of the "
        "workspace into this folder; without Azure, use --backend emulator.",
    )


def _verified(client: Any, source: str, now: Now) -> Any:
    """Return the workspace as Azure describes it; source: where its ids come from."""
    try:
        return client.workspaces.get(client.workspace_name)
    except ResourceNotFoundError as error:
        what = f"there is no workspace {client.workspace_name} in resource group {client.resource_group_name}"
        raise _unreachable(what, error, f"Check the ids of the workspace, which come from: {source}.") from error
    except ClientAuthenticationError as error:
        raise _refused_token(error, now()) from error
    except AzureError as error:
        what = f"the workspace {client.workspace_name} cannot be reached"
        raise _unreachable(what, error, "Check the ids, the network and your role in it.") from error


def _refused_token(error: ClientAuthenticationError, now: datetime) -> EnvironmentMissing:
    """Say why a token was not accepted: clocks that are apart are told by the answer's own date."""
    what = "Azure does not accept the token that was issued for it"
    apart = skew(date, now) if (date := _date_of(error)) is not None else ""
    again = "Sign in again, with `az login` or a new AZURE_CLIENT_SECRET"
    if apart:
        return _unreachable(f"{what}: {apart}", error, f"Set this machine's clock. {again}, if that does not help.")
    return _unreachable(what, error, f"{again}; check this machine's clock.")


def _date_of(error: ClientAuthenticationError) -> datetime | None:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return parsedate_to_datetime(headers.get("Date") or "")
    except ValueError:
        return None


def find_registry(clients: Clients, credential: Any, name: str) -> Any:
    """Return a client of a registry that has been seen to be there; EnvironmentMissing when it is not."""
    try:
        return clients.ml(credential, registry_name=name, show_progress=False)
    except AzureError as error:
        what = f"the registry {excerpt(name)} cannot be reached"
        raise _unreachable(what, error, "Set model.registry in the spec, such as azureml.") from error


def _unreachable(what: str, error: AzureError, remedy: str) -> EnvironmentMissing:
    return EnvironmentMissing(what, where="connect", got=reason(error), remedy=remedy)
