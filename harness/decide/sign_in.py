"""What a refused sign-in means and what to do about it, by the codes that Entra gives (AADSTS...)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

__all__ = ["REFUSALS", "SignInRefusal", "explain_missing_bundle", "explain_sign_in", "skew"]

_CODE = re.compile(r"AADSTS(\d+)")
_NO_FILE = re.compile(r"WorkloadIdentityCredential: .*No such file or directory: '([^']*)'")
_NO_BUNDLE = re.compile(r"suitable TLS CA certificate bundle, invalid path: (\S+)")
_UNTRUSTED = re.compile(r"CERTIFICATE_VERIFY_FAILED|certificate verify failed")
_UNREACHED = re.compile(
    r"(?:Environment|WorkloadIdentity)Credential: (?!\w+Credential authentication unavailable).{0,200}?"
    r"(?:Unable to connect|Failed to establish|Failed to resolve|NameResolutionError|timed out)",
    re.DOTALL,
)
"""Of the chain, only credentials that are configured are asked for: the others always say that they cannot connect."""

_ALLOWED_SKEW_S = 300.0
"""How far clocks may be apart before tokens are refused for it (documented for Entra)."""


@dataclass(frozen=True, slots=True)
class SignInRefusal:
    """What is wrong, as a clause, and the remedy, as a sentence."""

    what: str
    remedy: str


_NEW_SECRET = "Make a new client secret for the application and set AZURE_CLIENT_SECRET to its value."
_FEDERATED = "Give the application a federated credential for exactly this issuer, subject and audience."

REFUSALS: Mapping[str, SignInRefusal] = {
    "7000215": SignInRefusal(
        "the client secret is wrong", "Set AZURE_CLIENT_SECRET to the secret's value; its id is no secret."
    ),
    "7000222": SignInRefusal("the client secret has expired", _NEW_SECRET),
    "700016": SignInRefusal(
        "the application is not known in this tenant", "Check AZURE_CLIENT_ID, and AZURE_TENANT_ID beside it."
    ),
    "90002": SignInRefusal("there is no such tenant", "Check AZURE_TENANT_ID."),
    "900023": SignInRefusal("the tenant id is none", "Set AZURE_TENANT_ID to the tenant's id or one of its domains."),
    "700024": SignInRefusal(
        "the federated token is out of its time",
        "Have a new one written to AZURE_FEDERATED_TOKEN_FILE just before the run: it is good for minutes; check this "
        "machine's clock as well.",
    ),
    "700027": SignInRefusal(
        "the federated token, or the certificate, was not signed by whom the application trusts",
        "Take the token from the issuer that the application's federated credential names.",
    ),
    "50027": SignInRefusal(
        "what was sent as a federated token is none", "Look into the file that AZURE_FEDERATED_TOKEN_FILE names."
    ),
    "70021": SignInRefusal("the application does not know this federated token", _FEDERATED),
    "70025": SignInRefusal("the application has no federated credential", _FEDERATED),
    "700211": SignInRefusal("the application does not know the issuer of the federated token", _FEDERATED),
    "700212": SignInRefusal("the federated token is for another audience", _FEDERATED),
    "700213": SignInRefusal("the application does not know the subject of the federated token", _FEDERATED),
    "500011": SignInRefusal(
        "the tenant does not know the resource that a token is wanted for",
        "Check AZURE_TENANT_ID, and that AZURE_AUTHORITY_HOST and ARM_CLOUD_METADATA_URL name the same cloud.",
    ),
    "50076": SignInRefusal("a second factor is asked for", "Sign in again with `az login`."),
    "50079": SignInRefusal("a second factor is asked for", "Sign in again with `az login`."),
    "50173": SignInRefusal("the sign-in is no longer good", "Sign in again with `az login`."),
    "700082": SignInRefusal("the sign-in has expired", "Sign in again with `az login`."),
    "53003": SignInRefusal(
        "the tenant's conditional access forbids it",
        "Sign in from where it is allowed, or ask the tenant's administrator.",
    ),
}
"""The refusals that users of automation meet (documented by Entra, quoted in public issues)."""

_NOT_TRUSTED = SignInRefusal(
    "the certificate of the sign-in service is not trusted here",
    "Set REQUESTS_CA_BUNDLE to the certificates of your proxy, or of the local Azure ML.",
)
_NOT_REACHED = SignInRefusal(
    "the sign-in service cannot be reached", "Check the network, HTTPS_PROXY and AZURE_AUTHORITY_HOST."
)


def explain_sign_in(said: str) -> SignInRefusal | None:
    """Return what the words of a failed sign-in mean; None when they hold nothing that we know."""
    missing = _NO_FILE.search(said)
    if missing is not None:
        return SignInRefusal(
            f"the file of the federated token is not there: {missing.group(1)}",
            "Set AZURE_FEDERATED_TOKEN_FILE to the file that holds the token, or have it written before the run.",
        )
    untrusting = explain_missing_bundle(said)
    if untrusting is not None:
        return untrusting
    known = next((REFUSALS[code] for code in _CODE.findall(said) if code in REFUSALS), None)
    if known is None and _UNTRUSTED.search(said):
        return _NOT_TRUSTED
    return _NOT_REACHED if known is None and _UNREACHED.search(said) else known


def explain_missing_bundle(said: str) -> SignInRefusal | None:
    """Return what it means that a request finds no certificates to trust; None when its words say something else.

    `requests` raises OSError then, whatever the request was for.
    """
    bundle = _NO_BUNDLE.search(said)
    if bundle is None:
        return None
    return SignInRefusal(
        f"the file of certificates to trust is not there: {bundle.group(1)}",
        "Correct or unset REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE; a local Azure ML that stops removes its own.",
    )


def skew(theirs: datetime, ours: datetime) -> str:
    """Return how far this machine's clock is from Azure's, "" when it is near enough for tokens to be accepted."""
    seconds = (ours - theirs).total_seconds()
    if abs(seconds) <= _ALLOWED_SKEW_S:
        return ""
    side = "ahead of" if seconds > 0 else "behind"
    minutes = round(abs(seconds) / 60)
    apart = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    return f"this machine's clock is {apart} {side} Azure's"
