"""Where a socket's audit event leads: the decision, event by event. No socket here is ever connected."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.plugin.destinations import destination

FOUR, SIX, WITHIN = (SimpleNamespace(family=family) for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX))


@pytest.mark.parametrize(
    ("event", "arguments", "leads_to"),
    [
        ("socket.connect", (FOUR, ("192.0.2.1", 443)), "192.0.2.1:443"),
        ("socket.connect", (SIX, ("2001:db8::1", 443, 0, 0)), "[2001:db8::1]:443"),
        ("socket.connect", (SIX, ("::ffff:192.0.2.1", 443, 0, 0)), "[::ffff:192.0.2.1]:443"),
        ("socket.connect", (FOUR, ("telemetry.invalid", 443)), "telemetry.invalid:443"),
        ("socket.connect", (FOUR, (b"telemetry.invalid", 443)), "telemetry.invalid:443"),
        ("socket.connect", (SimpleNamespace(family=socket.AF_PACKET), ("eth0", 3)), "('eth0', 3) (AF_PACKET)"),
        ("socket.sendto", (FOUR, ("192.0.2.1", 53)), "192.0.2.1:53"),
        ("socket.sendmsg", (FOUR, ("192.0.2.1", 53)), "192.0.2.1:53"),
        ("socket.getaddrinfo", ("telemetry.invalid", "https", 0, 0, 0), "telemetry.invalid:https"),
        ("socket.getaddrinfo", ("telemetry.invalid", None, 0, 0, 0), "telemetry.invalid"),
        ("socket.getaddrinfo", ("localhost.invalid", 80, 0, 0, 0), "localhost.invalid:80"),
        ("socket.gethostbyname", ("telemetry.invalid",), "telemetry.invalid"),
        ("socket.gethostbyaddr", ("192.0.2.1",), "192.0.2.1"),
        ("socket.getnameinfo", (("192.0.2.1", 80),), "192.0.2.1"),
    ],
)
def test_what_leads_away_is_named(event: str, arguments: tuple[Any, ...], leads_to: str) -> None:
    """Another machine's number or name is a destination, in every call that would reach it or ask for it."""
    assert destination(event, arguments) == leads_to


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (FOUR, ("127.0.0.1", 80))),
        ("socket.connect", (FOUR, ("127.8.9.1", 80))),
        ("socket.connect", (FOUR, ("localhost", 80))),
        ("socket.connect", (SIX, ("::1", 80, 0, 0))),
        ("socket.connect", (SIX, ("::ffff:127.0.0.1", 80, 0, 0))),
        ("socket.connect", (FOUR, ("0.0.0.0", 80))),
        ("socket.connect", (WITHIN, "/run/docker.sock")),
        ("socket.connect", (FOUR, "no address")),
        ("socket.sendmsg", (FOUR, None)),
        ("socket.getaddrinfo", ("LocalHost.", 80, 0, 0, 0)),
        ("socket.getaddrinfo", ("api.localhost", 80, 0, 0, 0)),
        ("socket.getaddrinfo", (None, 0, 0, 0, 0)),
        ("socket.getaddrinfo", ("192.0.2.1", 80, 0, 0, 0)),
        ("socket.gethostbyaddr", ("127.0.0.1",)),
        ("socket.bind", (FOUR, ("192.0.2.1", 80))),
        ("socket.gethostname", ()),
        ("open", ("telemetry.invalid", "r", 0)),
    ],
)
def test_what_stays_here_has_no_destination(event: str, arguments: tuple[Any, ...]) -> None:
    """This machine's own addresses and names, a number that is only looked up, and other events lead nowhere."""
    assert destination(event, arguments) is None


@given(st.ip_addresses().filter(lambda ip: not (ip.is_loopback or ip.is_unspecified)), st.integers(1, 65535))
def test_every_number_of_another_machine_is_named(host: IPv4Address | IPv6Address, port: int) -> None:
    """A connection to a number that is not this machine's leads there, in either family."""
    family, shown = (FOUR, str(host)) if host.version == 4 else (SIX, f"[{host}]")
    mapped = getattr(host, "ipv4_mapped", None)
    assume(mapped is None or not (mapped.is_loopback or mapped.is_unspecified))

    assert destination("socket.connect", (family, (str(host), port))) == f"{shown}:{port}"
