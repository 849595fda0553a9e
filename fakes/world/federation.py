"""Workload identity federation: a token of somebody else's that proves an application, in the place of a secret.

Azure fetches the issuer's keys and trusts what they signed. Here the issuer is local and signs with a key of its own,
and everybody else's tokens are no good.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from fakes.world.errors import Invalid

AUDIENCE = "api://AzureADTokenExchange"
"""For whom a federated token must be made (documented)."""

ISSUER = "https://oidc.local-azure.invalid"
SUBJECT = "repo:acceptance/harness:environment:azure"
"""A job of a CI service, as GitHub names one."""

LIFETIME = timedelta(minutes=5)
"""As long as GitHub's token is good (Azure/login issue 372)."""


class Federation:
    """The one federated credential that the application has, and the issuer that it trusts."""

    def __init__(self, key: str) -> None:
        self._key = f"federation {key}".encode()

    def token(
        self,
        now: datetime,
        *,
        subject: str = SUBJECT,
        audience: str = AUDIENCE,
        issuer: str = ISSUER,
        lifetime: timedelta = LIFETIME,
    ) -> str:
        """Return a token that the issuer makes at `now`, for a file that AZURE_FEDERATED_TOKEN_FILE names."""
        claims = {
            "iss": issuer,
            "sub": subject,
            "aud": audience,
            "nbf": int(now.timestamp()),
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        return signed(claims, self._key)

    def check(self, assertion: str, now: datetime) -> None:
        """Refuse a token that proves nothing: Invalid with Entra's own code (code and text quoted in public issues)."""
        claims = _claims(assertion)
        known = (
            ("iss", "issuer", ISSUER, 700211),
            ("aud", "audience", AUDIENCE, 700212),
            ("sub", "subject", SUBJECT, 700213),
        )
        for claim, name, expected, code in known:
            if claims.get(claim) != expected:
                raise Invalid(
                    f"AADSTS{code}: No matching federated identity record found for presented assertion {name} "
                    f"'{claims.get(claim)}'. Check your federated identity credential Subject, Audience and Issuer "
                    "against the presented assertion.",
                    code="invalid_client",
                )
        if not hmac.compare_digest(assertion, signed(claims, self._key)):
            raise Invalid("AADSTS700027: Client assertion failed signature validation.", code="invalid_client")
        begins, ends = claims.get("nbf", 0), claims.get("exp", 0)
        if not begins <= now.timestamp() < ends:
            raise Invalid(
                f"AADSTS700024: Client assertion is not within its valid time range. Current time: {_instant(now)}, "
                f"assertion valid from {_at(begins, now)}, expiry time of assertion {_at(ends, now)}.",
                code="invalid_client",
            )


def signed(claims: dict[str, Any], key: bytes) -> str:
    """Return a JWT of these claims."""
    head, body = segment({"typ": "JWT", "alg": "HS256"}), segment(claims)
    return f"{head}.{body}.{_base64url(hmac.new(key, f'{head}.{body}'.encode(), hashlib.sha256).digest())}"


def segment(value: dict[str, Any]) -> str:
    """Return a part of a JWT."""
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _claims(assertion: str) -> dict[str, Any]:
    try:
        _, body, _ = assertion.split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error) as error:
        raise _malformed() from error
    if not isinstance(claims, dict) or not all(isinstance(claims.get(time, 0), int) for time in ("nbf", "exp")):
        raise _malformed()
    return claims


def _malformed() -> Invalid:
    return Invalid("AADSTS50027: JWT token is invalid or malformed.", code="invalid_request")


def _at(seconds: int, now: datetime) -> str:
    return _instant(datetime.fromtimestamp(seconds, now.tzinfo))


def _instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.0000000Z"


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
