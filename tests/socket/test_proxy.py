"""One port that is TLS server, proxy and plain server: what a client of any language meets."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
import requests
from wire import ARM, Wire, wired


def _raw(wire: Wire, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_azure_s_own_names_are_answered_through_the_proxy(wire: Wire) -> None:
    """A client asks for Azure's own host, with a certificate for it, and is answered here."""
    answer = wire.ask("GET")

    assert (answer.status_code, answer.json()["name"]) == (200, "acceptance")
    assert wire.site.calls[-1].url == wire.url()


def test_without_a_proxy_the_handshake_names_the_host(wire: Wire) -> None:
    """A client that reaches the port by TLS itself gets the certificate of the host that it asks for."""
    context = ssl.create_default_context(cafile=str(wire.bundle))
    with (
        socket.create_connection(("127.0.0.1", wire.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="eastus2.api.azureml.ms") as connection,
    ):
        names = connection.getpeercert()["subjectAltName"]  # type: ignore[index]

    assert names == (("DNS", "eastus2.api.azureml.ms"),)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_the_server_itself_is_reached_by_tls_too(wire: Wire, name: str) -> None:
    """Its own interface has a certificate for each of its names."""
    answer = requests.get(f"https://{name}:{wire.port}/healthz", verify=str(wire.bundle), timeout=10)

    assert answer.json() == {"status": "ok"}


def test_another_host_is_refused_by_name(wire: Wire) -> None:
    """The proxy leads to no other host: nothing is sent there, and the refusal names it."""
    answer = _raw(wire, b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"does not answer for example.com; nothing was sent there" in answer


def test_another_host_is_refused_in_plain_http_too(wire: Wire) -> None:
    """A request with a whole URL is no way out either."""
    answer = wire.ask("GET", "http://example.com/")

    assert (answer.status_code, "example.com" in answer.text) == (403, True)


def test_a_url_within_a_query_is_no_request_to_a_proxy(wire: Wire) -> None:
    """MSAL asks with a whole URL in its query, as it is."""
    tenant = "https://login.microsoftonline.com/common/discovery/instance"
    with wire.session() as session:
        asked = requests.Request("GET", tenant).prepare()
        asked.url = f"{tenant}?authorization_endpoint=https://login.microsoftonline.com/common/oauth2/authorize"
        answer = session.send(asked, proxies=session.proxies, verify=str(wire.bundle), timeout=10)

    assert answer.json()["tenant_discovery_endpoint"].startswith("https://login.microsoftonline.com/")


def test_a_page_of_another_site_is_no_name_of_the_server(wire: Wire) -> None:
    """A name that somebody lets point to this machine opens nothing."""
    answer = wire.admin("GET", "/admin/dump", headers={"Host": "evil.example"})

    assert answer.status_code == 421


def test_beyond_loopback_any_name_is_the_server_s(tmp_path: Path) -> None:
    """Where others reach it, it cannot know by which name: `http://emulator:8443/healthz` is answered."""
    with wired(tmp_path, any_name=True) as wire:
        answer = wire.admin("GET", "/healthz", headers={"Host": "emulator:8443"})

    assert answer.json() == {"status": "ok"}


def test_a_body_in_chunks_arrives(wire: Wire) -> None:
    """A client that does not know the length of its body beforehand sends it in chunks."""
    body = b'{"properties": {"image": "i"}}'
    with wire.session() as session:
        answer = session.put(wire.url("/environments/e/versions/1"), data=iter([body[:9], body[9:]]), timeout=10)

    assert (answer.status_code, answer.json()["properties"]["image"]) == (201, "i")


def test_a_client_that_asks_first_is_told_to_go_on(wire: Wire) -> None:
    """curl waits for 100 Continue before it sends much."""
    head = b"POST /admin/clock HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as connection:
        connection.sendall(head)
        first = connection.recv(65536)
        connection.sendall(b"{}")
        second = connection.recv(65536)

    assert (first, second[:15]) == (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK")


def test_a_body_that_is_cut_short_is_not_carried_out(wire: Wire) -> None:
    """A client that dies in the middle of a request has asked for nothing."""
    head = b"POST /admin/faults HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n"
    answer = _raw(wire, head + b'{"operation": "job", "fault": "stuck"}')

    assert (answer, wire.site.faults.armed()) == (b"", [])


@pytest.mark.parametrize(
    "header",
    [b"Content-Length: many", b"Content-Length: -1", b"Transfer-Encoding: chunked"],
    ids=["word", "less", "chunk"],
)
def test_a_length_that_is_none_is_refused(wire: Wire, header: bytes) -> None:
    """A length that cannot be is a 400, and ends the connection."""
    answer = _raw(wire, b"POST /admin/clock HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\n-5\r\n")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close" in answer


def test_the_head_of_a_blob_has_its_length_and_no_body(wire: Wire) -> None:
    """HEAD tells a length and sends nothing, and the connection goes on."""
    home = wire.site.world.home
    wire.site.world.blobs.put(home.storage_account, home.default_container, "b", b"x" * 1000)
    secrets = wire.ask("POST", "/datastores/workspaceblobstore/listSecrets", {"expirableSecret": True}).json()
    url = f"https://{home.storage_account}.blob.core.windows.net/{home.default_container}/b{secrets['sasToken']}"
    with wire.session() as session:
        del session.headers["Authorization"]
        head, whole = session.head(url, timeout=10), session.get(url, timeout=10)

    assert (head.headers["Content-Length"], head.content, whole.content) == ("1000", b"", b"x" * 1000)


@pytest.mark.parametrize(
    ("kind", "felt"),
    [
        ("reset", requests.ConnectionError),
        ("timeout", requests.ConnectionError),
        ("truncated", requests.RequestException),
    ],
)
def test_a_broken_connection_is_felt(wire: Wire, kind: str, felt: type[Exception]) -> None:
    """An injected fault of the connection is one on the socket; the next request is answered."""
    wire.admin("POST", "/admin/faults", {"operation": "Workspaces_Get", "fault": "connection", "kind": kind})

    with pytest.raises(felt):
        wire.ask("GET")
    assert wire.ask("GET").status_code == 200


def test_a_defect_is_said_to_be_one(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody foresaw is a 500 that says so, not a connection that ends."""
    monkeypatch.setattr(wire.site, "ask", lambda _request: 1 / 0)
    answer = wire.ask("GET")

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "EmulatorDefect")


def test_operations_tell_how_soon_to_ask_again(wire: Wire) -> None:
    """An operation that has not ended says so in milliseconds, since azure-core takes 0 seconds for no value."""
    begun = wire.ask("PUT", "/onlineEndpoints/e-one", {"location": "eastus2", "properties": {"authMode": "Key"}})
    polled = wire.ask("GET", begun.headers["Azure-AsyncOperation"])
    wire.site.clock.advance(60)
    ended = wire.ask("GET", begun.headers["Azure-AsyncOperation"])

    assert [answer.headers.get("retry-after-ms") for answer in (begun, polled, ended)] == ["250", "250", None]


def test_urls_in_answers_are_azure_s_own(wire: Wire) -> None:
    """What a client is told to ask next has no port and no name of the server: a recording of it is one of Azure."""
    begun = wire.ask("PUT", "/onlineEndpoints/e-one", {"location": "eastus2", "properties": {"authMode": "Key"}})

    assert begun.headers["Azure-AsyncOperation"].startswith(f"{ARM}/subscriptions/")
    assert str(wire.port) not in f"{begun.headers} {begun.text}"
