"""A suite that tries to reach other machines; tests/plugin/test_network_guard.py runs a copy of it."""

from __future__ import annotations

import contextlib
import http.server
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import requests

BELT = {"on": False, "worn": False}


def belt(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop what the guard should have stopped; the interpreter asks it after the guard, which is older."""
    if BELT["on"] and event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        looked_up = event == "socket.getaddrinfo"
        host = str(arguments[0] if looked_up else arguments[1][0])
        if host.endswith(".invalid") or (host.startswith("192.0.2.") and not looked_up):
            raise SystemExit(f"the guard let {event} {host} through")


@pytest.fixture(autouse=True)
def _belt() -> Iterator[None]:
    if not BELT["worn"]:
        sys.addaudithook(belt)
    BELT.update(on=True, worn=True)
    yield
    BELT["on"] = False


@pytest.fixture
def before(_belt: None) -> None:
    """Something that a test needs and that is not here."""
    socket.getaddrinfo("telemetry.invalid", 443)


@pytest.fixture
def after(_belt: None) -> Iterator[None]:
    """Something that reports to others at its end."""
    yield
    with contextlib.suppress(Exception):
        socket.getaddrinfo("telemetry.invalid", 443)


def test_connects(backend: str) -> None:
    """A plain socket."""
    socket.create_connection(("192.0.2.1", 443), timeout=1)  # connects


def test_sends_a_datagram(backend: str) -> None:
    """No connection at all."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"who is telemetry", ("192.0.2.1", 53))


def test_looks_up_a_name(backend: str) -> None:
    """A question to a name server."""
    socket.getaddrinfo("telemetry.invalid", 443)


def test_uses_urllib(backend: str) -> None:
    """The standard library's client."""
    urllib.request.urlopen("http://telemetry.invalid/v2/track", timeout=1)


def test_uses_requests(backend: str) -> None:
    """The client of most libraries."""
    requests.get("https://telemetry.invalid/v2/track", timeout=1)  # uses_requests


def test_has_a_thread(backend: str) -> None:
    """A thread that nobody asks how it went."""

    def send() -> None:
        socket.create_connection(("192.0.2.1", 443), timeout=1)  # has_a_thread

    thread = threading.Thread(target=send)
    thread.start()
    thread.join()


def test_swallows(backend: str) -> None:
    """Telemetry does not want to be in the way."""
    with contextlib.suppress(Exception):
        socket.getaddrinfo("telemetry.invalid", 443)


def test_swallows_and_fails(backend: str) -> None:
    """What was not to be had is missed later."""
    answer = "nothing"
    with contextlib.suppress(Exception):
        socket.getaddrinfo("telemetry.invalid", 443)
    assert answer == "something"


def test_skips_instead(backend: str) -> None:
    """A test that takes every failure for a missing network."""
    try:
        socket.getaddrinfo("telemetry.invalid", 443)
    except Exception:
        pytest.skip("no network")


@pytest.mark.usefixtures("before")
def test_set_up(backend: str) -> None:
    """Its fixture tries."""


@pytest.mark.usefixtures("after")
def test_torn_down(backend: str) -> None:
    """Its fixture tries, and swallows."""


def test_serves_itself(backend: str) -> None:
    """A server of one's own."""
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.handle_request).start()
        with urllib.request.urlopen(f"http://localhost:{server.server_port}/", timeout=10) as answer:
            assert answer.status == 200


def test_talks_to_itself(backend: str) -> None:
    """Sockets that never leave the kernel."""
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"hello")
        assert there.recv(5) == b"hello"


def test_is_refused_by_the_emulator(surroundings: Any) -> None:
    """The emulator answers for Azure's hosts, and names those that are not."""
    with pytest.raises(Exception, match=r"does not answer for 'telemetry\.invalid'"):
        requests.get("https://telemetry.invalid/v2/track", timeout=1)


def test_has_no_backend() -> None:
    """Only what the interpreter would say, since nobody guards this one."""
    BELT["on"] = False
    sys.audit("socket.getaddrinfo", "telemetry.invalid", 443, 0, 0, 0)
