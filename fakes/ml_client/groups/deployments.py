"""`online_deployments` of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure.ai.ml.entities import DefaultScaleSettings
from azure.ai.ml.exceptions import ErrorTarget
from azure.core.polling import LROPoller

from fakes.ml_client.groups.endpoints import refuse_local
from fakes.ml_client.polling import OFTEN_S, SELDOM_S
from fakes.ml_client.references import resolve, resolve_code
from fakes.ml_client.refusals import invalid, not_done_here, reported_by_the_sdk
from fakes.ml_client.scope import Group, nothing
from fakes.ml_client.translate.online import as_deployment, check_name, deployment_body
from fakes.world.deployment_log import CONTAINERS
from fakes.world.deployments import delete_deployment, get_deployment, put_deployment
from fakes.world.endpoints import get_endpoint

if TYPE_CHECKING:
    from fakes.ml_client.client import FakeMLClient

_CONTAINERS = dict(zip(("inference-server", "storage-initializer"), CONTAINERS, strict=True))


class DeploymentGroup(Group):
    """`client.online_deployments`."""

    sdk_name = "online_deployments"

    def __init__(self, client: FakeMLClient) -> None:
        super().__init__(client.scope)
        self._client = client

    def get(self, name: str, endpoint_name: str, *, local: bool | None = False) -> Any:
        """Return a deployment."""
        refuse_local(local)
        world = self._scope.world
        return self._scope.send(
            "OnlineDeployments_Get",
            "GET",
            lambda workspace: as_deployment(
                world,
                workspace,
                get_endpoint(workspace, endpoint_name),
                get_deployment(workspace, endpoint_name, name),
            ),
        )

    def list(self, endpoint_name: str, *, local: bool = False) -> Any:
        """Return the deployments of an endpoint."""
        refuse_local(local)
        scope = self._scope
        return scope.paged(
            "OnlineDeployments_List",
            lambda: list(get_endpoint(scope.workspace(), endpoint_name).deployments.values()),
            lambda found: as_deployment(
                scope.world, scope.workspace(), get_endpoint(scope.workspace(), endpoint_name), found
            ),
        )

    def begin_create_or_update(
        self,
        deployment: Any,
        *,
        local: bool = False,
        vscode_debug: bool = False,
        skip_script_validation: bool = False,
        local_enable_gpu: bool = False,
    ) -> LROPoller[Any]:
        """Start to create a deployment or to replace it; what it is made of is registered first."""
        refuse_local(local)
        del skip_script_validation  # scoring scripts are not looked into
        if vscode_debug or local_enable_gpu:
            raise not_done_here("vscode_debug and local_enable_gpu: they are for local deployments")
        with reported_by_the_sdk():
            return self._put(deployment)

    def _put(self, deployment: Any) -> LROPoller[Any]:
        scope, name, endpoint = self._scope, deployment.name, deployment.endpoint_name
        scope.send("OnlineEndpoints_Get", "GET", lambda workspace: get_endpoint(workspace, endpoint))
        body = self._body(deployment)
        _, operation = scope.send(
            "OnlineDeployments_CreateOrUpdate",
            "PUT",
            lambda workspace: put_deployment(scope.world, workspace, endpoint, name, body),
        )
        return scope.poller(operation, lambda: self.get(name, endpoint), every=OFTEN_S)

    def begin_delete(self, name: str, endpoint_name: str, *, local: bool | None = False) -> LROPoller[None]:
        """Start to delete a deployment; one that is not there is no failure."""
        refuse_local(local)
        scope = self._scope
        operation = scope.send(
            "OnlineDeployments_Delete",
            "DELETE",
            lambda workspace: delete_deployment(scope.world, workspace, endpoint_name, name),
        )
        return scope.poller(operation, nothing, every=SELDOM_S)

    def get_logs(
        self,
        name: str,
        endpoint_name: str,
        lines: int,
        *,
        container_type: str | None = None,
        local: bool = False,
    ) -> str:
        """Return status, events and the last lines of a container's log."""
        refuse_local(local)
        if container_type and container_type not in _CONTAINERS:
            message = f"Invalid container type '{container_type}'. Supported: {', '.join(_CONTAINERS)}."
            raise invalid(message, ErrorTarget.ONLINE_DEPLOYMENT)
        container = _CONTAINERS.get(container_type or "", CONTAINERS[0])
        return self._scope.send(
            "OnlineDeployments_GetLogs",
            "POST",
            lambda workspace: get_deployment(workspace, endpoint_name, name).log.text(container, lines),
        )

    def _body(self, deployment: Any) -> dict[str, Any]:
        code = deployment.code_configuration
        if code is not None:
            code.code = resolve_code(self._client, code.code, deployment.base_path)
        deployment.environment = resolve(self._client, "environments", deployment.environment)
        deployment.model = resolve(self._client, "models", deployment.model)
        self._scope.region()
        check_name(deployment.name, "a deployment", ErrorTarget.DEPLOYMENT)
        if deployment.scale_settings and not isinstance(deployment.scale_settings, DefaultScaleSettings):
            message = "ManagedOnlineEndpoint supports DefaultScaleSettings only."
            raise invalid(message, ErrorTarget.ONLINE_DEPLOYMENT)
        return deployment_body(
            deployment,
            model=deployment.model,
            environment=deployment.environment,
            code=code.code if code is not None else None,
        )
