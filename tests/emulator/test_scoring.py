"""Scoring requests over HTTP: through the SDK's `invoke`, and bare."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.ai.ml import MLClient
from azure.ai.ml.constants._endpoint import EndpointInvokeFields
from azure.ai.ml.exceptions import MlException
from azure.core.exceptions import HttpResponseError
from deployable import ANSWER, ENDPOINT, QUESTION, client_of, deployment, make_endpoint, register

from fakes.emulator import Emulator

HOST = f"https://{ENDPOINT}.eastus2.inference.ml.azure.com"
ASKED = {"input_data": {"input_string": [[{"role": "user", "content": QUESTION}]], "parameters": {}}}


@pytest.fixture
def azure() -> Iterator[Emulator]:
    """A local Azure ML where everything takes a second."""
    with Emulator(pace="instant") as azure:
        yield azure


@pytest.fixture
def client(azure: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MLClient:
    """A client of a workspace whose endpoint has `blue`, with all traffic, and `green`.

    The SDK keeps the headers of one `invoke` for the next ones, in every client of the process (SDK source).
    """
    monkeypatch.setattr(EndpointInvokeFields, "DEFAULT_HEADER", {"Content-Type": "application/json"})
    client = client_of(azure)
    make_endpoint(client)
    model = register(client, tmp_path)
    for name in ("blue", "green"):
        client.online_deployments.begin_create_or_update(deployment(model, name)).result()
    make_endpoint(client, traffic={"blue": 100})
    return client


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    """The tutorial's request."""
    path = tmp_path / "request.json"
    path.write_text(json.dumps(ASKED))
    return path


def post(client: MLClient, body: Any = ASKED, method: str = "POST", path: str = "/score", **headers: str) -> Any:
    """Send a bare request with the primary key, unless `headers` say otherwise."""
    key = client.online_endpoints.get_keys(ENDPOINT).primary_key
    sent = {"Authorization": f"Bearer {key}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return requests.request(method, HOST + path, json=body, headers=sent, timeout=5)


def test_fine_tuned_model_answers(client: MLClient, request_file: Path) -> None:
    """`invoke` returns what the deployed model says, as one row for each conversation (SDK source)."""
    text = client.online_endpoints.invoke(ENDPOINT, request_file=str(request_file))

    assert json.loads(text) == [{"0": ANSWER}]


def test_answer_has_the_recorded_headers(client: MLClient) -> None:
    """The gateway names itself, the deployment and the run of the model (recorded 2022)."""
    headers = post(client).headers

    assert headers["azureml-model-deployment"] == "blue"
    assert headers["Content-Type"] == "application/json"
    assert headers["Server"] == "azureml-frontdoor"
    assert headers["x-ms-run-function-failed"] == "False"
    assert {"x-ms-run-fn-exec-ms", "X-Request-ID"} <= set(headers)


def test_named_deployment_answers(client: MLClient, request_file: Path, azure: Emulator) -> None:
    """`deployment_name` picks a deployment without traffic."""
    client.online_endpoints.invoke(ENDPOINT, request_file=str(request_file), deployment_name="green")

    assert "POST /score 200" in client.online_deployments.get_logs("green", ENDPOINT, lines=1)


def test_traffic_is_shared(client: MLClient) -> None:
    """With 70 and 30 percent, seven of ten requests go to the first."""
    make_endpoint(client, traffic={"blue": 70, "green": 30})

    answered = Counter(post(client).headers["azureml-model-deployment"] for _ in range(10))

    assert answered == {"blue": 7, "green": 3}


def test_mirrored_copies_stay_unseen(client: MLClient) -> None:
    """Half of the requests are copied to the mirror; only the live deployment's answers come back."""
    make_endpoint(client, traffic={"blue": 100}, mirror_traffic={"green": 50})

    answered = {post(client).headers["azureml-model-deployment"] for _ in range(4)}

    log = client.online_deployments.get_logs("green", ENDPOINT, lines=100)
    assert (answered, log.count("(mirrored)")) == ({"blue"}, 2)


def test_missing_input_is_a_424_with_the_container_s_words(client: MLClient, request_file: Path) -> None:
    """The SDK shows `(None) A value is not provided ...`, as quoted in a public issue."""
    request_file.write_text("{}")

    with pytest.raises(HttpResponseError) as error:
        client.online_endpoints.invoke(ENDPOINT, request_file=str(request_file))

    assert error.value.status_code == 424
    assert str(error.value).startswith("(None) A value is not provided for the 'input_data' parameter.")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/score", {}, "400"),
        ("POST", "/chat/completions", ASKED, "404"),
        ("PUT", "/score", ASKED, "405"),
        ("POST", "/", ASKED, "405"),
    ],
)
def test_what_the_container_refuses_is_a_424(client: MLClient, method: str, path: str, body: Any, status: str) -> None:
    """The gateway turns every answer but 200 into 424 and names the container's status (documented)."""
    answer = post(client, body, method, path)

    assert answer.status_code == 424
    assert answer.headers["ms-azureml-model-error-statuscode"] == status
    assert answer.headers["ms-azureml-model-error-reason"] == "model_error"


def test_wrong_key_is_a_401_in_plain_text(client: MLClient) -> None:
    """The gateway's refusals are no JSON (quoted in public repositories)."""
    answer = post(client, Authorization="Bearer wrong")

    assert (answer.status_code, answer.text) == (401, "key_auth_access_denied")
    assert answer.headers["Server"] == "azureml-frontdoor"


def test_unknown_deployment_is_a_404(client: MLClient) -> None:
    """A header that names nobody is refused (quoted)."""
    answer = post(client, azureml_model_deployment="purple")

    assert (answer.status_code, answer.text) == (404, "Specified deployment could not be found.")


def test_no_traffic_is_a_404(client: MLClient, request_file: Path) -> None:
    """Without traffic the SDK raises the gateway's own words (quoted)."""
    make_endpoint(client)

    with pytest.raises(MlException, match="No valid deployments to route to"):
        client.online_endpoints.invoke(ENDPOINT, request_file=str(request_file))


def test_old_key_is_worth_nothing(client: MLClient) -> None:
    """A key that was replaced opens no more."""
    old = client.online_endpoints.get_keys(ENDPOINT).primary_key
    client.online_endpoints.begin_regenerate_keys(ENDPOINT).result()

    assert post(client, Authorization=f"Bearer {old}").status_code == 401


def test_deleted_endpoint_is_a_404(client: MLClient) -> None:
    """Nobody answers for an endpoint that is gone (on Azure its name no longer resolves; inferred)."""
    client.online_endpoints.begin_delete(ENDPOINT).result()

    assert requests.post(f"{HOST}/score", json=ASKED, timeout=5).status_code == 404


@pytest.mark.parametrize("path", ["/", "/swagger.json"])
def test_health_and_description(client: MLClient, path: str) -> None:
    """The container says that it is healthy and describes itself (documented)."""
    assert post(client, None, "GET", path).status_code == 200


@pytest.mark.parametrize("mode", ["aml_token", "aad_token"])
def test_tokens_open_an_endpoint(
    azure: Emulator, tmp_path: Path, request_file: Path, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`invoke` finds the token of the endpoint, or of Entra, by itself (recorded for aml_token)."""
    monkeypatch.setattr(EndpointInvokeFields, "DEFAULT_HEADER", {"Content-Type": "application/json"})
    client = client_of(azure)
    make_endpoint(client, auth_mode=mode)
    client.online_deployments.begin_create_or_update(deployment(register(client, tmp_path))).result()
    make_endpoint(client, auth_mode=mode, traffic={"blue": 100})

    assert ANSWER in client.online_endpoints.invoke(ENDPOINT, request_file=str(request_file))


def test_registry_model_answers_badly(client: MLClient, request_file: Path) -> None:
    """A foundation model that was never fine-tuned answers, and does not know."""
    name = "azureml://registries/azureml/models/Phi-3-mini-4k-instruct/versions/5"
    client.online_deployments.begin_create_or_update(deployment(name, "green")).result()

    text = client.online_endpoints.invoke(ENDPOINT, request_file=str(request_file), deployment_name="green")

    assert "output" in json.loads(text)
    assert ANSWER not in text
