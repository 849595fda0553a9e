"""Who may call: applications that can get tokens from Entra, and the tokens they got."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from fakes.world.errors import Invalid, Unauthenticated

TOKEN_LIFETIME = timedelta(seconds=86_399)
"""A day less a second, what Entra gives to clients that handle continuous access evaluation (documented)."""

USER = "Local Azure ML"
"""The name under which everything here is made."""


@dataclass(frozen=True, slots=True)
class Application:
    """A service principal: how it proves itself and which object it is."""

    tenant_id: str
    client_id: str
    client_secret: str
    object_id: str


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. `audience` is the resource it opens."""

    text: str
    audience: str
    expires: datetime
    application: Application


class Identity:
    """The tenant's applications and every token issued in this world."""

    def __init__(self, application: Application, signing_key: str) -> None:
        self.application = application
        self._signing_key = signing_key.encode()
        self._tokens: dict[str, Token] = {}

    def issue(self, scope: str, now: datetime, outlasts: float = 1.0) -> Token:
        """Return a token of the world's application for `scope`, such as `https://management.azure.com/.default`.

        outlasts: how many times TOKEN_LIFETIME it is good for, which is that of the clock.
        """
        audience = audience_of(scope)
        expires = now + outlasts * TOKEN_LIFETIME
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self.application.tenant_id}/",
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int(expires.timestamp()),
            "appid": self.application.client_id,
            "oid": self.application.object_id,
            "tid": self.application.tenant_id,
            "ver": "1.0",
        }
        token = Token(self._sign(claims), audience, expires, self.application)
        self._tokens[token.text] = token
        return token

    def authenticate(self, tenant: str, client_id: str, secret: str) -> Application:
        """Return the application that these client credentials prove; Invalid with Entra's own codes otherwise."""
        if tenant != self.application.tenant_id:
            raise Invalid(f"AADSTS90002: Tenant '{tenant}' not found.", code="invalid_request")
        if client_id != self.application.client_id:
            raise Invalid(
                f"AADSTS700016: Application with identifier '{client_id}' was not found in the directory.",
                code="unauthorized_client",
            )
        if not hmac.compare_digest(secret, self.application.client_secret):
            raise Invalid("AADSTS7000215: Invalid client secret provided.", code="invalid_client")
        return self.application

    def verify(self, header: str, audiences: Collection[str], now: datetime) -> Token:
        """Return the token that an Authorization header carries; Unauthenticated says what is wrong with it."""
        scheme, _, text = header.partition(" ")
        if scheme.lower() != "bearer" or not text:
            raise Unauthenticated(
                "Authentication failed. The 'Authorization' header is missing.", code="AuthenticationFailed"
            )
        token = self._tokens.get(text)
        if token is None:
            raise Unauthenticated("The access token is invalid.")
        if now >= token.expires:
            raise Unauthenticated(
                f"The access token expiry UTC time '{token.expires:%m/%d/%Y %I:%M:%S %p}' is earlier than current "
                f"UTC time '{now:%m/%d/%Y %I:%M:%S %p}'.",
                code="ExpiredAuthenticationToken",
            )
        if token.audience.rstrip("/") not in audiences:
            raise Unauthenticated(
                "The access token has been obtained for wrong audience or resource "
                f"'{token.audience}'. It should exactly match with one of the allowed audiences "
                f"{', '.join(repr(audience) for audience in audiences)}.",
                code="InvalidAuthenticationTokenAudience",
            )
        return token

    def _sign(self, claims: dict[str, object]) -> str:
        head = _segment({"typ": "JWT", "alg": "HS256"})
        body = _segment(claims)
        signature = hmac.new(self._signing_key, f"{head}.{body}".encode(), hashlib.sha256).digest()
        return f"{head}.{body}.{_base64url(signature)}"


def audience_of(scope: str) -> str:
    """Return the resource that a v2.0 scope names: what stands before `/.default` (documented)."""
    resource = scope.split(" ")[0]
    return resource.removesuffix("/.default").removesuffix(".default")


def _segment(value: dict[str, object]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
