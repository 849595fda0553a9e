"""Who may call: applications that can get tokens from Entra, and the tokens they got."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from fakes.world.errors import Invalid, Unauthenticated
from fakes.world.federation import Federation, signed

TOKEN_LIFETIME = timedelta(seconds=86_399)
"""A day less a second, what Entra gives to clients that handle continuous access evaluation (documented)."""

RESOURCES = (
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://storage.azure.com",
    "https://ml.azure.com",
    "https://ai.azure.com",
    "https://graph.microsoft.com",
    "https://vault.azure.net",
    "https://cognitiveservices.azure.com",
)
"""What every tenant knows and tokens can be had for; storage accounts are known by the name of their host."""

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
    """An access token. `audience` is the resource it opens, from `begins` on."""

    text: str
    audience: str
    begins: datetime
    expires: datetime
    application: Application


class Identity:
    """The tenant's application, how it may prove itself, and every token issued in this world.

    secret_expires: None for a secret that stays good. ahead: how far Entra's clock is before that of the services.
    """

    def __init__(self, application: Application, signing_key: str) -> None:
        self.application = application
        self.federation = Federation(signing_key)
        self.secret_expires: datetime | None = None
        self.ahead = timedelta()
        self._signing_key = signing_key.encode()
        self._tokens: dict[str, Token] = {}

    def issue(self, scope: str, now: datetime, outlasts: float = 1.0) -> Token:
        """Return a token of the world's application for `scope`, such as `https://management.azure.com/.default`.

        outlasts: how many times TOKEN_LIFETIME it is good for, which is that of the clock.
        """
        audience, begins = audience_of(scope), now + self.ahead
        expires = begins + outlasts * TOKEN_LIFETIME
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self.application.tenant_id}/",
            "iat": int(begins.timestamp()),
            "nbf": int(begins.timestamp()),
            "exp": int(expires.timestamp()),
            "appid": self.application.client_id,
            "oid": self.application.object_id,
            "tid": self.application.tenant_id,
            "ver": "1.0",
        }
        token = Token(signed(claims, self._signing_key), audience, begins, expires, self.application)
        self._tokens[token.text] = token
        return token

    def authenticate(self, tenant: str, client_id: str, secret: str, now: datetime) -> Application:
        """Return the application that these client credentials prove; Invalid with Entra's own codes otherwise."""
        self._find(tenant, client_id)
        if not hmac.compare_digest(secret.encode(), self.application.client_secret.encode()):
            raise Invalid("AADSTS7000215: Invalid client secret provided.", code="invalid_client")
        if self.secret_expires is not None and now >= self.secret_expires:
            raise Invalid(
                f"AADSTS7000222: The provided client secret keys for app '{client_id}' are expired.",
                code="invalid_client",
            )
        return self.application

    def authenticate_federated(self, tenant: str, client_id: str, assertion: str, now: datetime) -> Application:
        """Return the application that somebody else's token proves; Invalid with Entra's own codes otherwise."""
        self._find(tenant, client_id)
        self.federation.check(assertion, now)
        return self.application

    def check_scope(self, scope: str) -> None:
        """Refuse a scope that no token can be had for; Invalid with Entra's own codes (quoted in public issues)."""
        if not scope.split(" ")[0].endswith("/.default"):
            raise Invalid(
                f"AADSTS1002012: The provided value for scope {scope} is not valid. Client credential flows must have "
                "a scope value with /.default suffixed to the resource identifier (application ID URI).",
                code="invalid_scope",
            )
        resource = audience_of(scope).rstrip("/")
        if resource not in RESOURCES and not resource.endswith(".blob.core.windows.net"):
            raise Invalid(
                f"AADSTS500011: The resource principal named {resource} was not found in the tenant named "
                f"{self.application.tenant_id}.",
                code="invalid_resource",
            )

    def _find(self, tenant: str, client_id: str) -> None:
        if tenant != self.application.tenant_id:
            raise Invalid(f"AADSTS90002: Tenant '{tenant}' not found.", code="invalid_request")
        if client_id != self.application.client_id:
            raise Invalid(
                f"AADSTS700016: Application with identifier '{client_id}' was not found in the directory.",
                code="unauthorized_client",
            )

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
        if now < token.begins:
            raise Unauthenticated("The access token is not yet valid.")
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


def audience_of(scope: str) -> str:
    """Return the resource that a v2.0 scope names: what stands before `/.default` (documented)."""
    resource = scope.split(" ")[0]
    return resource.removesuffix("/.default").removesuffix(".default")
