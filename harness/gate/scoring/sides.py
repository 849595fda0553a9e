"""What is compared: two deployments of an endpoint, as Azure ML describes them, and how to reach them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from azure.core.exceptions import AzureError, ResourceNotFoundError

from harness.errors import EnvironmentMissing, UsageError, nearest
from harness.gate.evidence.assets import asset_of
from harness.gate.evidence.records import Side
from harness.gate.scoring.posting import Authorisation, Target

__all__ = ["DIGEST_TAG", "describe", "model_digest"]

DIGEST_TAG = "sha256"
"""Tag of a model version that holds the sha256 of its files, where whoever registered it has computed one."""


def describe(client: Any, endpoint: str, deployment: str, now: Callable[[], datetime]) -> tuple[Side, Target]:
    """Return a deployment as the evidence names it, and the way to it.

    client: of the workspace, as `MLClient`. UsageError for an endpoint or a deployment that is not there,
    EnvironmentMissing when Azure ML does not say.
    """
    found = _asked(lambda: client.online_endpoints.get(endpoint), "--endpoint", endpoint, _names(client, None))
    if not found.scoring_uri:
        raise _not_ready(endpoint)
    known = _names(client, endpoint)
    deployed = _asked(
        lambda: client.online_deployments.get(deployment, endpoint_name=endpoint), "deployment", deployment, known
    )
    model = str(getattr(deployed.model, "id", None) or deployed.model or "")
    asset = asset_of(model)
    side = Side(
        endpoint=endpoint,
        deployment=deployment,
        model=model,
        version=asset.version if asset else "",
        digest=model_digest(client, model),
        environment=str(getattr(deployed.environment, "id", None) or deployed.environment or ""),
        instance_type=str(getattr(deployed, "instance_type", None) or ""),
        instance_count=int(getattr(deployed, "instance_count", None) or 0),
    )
    authorisation = Authorisation(partial(client.online_endpoints.get_keys, endpoint), now)
    return side, Target(str(found.scoring_uri), deployment, authorisation)


def model_digest(client: Any, model: str) -> str:
    """Return what a verdict on a model binds to, 64 hexadecimal digits.

    The tag `sha256` of the model's version where there is one. Else the sha256 of the version's record (id, path, type,
    instant of its creation): Azure ML hands out no hash of the files, and a version's files never change.
    """
    asset = asset_of(model)
    record: dict[str, str] = {"id": model}
    if asset and "/registries/" not in model:
        try:
            found = client.models.get(asset.name, version=asset.version)
        except AzureError as error:
            raise _unsaid(f"the model {asset.name} version {asset.version}", error) from error
        tagged = str((found.tags or {}).get(DIGEST_TAG, "")).removeprefix("sha256:").lower()
        if re.fullmatch("[0-9a-f]{64}", tagged):
            return tagged
        created = getattr(getattr(found, "creation_context", None), "created_at", None)
        record |= {"path": str(found.path), "type": str(found.type), "created": str(created)}
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def _asked(get: Callable[[], Any], where: str, name: str, known: Callable[[], list[str]]) -> Any:
    try:
        return get()
    except ResourceNotFoundError as error:
        names = known()
        raise UsageError(
            f"there is no {where.removeprefix('--')} {name}",
            where=where,
            got=name,
            expected=f"one of {', '.join(names)}" if names else "",
            nearest=nearest(name, names),
            remedy="Name one that is deployed in this workspace.",
        ) from error
    except AzureError as error:
        raise _unsaid(f"the {where.removeprefix('--')} {name}", error) from error


def _names(client: Any, endpoint: str | None) -> Callable[[], list[str]]:
    """Return what lists the names that there are; a list that cannot be had is empty."""

    def names() -> list[str]:
        try:
            listed = client.online_deployments.list(endpoint) if endpoint else client.online_endpoints.list()
            return sorted(each.name for each in listed)
        except AzureError:
            return []

    return names


def _not_ready(endpoint: str) -> UsageError:
    return UsageError(
        f"endpoint {endpoint} has no scoring address yet",
        where="--endpoint",
        got=endpoint,
        expected="an endpoint that is created",
        remedy="Wait until it is Succeeded, and run again.",
    )


def _unsaid(what: str, error: AzureError) -> EnvironmentMissing:
    return EnvironmentMissing(
        f"Azure ML does not describe {what}",
        where="score",
        got=" ".join(str(error.message or error).split())[:300],
        remedy="Look at the credentials and at the workspace's name, and run again.",
    )
