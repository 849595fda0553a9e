"""Endpoints and deployments live alike on the double and on the emulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from azure.ai.ml.entities import CodeConfiguration, Environment, Model
from local_files import deploy, make_endpoint
from twins import Twin, agreed, on_both


def test_an_endpoint_lives_the_same_life(files: Path) -> None:
    """Created, deployed to, given traffic, read, listed, and deleted, at the same instants."""

    def life(twin: Twin) -> Any:
        endpoints, deployments = twin.workspace.online_endpoints, twin.workspace.online_deployments
        seen = [make_endpoint(twin), deploy(twin), endpoints.get("ep-1")]
        seen[2].traffic = {"blue": 100}
        seen += [endpoints.begin_create_or_update(seen[2]).result(), endpoints.get("ep-1")]
        seen += [deployments.get("blue", "ep-1"), list(endpoints.list()), list(deployments.list("ep-1"))]
        seen[3].traffic = {"blue": 0}
        seen.append(endpoints.begin_create_or_update(seen[3]).result())
        deployments.begin_delete("blue", "ep-1").wait()
        seen.append(endpoints.get("ep-1"))
        endpoints.begin_delete("ep-1").wait()
        return [seen, list(endpoints.list()), twin.azure.clock.now(), twin.azure.clock.slept]

    agreed(life)


def test_answers_and_logs_are_the_same(files: Path) -> None:
    """A deployment answers in the same words, and both containers' logs tell of it."""

    def ask(twin: Twin) -> Any:
        make_endpoint(twin)
        deploy(twin)
        endpoints, logs = twin.workspace.online_endpoints, twin.workspace.online_deployments.get_logs
        answer = endpoints.invoke("ep-1", deployment_name="blue", request_file="request.json")
        started = logs("blue", "ep-1", 50, container_type="storage-initializer")
        return [answer, logs("blue", "ep-1", 5), started]

    agreed(ask)


def test_keys_are_replaced_one_at_a_time(files: Path) -> None:
    """Regenerating the secondary key leaves the primary one, on both."""

    def change(twin: Twin) -> Any:
        make_endpoint(twin)
        before = twin.workspace.online_endpoints.get_keys("ep-1")
        twin.workspace.online_endpoints.begin_regenerate_keys("ep-1", key_type="secondary").wait()
        after = twin.workspace.online_endpoints.get_keys("ep-1")
        return [before.primary_key == after.primary_key, before.secondary_key == after.secondary_key]

    assert on_both(change) == ([True, False], [True, False])


def test_tokens_open_an_endpoint(files: Path) -> None:
    """An endpoint with Entra authentication is called with the credential's token, the other kind with its own."""

    def ask(twin: Twin) -> Any:
        make_endpoint(twin, auth_mode="aad_token")
        deploy(twin)
        make_endpoint(twin, auth_mode="aad_token", traffic={"blue": 100})
        answer = twin.workspace.online_endpoints.invoke("ep-1", request_file="request.json")
        make_endpoint(twin, name="ep-2", auth_mode="aml_token")
        token = twin.workspace.online_endpoints.get_keys("ep-2")
        return [answer, token.token_type, token.expiry_time_utc, token.refresh_after_time_utc]

    agreed(ask)


def test_what_a_deployment_is_made_of_is_registered_alike(files: Path) -> None:
    """Model, environment and code stand inside the deployment, and become assets of the workspace."""

    def build(twin: Twin) -> Any:
        make_endpoint(twin)
        made = deploy(
            twin,
            model=Model(name="c1", path="rows.jsonl"),
            environment=Environment(name="e9", image="img"),
            code_configuration=CodeConfiguration(code="src", scoring_script="main.py"),
        )
        return [made, list(twin.workspace.models.list("c1")), list(twin.workspace.environments.list("e9"))]

    agreed(build)
