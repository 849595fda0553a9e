"""`online_endpoints` of a client."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from azure.ai.ml.entities import EndpointAadToken, EndpointAuthKeys, EndpointAuthToken
from azure.ai.ml.exceptions import ErrorTarget, MlException, ValidationErrorType
from azure.core.exceptions import ServiceResponseError
from azure.core.polling import LROPoller

from fakes.ml_client.polling import SELDOM_S
from fakes.ml_client.refusals import Answer, http_error, invalid, not_done_here, reported_by_the_sdk
from fakes.ml_client.scope import Group, nothing
from fakes.ml_client.translate.online import as_endpoint, endpoint_body, without_zeroes
from fakes.world.endpoints import (
    OnlineEndpoint,
    delete_endpoint,
    get_endpoint,
    issue_token,
    put_endpoint,
    regenerate_key,
)
from fakes.world.errors import ServiceError
from fakes.world.scoring import ScoringRequest, serve

_AAD_SCOPE = "https://ml.azure.com/.default"


class EndpointGroup(Group):
    """`client.online_endpoints`."""

    sdk_name = "online_endpoints"

    def list(self, *, local: bool = False) -> Any:
        """Return the endpoints of the workspace."""
        refuse_local(local)
        scope = self._scope
        return scope.paged(
            "OnlineEndpoints_List",
            lambda: list(scope.workspace().endpoints.values()),
            lambda endpoint: as_endpoint(scope.world, scope.workspace(), endpoint),
        )

    def get(self, name: str, *, local: bool = False) -> Any:
        """Return an endpoint; deployments without traffic stand in its traffic with 0."""
        refuse_local(local)
        endpoint = self._read(name)
        for deployment in self._deployments(name):
            if not (endpoint.traffic.get(deployment) or endpoint.mirror_traffic.get(deployment)):
                endpoint.traffic[deployment] = 0
        return endpoint

    def get_keys(self, name: str) -> Any:
        """Return the keys of an endpoint, or a token for it."""
        return self._credentials(self._found(name))

    def begin_create_or_update(self, endpoint: Any, *, local: bool = False) -> LROPoller[Any]:
        """Start to create an endpoint, or to replace all of it but its deployments."""
        refuse_local(local)
        with reported_by_the_sdk():
            return self._put(endpoint)

    def _put(self, endpoint: Any) -> LROPoller[Any]:
        scope, region = self._scope, self._scope.region()
        if endpoint.traffic:
            endpoint.traffic = without_zeroes(endpoint.traffic)
        if endpoint.mirror_traffic:
            endpoint.mirror_traffic = without_zeroes(endpoint.mirror_traffic)
        name, body = endpoint.name, endpoint_body(endpoint, region)
        _, operation = scope.send(
            "OnlineEndpoints_CreateOrUpdate",
            "PUT",
            lambda workspace: put_endpoint(scope.world, workspace, name, body),
        )
        return scope.poller(operation, lambda: self._read(name), every=SELDOM_S)

    def begin_delete(self, name: str | None = None, *, local: bool = False) -> LROPoller[None]:
        """Start to delete an endpoint with its deployments; one that is not there is no failure."""
        refuse_local(local)
        scope = self._scope
        operation = scope.send(
            "OnlineEndpoints_Delete",
            "DELETE",
            lambda workspace: delete_endpoint(scope.world, workspace, str(name)),
        )
        return scope.poller(operation, nothing)

    def begin_regenerate_keys(self, name: str, *, key_type: str = "primary") -> LROPoller[None]:
        """Start to replace the primary or the secondary key."""
        scope, endpoint = self._scope, self._found(name)
        if endpoint.auth_mode != "Key":
            raise invalid(f"Endpoint '{name}' does not use keys for authentication.", ErrorTarget.ONLINE_ENDPOINT)
        self._keys(endpoint)
        if key_type.lower() not in ("primary", "secondary"):
            raise invalid("Key type must be 'primary' or 'secondary'.", ErrorTarget.ONLINE_ENDPOINT)
        operation = scope.send(
            "OnlineEndpoints_RegenerateKeys",
            "POST",
            lambda workspace: regenerate_key(scope.world, workspace, endpoint, key_type),
        )
        return scope.poller(operation, nothing, poll="OperationResults_Get", every=SELDOM_S)

    def invoke(
        self,
        endpoint_name: str,
        *,
        request_file: str | None = None,
        deployment_name: str | None = None,
        input_data: Any = None,
        params_override: Any = None,
        local: bool = False,
    ) -> str:
        """Send the JSON of a file to an endpoint and return the text of its answer.

        input_data and params_override are taken and not used, as in the SDK.
        """
        del input_data, params_override
        body = json.loads(Path(request_file).read_bytes())  # type: ignore[arg-type]
        refuse_local(local)
        if deployment_name:
            self._refuse_unknown(endpoint_name, deployment_name)
        endpoint = self._found(endpoint_name)
        keys = self._credentials(endpoint)
        if not endpoint.born:
            raise ServiceResponseError("Invalid URL 'None': No scheme supplied.")  # there is no scoring URI yet
        secret = keys.primary_key if isinstance(keys, EndpointAuthKeys) else keys.access_token
        asked = ScoringRequest(
            "POST", "/score", f"Bearer {secret}" if secret else "", deployment_name or "", json.dumps(body).encode()
        )
        return self._scored(endpoint, asked)

    def _scored(self, endpoint: OnlineEndpoint, asked: ScoringRequest) -> str:
        """Carry a scoring request; what is no success is raised as the SDK's invoke does."""
        scope = self._scope

        def score() -> Answer:
            try:
                scored = serve(scope.world, endpoint.name, endpoint.region, asked)
            except ServiceError as error:
                return Answer(error.status, error.message)  # the gateway answers in plain text
            if scored.status == 200:
                return Answer(scored.status, scored.reply.text())
            return Answer(scored.status, scored.reply.value)

        answer = scope.ask("Scoring_Score", "POST", score)
        if answer.status_code == 200:
            return answer.text()
        if isinstance(answer.body, str):
            raise MlException(message=answer.body, no_personal_data_message=answer.body)
        raise http_error(answer)

    def _refuse_unknown(self, endpoint_name: str, deployment_name: str) -> None:
        known = self._deployments(endpoint_name)
        if deployment_name not in known:
            message = f"Deployment name {deployment_name} not found for this endpoint"
            raise invalid(
                message if known else "No deployment exists for this endpoint",
                ErrorTarget.ONLINE_ENDPOINT,
                ValidationErrorType.RESOURCE_NOT_FOUND,
            )

    def _deployments(self, name: str) -> Sequence[str]:
        return self._scope.send(
            "OnlineDeployments_List",
            "GET",
            lambda workspace: [found.name for found in get_endpoint(workspace, name).deployments.values()],
        )

    def _found(self, name: str) -> OnlineEndpoint:
        return self._scope.send("OnlineEndpoints_Get", "GET", lambda workspace: get_endpoint(workspace, name))

    def _read(self, name: str) -> Any:
        world = self._scope.world
        return self._scope.send(
            "OnlineEndpoints_Get",
            "GET",
            lambda workspace: as_endpoint(world, workspace, get_endpoint(workspace, name)),
        )

    def _credentials(self, endpoint: OnlineEndpoint) -> Any:
        if endpoint.auth_mode == "Key":
            return self._keys(endpoint)
        if endpoint.auth_mode == "AADToken":
            return EndpointAadToken(self._scope.credential.get_token(_AAD_SCOPE))
        world = self._scope.world
        token = self._scope.ask("OnlineEndpoints_GetToken", "POST", lambda: issue_token(world, endpoint))
        return EndpointAuthToken(
            access_token=token.text,
            expiry_time_utc=int(token.expires.timestamp()),
            refresh_after_time_utc=int(token.refresh_after.timestamp()),
            token_type="Bearer",
        )

    def _keys(self, endpoint: OnlineEndpoint) -> Any:
        keys = self._scope.ask(
            "OnlineEndpoints_ListKeys", "POST", lambda: (endpoint.primary_key, endpoint.secondary_key)
        )
        return EndpointAuthKeys(primary_key=keys[0], secondary_key=keys[1])


def refuse_local(local: bool | None) -> None:
    """Refuse endpoints in Docker on this machine."""
    if local:
        raise not_done_here("local=True: endpoints in Docker on this machine are not doubled")
