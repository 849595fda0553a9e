"""Stand-ins: what takes the place of a private value, in the same shape, told from real values by its look."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from urllib.parse import unquote

__all__ = ["identity", "is_stand_in", "make_stand_in", "respelled", "settle_kind"]

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EMAIL = re.compile(r"[\w.+-]+(?:@|%40)(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*(?:\.[\w-]+)*")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{14,}={0,2}")

_NAMES = {"account": "account{}", "domain": "domain{}", "email": "user{}@example.com"}
_NAMES |= {kind: kind + "-{}" for kind in ("endpoint", "group", "resource", "user", "workspace")}

_LOOKS = re.compile(
    r"""(?:account|domain)\d+ | (?:endpoint|group|resource|user|workspace)-\d+ | user\d+(?:@|%40)example\.com
    | stand-in[-.]\d+ | 00000000-0000-4000-8000-[0-9a-f]{12} | 2001:db8::[0-9a-f]+
    | -----BEGIN\ STAND-IN-----stand-in-\d+-----END\ STAND-IN-----""",
    re.VERBOSE | re.IGNORECASE,
)
_JWT_HEAD = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
_FOR_DOCUMENTS = ("192.0.2.", "198.51.100.", "203.0.113.")
_FOR_MEASURING = int(ipaddress.ip_address("198.18.0.0"))


def settle_kind(kind: str, value: str) -> str:
    """Return the kind that a value has by its look, where the name or place that it was found by says less."""
    if _GUID.fullmatch(value):
        return "guid"
    if kind in ("secret", "user") and _EMAIL.fullmatch(value):
        return "email"
    if kind == "secret" and _JWT.fullmatch(value):
        return "jwt"
    return kind


def identity(value: str) -> str:
    """Return what is the same for two spellings of one value."""
    plain = unquote(value) if "%" in value else value
    return plain.lower() if _GUID.fullmatch(plain) or _EMAIL.fullmatch(plain) else plain


def make_stand_in(kind: str, value: str, number: int) -> str:
    """Return the stand-in of a kind with a number, in the shape of `value`."""
    if kind == "guid":
        return f"00000000-0000-4000-8000-{number:012x}"
    if kind == "jwt":
        claims = base64.urlsafe_b64encode(json.dumps({"stand-in": number}).encode()).decode().rstrip("=")
        return f"{_JWT_HEAD}.{claims}."
    if kind == "pem":
        return f"-----BEGIN STAND-IN-----stand-in-{number:04}-----END STAND-IN-----"
    if kind == "sig":
        return f"stand-in.{number:04}"
    if kind == "ip":
        return _address(value, number)
    if kind in _NAMES:
        return _NAMES[kind].format(number)
    text = f"stand-in-{number:04}"
    return base64.b64encode(text.encode()).decode() if _is_base64(value) else text


def respelled(stand_in: str, value: str) -> str:
    """Return a stand-in as `value` is spelled: in capitals, or with its at sign encoded."""
    if "%40" in value and "@" in stand_in:
        return stand_in.replace("@", "%40")
    return stand_in.upper() if _GUID.fullmatch(value) and value.isupper() else stand_in


def is_stand_in(value: str) -> bool:
    """Say whether a value is a stand-in itself, and so is left as it is."""
    if _LOOKS.fullmatch(value) or value.startswith((*_FOR_DOCUMENTS, "198.18.", "198.19.")):
        return True
    if value.startswith(f"{_JWT_HEAD}."):
        return '"stand-in"' in _decoded(value.split(".")[1])
    return bool(re.fullmatch(r"stand-in-\d+", _decoded(value))) if _BASE64.fullmatch(value) else False


def _address(value: str, number: int) -> str:
    if ":" in value:
        return f"2001:db8::{number:x}"
    block, last = divmod(number - 1, 254)
    if block < len(_FOR_DOCUMENTS):
        return f"{_FOR_DOCUMENTS[block]}{last + 1}"
    return str(ipaddress.ip_address(_FOR_MEASURING + number))


def _is_base64(value: str) -> bool:
    if len(value) % 4 or not _BASE64.fullmatch(value):
        return False
    return value.endswith("=") or not re.fullmatch(r"[0-9a-f]+|[A-Z]+|[a-z]+", value)


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
