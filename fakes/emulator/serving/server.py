"""The local Azure ML on a socket, for other processes and other languages: TLS, and a proxy for Azure's own host names.

One port takes three kinds of connections and tells them apart by their first bytes: TLS with the host in the handshake,
a proxy's CONNECT followed by TLS, and plain HTTP. With HTTPS_PROXY set to this port a client needs no name service and
no change: it asks for `management.azure.com`, and the answer comes from here. No other host is reached through it.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from fakes.emulator.exchange import Reply, Request
from fakes.emulator.serving.bodies import read_body
from fakes.emulator.serving.certificates import Certificates
from fakes.emulator.wire import json_reply
from fakes.world.errors import Invalid
from harness.doors.messages import BrokenConnectionError

__all__ = ["Server", "Site"]

_LOG = logging.getLogger("fakes.emulator")
_TLS_HANDSHAKE = b"\x16"
_BLOCK = 64 * 1024
_PATIENCE_S = 2.0
"""How long a server that stops waits for what is being answered, in real seconds."""


class Site(Protocol):
    """What a server serves. Both members are called from many threads at once."""

    def owns(self, host: str) -> bool:
        """Tell whether `host` is one that is answered for."""

    def answer(self, request: Request) -> Reply:
        """Answer a request, for a host of Azure or for the server itself."""


class Server(ThreadingHTTPServer):
    """Serves a site, with a thread for each connection, inside a `with` block. OSError when it cannot listen.

    port: 0 for any that is free.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, site: Site, certificates: Certificates, host: str = "127.0.0.1", port: int = 0) -> None:
        self.site = site
        self.certificates = certificates
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._busy = 0
        self._idle = threading.Condition()
        self._open: set[Connection] = set()
        super().__init__((host, port), Connection)

    def __enter__(self) -> Server:
        """Serve from a thread of its own."""
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="emulator", daemon=True
        ).start()
        return self

    def __exit__(self, *_failure: object) -> None:
        """Take no more connections, let what is being answered be answered, and close."""
        self.shutdown()
        self.server_close()
        with self._idle:
            self._idle.wait_for(lambda: self._busy == 0, timeout=_PATIENCE_S)
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.request.shutdown(socket.SHUT_RDWR)

    def server_bind(self) -> None:
        """Bind, without looking up a name for the address as the base class does: that can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """Log it: a connection that breaks is no reason to print a traceback."""
        _LOG.debug("a connection ended with an error", exc_info=True)

    @contextlib.contextmanager
    def connected(self, connection: Connection) -> Iterator[None]:
        """Remember a connection while it is open."""
        with self._idle:
            self._open.add(connection)
        try:
            yield
        finally:
            with self._idle:
                self._open.discard(connection)

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """Count a request while it is answered."""
        with self._idle:
            self._busy += 1
        try:
            yield
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()


class Connection(BaseHTTPRequestHandler):
    """One client connection: its first bytes say how the client speaks."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = _BLOCK
    server: Server
    _scheme = "http"
    _tunnel = ""

    def handle(self) -> None:
        """Put TLS on where the client begins with it, then answer requests until the client goes."""
        with self.server.connected(self):
            try:
                if self.request.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE:
                    self._secure(self.server.server_name)
                super().handle()
            except OSError:  # a client that goes away in the middle is nobody's fault
                self.close_connection = True

    def finish(self) -> None:
        """Close also the TLS connection, which the server does not know."""
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()

    def do_CONNECT(self) -> None:
        """Play the proxy: the tunnel to a host of Azure ends here; other hosts are refused by name."""
        host = self.path.rpartition(":")[0].strip("[]").lower()
        if not self.server.site.owns(host):
            self._refuse(host)
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.wfile.flush()
        self._tunnel = host
        self.close_connection = False
        if self.request.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE:
            self._secure(host)

    def handle_expect_100(self) -> bool:
        """Tell a client that asks before it sends its body to go on, at once: the base class keeps it back."""
        go_on = super().handle_expect_100()
        self.wfile.flush()
        return go_on

    def _answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        url = self._url()
        try:
            with self.server.busy(), read_body(headers, self.rfile) as body:
                request = Request.from_parts(self.command, url, headers, body)
                if self._is_whole_url and not self.server.site.owns(request.host):
                    self._refuse(request.host)
                    return
                self._send(self._answered(request))
        except Invalid as error:
            self.close_connection = True  # where the next request begins is not known
            self._send(json_reply(400, {"error": {"code": error.code, "message": error.message}}))
        except BrokenConnectionError as broken:
            self._break(broken)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815 - so too

    def _answered(self, request: Request) -> Reply:
        try:
            return self.server.site.answer(request)
        except BrokenConnectionError:
            raise
        except Exception as error:  # a defect of ours must not look like a network that fails
            _LOG.exception("%s %s was not answered", request.method, request.url)
            message = f"A defect of the local Azure ML: {type(error).__name__}: {error}"
            return json_reply(500, {"error": {"code": "EmulatorDefect", "message": message}})

    @property
    def _is_whole_url(self) -> bool:
        """Whether the request is one to a proxy; a query may hold another URL as it is, as MSAL's does."""
        return not self.path.startswith("/")

    def _url(self) -> str:
        if self._is_whole_url:
            return self.path
        host = self.headers.get("Host") or self._tunnel or self.server.server_name
        usual = ":443" if self._scheme == "https" else ":80"
        return f"{self._scheme}://{host.removesuffix(usual)}{self.path}"

    def _refuse(self, host: str) -> None:
        self.close_connection = True
        text = f"The local Azure ML does not answer for {host[:200]}; nothing was sent there.\n"
        self._send(Reply(HTTPStatus.FORBIDDEN, text.encode(), {"Content-Type": "text/plain; charset=utf-8"}))

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        self.close_connection |= reply.headers.get("Connection", "").lower() == "close"
        for name, value in reply.headers.items():
            if name != "Connection":
                self.send_header(name, value)
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        if "content-length" not in {name.lower() for name in reply.headers} and reply.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(reply.content_length()))
        self.end_headers()
        if self.command != "HEAD" and reply.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            for chunk in [reply.body] if isinstance(reply.body, bytes) else reply.body:
                self.wfile.write(chunk)
        self.wfile.flush()

    def _break(self, broken: BrokenConnectionError) -> None:
        """Let an injected fault be felt: a body that ends before its length, a reset, else an end without an answer."""
        self.close_connection = True
        if broken.reply is not None:
            whole = broken.reply.whole()
            self._send(Reply(broken.reply.status, iter([whole[: len(whole) // 2]]), broken.reply.headers, len(whole)))
        elif broken.kind == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _secure(self, host: str) -> None:
        with contextlib.suppress(ssl.SSLError):
            self.request = self.server.certificates.context(host).wrap_socket(self.request, server_side=True)
            self._scheme = "https"
            self.setup()
            return
        raise ConnectionError("the TLS handshake failed")

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the admin interface lists every exchange."""
