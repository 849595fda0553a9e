"""Contract: what an endpoint answers, and whom it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml.entities import ManagedOnlineEndpoint, Model
from azure.ai.ml.exceptions import MlException, ValidationException
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError, ServiceResponseError
from contract_steps import (
    ENDPOINT,
    WHOLE_JOB,
    deploy,
    deployment,
    invoke,
    make_endpoint,
    question,
    serve,
    served_by,
    set_traffic,
    submit,
)
from contract_subject import Subject
from evidence import Evidence, evidence, gap


@pytest.fixture
def client(aml: Subject) -> Any:
    """A client of a workspace whose endpoint has `blue`, with all the traffic, and `green`."""
    serve(aml.workspace, "blue", "green")
    return aml.workspace


@evidence(Evidence.SDK_SOURCE, "OnlineEndpointOperations.invoke returns the body as text")
def test_an_answer_is_text(client: Any, tmp_path: Path) -> None:
    """`invoke` returns what the deployment answers as JSON text, unparsed."""
    answer = invoke(client, tmp_path)

    assert isinstance(answer, str)
    assert list(json.loads(answer)) == ["output"]


@evidence(Evidence.RECORDED, "scoring: a body of 39 bytes with a blank after the comma, 2022-10")
def test_an_answer_is_written_as_python_writes_json(client: Any, tmp_path: Path) -> None:
    """The JSON of an answer has blanks after commas and colons."""
    answer = invoke(client, tmp_path)

    assert answer == json.dumps(json.loads(answer))


@evidence(Evidence.DOCUMENTED, "registry sources of the serving container: nested and flat conversations")
def test_both_shapes_of_a_conversation_are_answered_alike(client: Any, tmp_path: Path) -> None:
    """A conversation may be one of a list, as in the tutorial, or stand alone."""
    assert invoke(client, tmp_path, question()) == invoke(client, tmp_path, question(flat=True))


@evidence(Evidence.DOCUMENTED, "registry sources: an MLflow chat model answers with one row a conversation")
def test_a_fine_tuned_model_has_learned(aml: Subject, tmp_path: Path) -> None:
    """The model that a job has trained answers as its training data do."""
    name = submit(aml, tmp_path).name
    aml.clock.advance(WHOLE_JOB)
    path = f"azureml://jobs/{name}/outputs/trained_model"
    model = aml.workspace.models.create_or_update(Model(name="tuned", version="1", type="mlflow_model", path=path))
    make_endpoint(aml.workspace)
    deploy(aml.workspace, model=model.id)

    assert json.loads(invoke(aml.workspace, tmp_path, deployment_name="blue")) == [{"0": "7 plus 8 makes 15."}]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "A value is not provided for the 'input_data' parameter"),
        ([], "A value is not provided for the 'input_data' parameter"),
        ({"input_data": {"input_string": []}}, "expected a non-empty list"),
        ({"input_data": {"input_string": [[{"role": "assistant", "content": "x"}]]}}, "expected 'user'"),
        ({"input_data": {"input_string": [[{"role": "user"}]]}}, "content"),
        ({**question(), "params": 7}, "params"),
    ],
    ids=["nothing", "a list", "no conversation", "nobody asks", "no content", "params"],
)
@evidence(Evidence.DOCUMENTED, "424 wraps what a container refuses; the first text is quoted in public issues")
def test_a_malformed_request_is_a_424(client: Any, tmp_path: Path, body: Any, words: str) -> None:
    """What the model cannot read comes back as a 424 with the container's own words, and without a code."""
    with pytest.raises(HttpResponseError, match=words) as refused:
        invoke(client, tmp_path, body)

    assert (refused.value.status_code, str(refused.value)[:7]) == (424, "(None) ")


@evidence(Evidence.SDK_SOURCE, "invoke reads the file as JSON before it sends anything")
def test_a_file_that_is_no_json_is_never_sent(client: Any, tmp_path: Path) -> None:
    """A request file that is no JSON fails before anything is sent."""
    with pytest.raises(json.JSONDecodeError):
        invoke(client, tmp_path, "not JSON")

    assert served_by(client, "blue") == 0


@evidence(Evidence.SDK_SOURCE, "invoke opens the file")
def test_a_request_file_must_exist(client: Any, tmp_path: Path) -> None:
    """A request file that is not there is the FileNotFoundError of Python."""
    with pytest.raises(FileNotFoundError):
        client.online_endpoints.invoke(ENDPOINT, request_file=str(tmp_path / "none.json"))


@evidence(Evidence.DOCUMENTED, "traffic decides who answers")
def test_traffic_decides_who_answers(client: Any, tmp_path: Path) -> None:
    """Who names no deployment is answered by the one that has the traffic."""
    invoke(client, tmp_path)

    assert (served_by(client, "blue"), served_by(client, "green")) == (1, 0)


@evidence(Evidence.DOCUMENTED, "traffic is shared by percent; which request goes where is ours")
def test_traffic_is_shared_by_percent(client: Any, tmp_path: Path) -> None:
    """With 70 and 30 percent, seven of ten requests go to the first."""
    set_traffic(client, blue=70, green=30)
    for _ in range(10):
        invoke(client, tmp_path)

    assert (served_by(client, "blue"), served_by(client, "green")) == (7, 3)


@evidence(Evidence.DOCUMENTED, "header azureml-model-deployment")
def test_a_named_deployment_answers_without_traffic(client: Any, tmp_path: Path) -> None:
    """`deployment_name` picks a deployment whatever the traffic says."""
    invoke(client, tmp_path, deployment_name="green")

    assert (served_by(client, "blue"), served_by(client, "green")) == (0, 1)


@gap("fake", "it sends no headers, so it has none to keep from one call to the next")
@evidence(Evidence.SDK_SOURCE, "invoke adds to EndpointInvokeFields.DEFAULT_HEADER, which is one for the process")
def test_a_deployment_once_named_stays_named(client: Any, tmp_path: Path) -> None:
    """After an `invoke` that named a deployment, one that names none goes there too."""
    for given in ({"deployment_name": "green"}, {}):
        invoke(client, tmp_path, **given)

    assert (served_by(client, "blue"), served_by(client, "green")) == (0, 2)


@evidence(Evidence.SDK_SOURCE, "invoke lists the deployments first when one is named")
def test_an_unknown_deployment_is_refused(client: Any, tmp_path: Path) -> None:
    """The SDK itself refuses a deployment that the endpoint does not have."""
    with pytest.raises(ValidationException, match="Deployment name purple not found for this endpoint"):
        invoke(client, tmp_path, deployment_name="purple")


@evidence(Evidence.DOCUMENTED, "quoted in public issues: No valid deployments to route to")
def test_without_traffic_nobody_answers(client: Any, tmp_path: Path) -> None:
    """An endpoint without traffic answers with the gateway's own words."""
    set_traffic(client, blue=0)

    with pytest.raises(MlException, match="No valid deployments to route to"):
        invoke(client, tmp_path)


@evidence(Evidence.SDK_SOURCE, "invoke reads the endpoint first")
def test_an_endpoint_that_is_gone_is_not_invoked(client: Any, tmp_path: Path) -> None:
    """`invoke` of an endpoint that does not exist is a 404."""
    client.online_endpoints.begin_delete(ENDPOINT).wait()

    with pytest.raises(ResourceNotFoundError):
        invoke(client, tmp_path)


@evidence(Evidence.SDK_SOURCE, "invoke posts to the scoring URI, which is null until the endpoint is created")
def test_an_endpoint_that_is_being_created_cannot_be_invoked(aml: Subject, tmp_path: Path) -> None:
    """The SDK sends to the address None, which fails as a broken connection does."""
    with aml.paused():
        poller = aml.workspace.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=ENDPOINT))
        with pytest.raises(ServiceResponseError, match="Invalid URL 'None'"):
            invoke(aml.workspace, tmp_path)
    poller.wait()


@pytest.mark.parametrize("mode", ["key", "aml_token", "aad_token"])
@evidence(Evidence.RECORDED, "invoke with a token of the endpoint; the others are read off the SDK")
def test_invoke_finds_what_opens_the_endpoint(aml: Subject, tmp_path: Path, mode: str) -> None:
    """Whatever the way of authentication, `invoke` asks for key or token by itself."""
    make_endpoint(aml.workspace, auth_mode=mode)
    deploy(aml.workspace)

    assert "output" in invoke(aml.workspace, tmp_path, deployment_name="blue")


@evidence(Evidence.SDK_SOURCE, "invoke asks for the keys each time")
def test_invoke_goes_on_with_a_new_key(client: Any, tmp_path: Path) -> None:
    """After a key was regenerated `invoke` uses the new one."""
    client.online_endpoints.begin_regenerate_keys(ENDPOINT).wait()

    assert "output" in invoke(client, tmp_path)


@evidence(Evidence.DOCUMENTED, "mirrored answers are dropped; which requests are copied is ours")
def test_mirrored_requests_are_answered_by_the_live_deployment(client: Any, tmp_path: Path) -> None:
    """A mirror of half gets every second request too, and its answers are not seen."""
    endpoint = client.online_endpoints.get(ENDPOINT)
    endpoint.mirror_traffic = {"green": 50}
    client.online_endpoints.begin_create_or_update(endpoint).wait()
    for _ in range(4):
        invoke(client, tmp_path)

    assert (served_by(client, "blue"), served_by(client, "green")) == (4, 2)


@evidence(Evidence.INFERRED, "an update is rolled out beside what runs")
def test_what_runs_answers_while_it_is_replaced(aml: Subject, client: Any, tmp_path: Path) -> None:
    """A deployment that is being updated goes on answering."""
    with aml.paused():
        poller = client.online_deployments.begin_create_or_update(deployment(instance_count=2))
        answer = invoke(client, tmp_path)
    poller.wait()

    assert "output" in answer
