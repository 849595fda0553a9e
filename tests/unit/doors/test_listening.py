"""What is overheard at the doors, and that it passes as before."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from azure.core import PipelineClient
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.transport import HttpRequest as OldRequest
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from requests.adapters import HTTPAdapter

from harness.doors.listening import overheard
from harness.doors.messages import Reply

Heard = list[tuple[str, bytes, int, bytes]]


class _Echo(BaseHTTPRequestHandler):
    """Answers with what was sent, gzip where that is asked for."""

    def do_PUT(self) -> None:
        import gzip

        length = self.headers.get("Content-Length")
        body = self.rfile.read(int(length)) if length else self._chunks()
        answer = gzip.compress(b"got " + body)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(answer) + (10 if self.path == "/short" else 0)))
        self.end_headers()
        self.wfile.write(answer)

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size + 2)[:-2]
        self.rfile.readline()
        return body

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """A server on this machine, reached over a real socket."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    serving.server_close()


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What is told of the exchanges of a test."""
    told: Heard = []

    def listen(method: str, _url: str, _headers: Mapping[str, str], body: bytes, reply: Reply) -> None:
        told.append((method, body, reply.status, reply.whole()))

    with overheard(listen):
        yield told


def test_request_of_azure_core_is_told_once(server: str, heard: Heard) -> None:
    """Its transport uses the other door too, and that is not told again; what is told is decoded."""
    client: PipelineClient[Any, Any] = PipelineClient(server)
    answer = client.send_request(HttpRequest("PUT", f"{server}/a", content=b"x"))

    assert answer.read() == b"got x"
    assert heard == [("PUT", b"x", 200, b"got x")]


def test_old_form_is_told_too(server: str, heard: Heard) -> None:
    """The older form of a request is carried and told as the newer one is."""
    request = OldRequest("PUT", f"{server}/a")
    request.set_bytes_body(b"old")
    with RequestsTransport() as transport:
        answer = transport.send(request)

    assert answer.body() == b"got old"
    assert heard == [("PUT", b"old", 200, b"got old")]


def test_plain_request_is_told(server: str, heard: Heard) -> None:
    """What does not come from azure-core, such as MLflow's traffic, is told as well."""
    answer = requests.put(f"{server}/a", data=b"plain", timeout=5)

    assert answer.content == b"got plain"
    assert heard == [("PUT", b"plain", 200, b"got plain")]


def test_streamed_answer_is_streamed_on(server: str, heard: Heard) -> None:
    """Who reads an answer in parts reads all of it, though it has been read before."""
    client: PipelineClient[Any, Any] = PipelineClient(server)
    answer = client.send_request(HttpRequest("PUT", f"{server}/a", content=b"x" * 9000), stream=True)

    assert b"".join(answer.iter_bytes()) == b"got " + b"x" * 9000
    assert len(heard) == 1


@pytest.mark.parametrize("body", [io.BytesIO(b"of a file"), iter([b"of ", b"a file"])], ids=["file", "parts"])
def test_streamed_body_is_sent_whole(server: str, heard: Heard, body: Any) -> None:
    """A body that can be read only once is told and sent all the same."""
    answer = requests.put(f"{server}/a", data=body, timeout=5)

    assert answer.content == b"got of a file"
    assert heard[0][1] == b"of a file"


def test_broken_exchange_is_not_told(server: str, heard: Heard) -> None:
    """An answer that breaks off is an error of its library, and no exchange."""
    client: PipelineClient[Any, Any] = PipelineClient(server, policies=[])
    with pytest.raises(HttpResponseError):
        client.send_request(HttpRequest("PUT", f"{server}/short", content=b"x"))

    assert heard == []


def test_doors_are_put_back() -> None:
    """Behind the block both doors are what they were."""
    before = RequestsTransport.send, HTTPAdapter.send
    with overheard(lambda *_: None):
        assert RequestsTransport.send is not before[0]

    assert (RequestsTransport.send, HTTPAdapter.send) == before
