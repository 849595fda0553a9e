"""Where a socket's audit event leads: a decision over what the interpreter says, taken before anything is sent."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["destination"]

_WITHIN = tuple(getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK", "AF_ALG") if hasattr(socket, name))
"""Families that end in this machine's kernel."""


def destination(event: str, arguments: tuple[Any, ...]) -> str | None:
    """Return where an audit event leads away from this machine, such as `192.0.2.1:443`; None when it does not.

    Names are refused where they are looked up, numbers where they are connected to: looking up a number asks nobody.
    """
    look = _EVENTS.get(event)
    return look(arguments) if look is not None else None


def _peer(arguments: tuple[Any, ...]) -> str | None:
    used, address = arguments[0], arguments[1]
    if used.family in _WITHIN or address is None:  # None: sendmsg on a socket that is connected already
        return None
    if used.family not in (socket.AF_INET, socket.AF_INET6):
        return f"{address!r} ({socket.AddressFamily(used.family).name})"
    if not isinstance(address, tuple) or len(address) < 2:
        return None  # the call itself refuses what is no address
    host = _text(address[0])
    return None if _is_here(host) else _joined(host, address[1])


def _looked_up(arguments: tuple[Any, ...]) -> str | None:
    host = _text(arguments[0])
    if _is_here(host) or _number(host) is not None:
        return None
    return _joined(host, arguments[1] if len(arguments) > 1 else None)


def _named(arguments: tuple[Any, ...]) -> str | None:
    """A name is asked for: that of another machine's number is known by others only."""
    address = arguments[0]
    host = _text(address[0] if isinstance(address, tuple) and address else address)
    return None if _is_here(host) else host


_EVENTS: Mapping[str, Callable[[tuple[Any, ...]], str | None]] = {
    "socket.connect": _peer,
    "socket.sendto": _peer,
    "socket.sendmsg": _peer,
    "socket.getaddrinfo": _looked_up,
    "socket.gethostbyname": _looked_up,
    "socket.gethostbyaddr": _named,
    "socket.getnameinfo": _named,
}


def _text(host: Any) -> str:
    if isinstance(host, bytes | bytearray):
        return host.decode("ascii", "replace")
    return "" if host is None else str(host)


def _is_here(host: str) -> bool:
    """Say whether a host is this machine: a loopback address or name, or none at all, which stands for it."""
    name = host.lower().rstrip(".")
    number = _number(host)
    if number is None:
        return name in ("", "localhost") or name.endswith(".localhost")
    plain = getattr(number, "ipv4_mapped", None) or number
    return bool(plain.is_loopback or plain.is_unspecified)


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _joined(host: str, port: Any) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{_text(port)}"
