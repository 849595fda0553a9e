"""How secrets are made, and the forms of traffic that carry them."""

from __future__ import annotations

import base64
import gzip
import json
import random
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from harness.cassettes.tape import Interaction, Request, Response

__all__ = [
    "ARM",
    "PROVIDER",
    "Exchange",
    "Planted",
    "answer",
    "answered_header",
    "application_secret",
    "array",
    "asked",
    "b64",
    "email",
    "foreign_jwt",
    "form",
    "guid",
    "header",
    "ipv4",
    "ipv6",
    "jwt",
    "key",
    "letters",
    "log",
    "name",
    "pem",
    "person",
    "sent",
    "sign_in",
    "upload",
    "xml",
    "zipped",
]

ARM = "https://management.azure.com"
PROVIDER = "providers/Microsoft.MachineLearningServices"
_WORDS = string.ascii_letters + string.digits
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange as it passes a door."""

    url: str = f"{ARM}/tenants"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 200
    heads: Mapping[str, str] = field(default_factory=dict)
    reply: bytes = b""

    def as_interaction(self, at: datetime) -> Interaction:
        """Return the exchange as if all of it were kept."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.method, self.url, headers, self.body)
        return Interaction(at, request, Response(self.status, self.heads, self.reply))


@dataclass(frozen=True, slots=True)
class Planted:
    """A kind of secret, how one is made, and the exchange that carries it."""

    kind: str
    place: str
    secret: Callable[[random.Random], str]
    exchange: Callable[[str], Exchange]


def letters(length: int, head: str = "", of: str = _WORDS) -> Callable[[random.Random], str]:
    """Return a maker of letters after a head."""
    return lambda chance: head + "".join(chance.choice(of) for _ in range(length))


def key(length: int) -> Callable[[random.Random], str]:
    """Return a maker of keys of so many bytes."""
    return lambda chance: base64.b64encode(chance.randbytes(length)).decode()


def guid(chance: random.Random) -> str:
    """Make a guid."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def jwt(chance: random.Random) -> str:
    """Make a token of Entra."""
    return _token(chance, {"oid": guid(chance), "upn": email(chance)})


def foreign_jwt(chance: random.Random) -> str:
    """Make a token that names nobody."""
    return _token(chance, {"jti": letters(12)(chance)})


def _token(chance: random.Random, claims: Mapping[str, str]) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "RS256"}, claims))
    return f"{'.'.join(part.rstrip('=') for part in parts)}.{letters(40)(chance)}"


def email(chance: random.Random) -> str:
    """Make an e-mail address."""
    return (
        f"{letters(6, of=string.ascii_lowercase)(chance)}.{letters(7, of=string.ascii_lowercase)(chance)}@contoso.com"
    )


def name(length: int, head: str = "") -> Callable[[random.Random], str]:
    """Return a maker of names in lower case."""
    return letters(length, head, string.ascii_lowercase + string.digits)


def person(chance: random.Random) -> str:
    """Make a first and a last name."""
    return " ".join(letters(6, of=string.ascii_lowercase)(chance).capitalize() for _ in range(2))


def ipv4(chance: random.Random) -> str:
    """Make a public address."""
    return f"20.{chance.randint(1, 254)}.{chance.randint(100, 254)}.{chance.randint(100, 254)}"


def ipv6(chance: random.Random) -> str:
    """Make a public address."""
    return ":".join(["2603"] + [f"{chance.randint(4096, 65535):x}" for _ in range(7)])


def pem(name: str) -> Callable[[random.Random], str]:
    """Return a maker of PEM blocks."""
    return lambda chance: f"-----BEGIN {name}-----\n{key(48)(chance)}\n-----END {name}-----"


def application_secret(chance: random.Random) -> str:
    """Make a secret of an application of Entra."""
    return f"{letters(3)(chance)}8Q~{letters(34)(chance)}"


def answer(make: Callable[[str], Any]) -> Callable[[str], Exchange]:
    """Plant a secret in a JSON answer."""
    return lambda secret: Exchange(heads=_JSON, reply=json.dumps(make(secret)).encode())


def log(template: str) -> Callable[[str], Exchange]:
    """Plant a secret in plain text."""
    heads = {"Content-Type": "text/plain"}
    return lambda secret: Exchange(heads=heads, reply=template.format(secret).encode())


def sent(make: Callable[[str], Any]) -> Callable[[str], Exchange]:
    """Plant a secret in a JSON request."""
    return lambda secret: Exchange(method="PUT", headers=_JSON, body=json.dumps(make(secret)).encode())


def asked(template: str) -> Callable[[str], Exchange]:
    """Plant a secret in an address."""
    return lambda secret: Exchange(url=template.format(quote(secret, safe="")))


def b64(text: str) -> str:
    """Return a text in base64."""
    return base64.b64encode(text.encode()).decode()


def zipped(text: str) -> str:
    """Return a text, zipped and in base64."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def header(name: str, template: str = "{}") -> Callable[[str], Exchange]:
    """Plant a secret in a header of a request."""
    return lambda secret: Exchange(headers={name: template.format(secret)})


def answered_header(name: str, template: str = "{}") -> Callable[[str], Exchange]:
    """Plant a secret in a header of an answer."""
    return lambda secret: Exchange(heads={name: template.format(secret)})


def form(secret: str) -> Exchange:
    """Plant a secret in a form."""
    heads = {"Content-Type": "application/x-www-form-urlencoded"}
    return Exchange("https://contoso.com/sign", "POST", heads, urlencode({"client_secret": secret}).encode())


def sign_in(secret: str) -> Exchange:
    """Plant a secret in a request for a token."""
    body = urlencode({"grant_type": "client_credentials", "client_secret": secret}).encode()
    return Exchange("https://login.microsoftonline.com/common/oauth2/v2.0/token", "POST", {}, body)


def array(secret: str) -> Exchange:
    """Plant a secret between bytes that are no text."""
    return Exchange(
        heads={"Content-Type": "application/octet-stream"}, reply=b"\x93NUMPY\x01\xff" + secret.encode() + b"\xfe"
    )


def upload(secret: str) -> Exchange:
    """Plant a secret in uploaded data."""
    headers = {"x-ms-blob-type": "BlockBlob"}
    return Exchange("https://x.blob.core.windows.net/data/rows", "PUT", headers, json.dumps({"row": secret}).encode())


def xml(template: str) -> Callable[[str], Exchange]:
    """Plant a secret in an XML answer."""
    heads = {"Content-Type": "application/xml"}
    return lambda secret: Exchange(heads=heads, reply=template.format(secret).encode())
