"""Which recorded exchange answers a request."""

from __future__ import annotations

from dataclasses import replace

import pytest
from exchanges import made

from harness.cassettes.matching import Index, Key, key_of
from harness.cassettes.tape import Request


def _key(url: str = "/a", method: str = "GET", body: bytes = b"", **headers: str) -> Key:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return key_of(Request(method, f"https://host{url}", named, body))


SAME = [
    pytest.param(_key("/a?x=1&y=2"), _key("/a?y=2&x=1"), id="order-of-the-query"),
    pytest.param(_key("/a%20b"), _key("/a b"), id="encoding-of-the-path"),
    pytest.param(_key("/a?sv=1&sig=abc&se=2026"), _key("/a?sv=2&sig=xyz&se=2027"), id="shared-access-signature"),
    pytest.param(_key("/a?t=1&c=a&s=b&h=c"), _key("/a?t=2&c=x&s=y&h=z"), id="signed-operation"),
    pytest.param(_key(body=b'{"a":1,"b":2}'), _key(body=b'{"b": 2, "a": 1}'), id="order-of-members"),
    pytest.param(
        _key(body=b'{"properties":{"azureml.git.dirty":"True","x":1}}'),
        _key(body=b'{"properties":{"mlflow.source.git.commit":"abc","x":1}}'),
        id="state-of-the-checkout",
    ),
    pytest.param(
        _key(body=b"--one\r\nx\r\n--one--", content_type="multipart/form-data; boundary=one"),
        _key(body=b"--two\r\nx\r\n--two--", content_type='multipart/form-data; boundary="two"'),
        id="boundary",
    ),
    pytest.param(
        _key(user_agent="a", x_ms_client_request_id="1"), _key(user_agent="b"), id="headers-of-no-consequence"
    ),
    pytest.param(
        _key(x_ms_copy_source="https://h/b?sig=1234567"), _key(x_ms_copy_source="https://h/b?sig=7654321"), id="source"
    ),
]

DIFFERENT = [
    pytest.param(_key(), _key(method="POST"), id="method"),
    pytest.param(_key("/a"), _key("/b"), id="path"),
    pytest.param(_key("/a?x=1"), _key("/a?x=2"), id="query"),
    pytest.param(_key("/a?st=1"), _key("/a?st=2"), id="unsigned-query-with-the-name-of-a-signed-one"),
    pytest.param(_key(body=b'{"deploymentName":"a"}'), _key(body=b'{"deployment_name":"a"}'), id="case-of-a-member"),
    pytest.param(_key(body=b"[1,2]"), _key(body=b"[2,1]"), id="order-of-a-list"),
    pytest.param(_key(azureml_model_deployment="blue"), _key(azureml_model_deployment="green"), id="deployment"),
    pytest.param(_key(range="bytes=0-9"), _key(range="bytes=10-19"), id="range"),
    pytest.param(_key(body=b"abc"), _key(body=b"abd"), id="data"),
    pytest.param(
        _key(body=b"a=1", content_type="application/x-www-form-urlencoded"),
        _key(body=b"a=2", content_type="application/x-www-form-urlencoded"),
        id="form",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_a_client_makes_up_does_not_matter(one: Key, other: Key) -> None:
    """Signatures, orders, boundaries and the checkout do not make another request."""
    assert one == other


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_asked_matters(one: Key, other: Key) -> None:
    """Method, address, telling headers and body make another request."""
    assert one != other


def test_turns_of_a_key_come_in_recorded_order() -> None:
    """The same request gets its answers in the order in which they were recorded, each once."""
    index = Index.of([made(answered={"n": 1}), made("/else"), made(answered={"n": 2})])
    key = key_of(made().request)
    turns = [index.take(key) for _ in range(3)]

    assert [turn.interaction.response.body if turn else None for turn in turns] == [b'{"n":1}', b'{"n":2}', None]


def test_repetitions_are_turns() -> None:
    """What was repeated is played so often, with its own instants."""
    one = replace(made(at=0), again=(made(at=5).at, made(at=9).at))
    index = Index.of([one])
    instants = [turn.at for _ in range(3) if (turn := index.take(key_of(one.request)))]

    assert instants == [*one.instants]
    assert index.take(key_of(one.request)) is None


def test_other_private_values_are_found_loosely() -> None:
    """A request that differs in its private values alone is found, once, when it is looked for so."""
    recorded = made("/users/00000000-0000-4000-8000-000000000001", "PUT", {"mail": "user1@example.com"})
    asked = made("/users/11111111-2222-4333-8444-555555555555", "PUT", {"mail": "jane@contoso.com"})
    index = Index.of([recorded])
    key = key_of(asked.request)

    assert index.take(key) is None
    assert index.take_loosely(key) is not None
    assert (index.take_loosely(key), index.take(key_of(recorded.request))) == (None, None)


def test_unfinished_operation_is_asked_as_often_as_it_takes() -> None:
    """How often a thread still asks for an operation that the scenario left is no part of the scenario."""
    began = made("/e", "PUT", status=201, answered_headers={"Azure-AsyncOperation": "https://management.azure.com/o"})
    polled = made("/o", answered={"status": "InProgress"})
    index = Index.of([began, polled, polled])
    key = key_of(polled.request)
    index.take(key_of(began.request))

    assert index.unplayed() == []
    assert all(index.take(key) or index.once_more(key) for _ in range(5))


def test_finished_operation_is_asked_as_often_as_recorded() -> None:
    """Where the end was recorded, polls count like all else."""
    began = made("/e", "PUT", status=201, answered_headers={"Azure-AsyncOperation": "https://management.azure.com/o"})
    index = Index.of(
        [began, made("/o", answered={"status": "InProgress"}), made("/o", answered={"status": "Succeeded"})]
    )

    assert len(index.unplayed()) == 3
    assert index.once_more(key_of(made("/o").request)) is None
