"""Who may call."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from fakes.world.errors import Invalid, Unauthenticated
from fakes.world.identity import TOKEN_LIFETIME, Application, Identity, audience_of

START = datetime(2024, 5, 10, 12, tzinfo=timezone.utc)
ARM = "https://management.azure.com"
APPLICATION = Application("tenant", "client", "secret", "object")


@pytest.fixture
def identity() -> Identity:
    """A tenant with one application."""
    return Identity(APPLICATION, "signing key")


def _verify(identity: Identity, header: str, *, audience: str = ARM, after: timedelta = timedelta()) -> Any:
    return identity.verify(header, (audience,), START + after)


def _claims(text: str) -> Any:
    body = text.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def test_a_token_opens_its_audience(identity: Identity) -> None:
    """A token that was issued for ARM is good at ARM."""
    token = identity.issue(f"{ARM}/.default", START)

    assert _verify(identity, f"Bearer {token.text}") == token


def test_a_token_is_a_jwt(identity: Identity) -> None:
    """MSAL and the SDK may look into a token: audience, tenant, application and expiry are in it."""
    claims = _claims(identity.issue(f"{ARM}/.default", START).text)

    assert (claims["aud"], claims["tid"], claims["appid"], claims["oid"]) == (ARM, "tenant", "client", "object")
    assert claims["exp"] - claims["iat"] == 86_399


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        (f"{ARM}/.default", ARM),
        ("https://ml.azure.com/.default", "https://ml.azure.com"),
        (f"{ARM}//.default", f"{ARM}/"),
        (f"{ARM}/.default openid", ARM),
    ],
)
def test_a_scope_names_its_audience(scope: str, audience: str) -> None:
    """The audience is what stands before `/.default` (documented)."""
    assert audience_of(scope) == audience


@pytest.mark.parametrize(("after", "good"), [(TOKEN_LIFETIME - timedelta(seconds=1), True), (TOKEN_LIFETIME, False)])
def test_a_token_is_good_until_it_expires(identity: Identity, after: timedelta, good: bool) -> None:
    """A token is good for a day less a second (documented)."""
    header = f"Bearer {identity.issue(f'{ARM}/.default', START).text}"
    if good:
        assert _verify(identity, header, after=after)
        return
    with pytest.raises(Unauthenticated, match="is earlier than current UTC time") as refused:
        _verify(identity, header, after=after)
    assert refused.value.code == "ExpiredAuthenticationToken"


def test_another_audience_is_refused_by_name(identity: Identity) -> None:
    """A token for something else says what it was for and what is expected."""
    token = identity.issue("https://storage.azure.com/.default", START)

    with pytest.raises(Unauthenticated, match=f"'https://storage.azure.com'.*'{ARM}'") as refused:
        _verify(identity, f"Bearer {token.text}")
    assert refused.value.code == "InvalidAuthenticationTokenAudience"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "AuthenticationFailed"),
        ("Bearer", "AuthenticationFailed"),
        ("Basic abc", "AuthenticationFailed"),
        ("Bearer made-up", "InvalidAuthenticationToken"),
    ],
)
def test_what_is_no_token_is_refused(identity: Identity, header: str, code: str) -> None:
    """A missing header, another scheme and a made-up token are told apart."""
    with pytest.raises(Unauthenticated) as refused:
        _verify(identity, header)
    assert refused.value.code == code


def test_another_tenant_s_token_is_refused(identity: Identity) -> None:
    """A token that another world issued is not known here."""
    token = Identity(APPLICATION, "another key").issue(f"{ARM}/.default", START)

    with pytest.raises(Unauthenticated, match="invalid"):
        _verify(identity, f"Bearer {token.text}")


@pytest.mark.parametrize(
    ("credentials", "code", "words"),
    [
        (("other", "client", "secret"), "invalid_request", "AADSTS90002: Tenant 'other'"),
        (("tenant", "other", "secret"), "unauthorized_client", "AADSTS700016: .*'other'"),
        (("tenant", "client", "other"), "invalid_client", "AADSTS7000215: "),
    ],
)
def test_wrong_credentials(identity: Identity, credentials: tuple[str, str, str], code: str, words: str) -> None:
    """A wrong tenant, application or secret is refused with Entra's own code (documented)."""
    with pytest.raises(Invalid, match=words) as refused:
        identity.authenticate(*credentials, START)
    assert refused.value.code == code


def test_right_credentials(identity: Identity) -> None:
    """Tenant, application and secret prove the application."""
    assert identity.authenticate("tenant", "client", "secret", START) is APPLICATION


def test_a_federated_token_proves_the_application(identity: Identity) -> None:
    """In the place of a secret."""
    token = identity.federation.token(START)

    assert identity.authenticate_federated("tenant", "client", token, START) is APPLICATION


@pytest.mark.parametrize(("after", "good"), [(-1, False), (0, True), (299, True), (300, False)])
def test_a_federated_token_is_good_for_minutes(identity: Identity, after: int, good: bool) -> None:
    """From its first second to the one before its last."""
    token, now = identity.federation.token(START), START + timedelta(seconds=after)
    if good:
        assert identity.authenticate_federated("tenant", "client", token, now) is APPLICATION
        return
    with pytest.raises(Invalid, match=r"AADSTS700024: .* Current time: 2024-05-10T") as refused:
        identity.authenticate_federated("tenant", "client", token, now)
    assert refused.value.code == "invalid_client"


@pytest.mark.parametrize("token", ["", "a.b", "a.!!!.c", "a.W10.c", "a.eyJleHAiOiJ4In0.c", "\u00e9.\u00e9.\u00e9"])
def test_what_is_no_jwt_is_said_to_be_none(identity: Identity, token: str) -> None:
    """Whatever was written to the file."""
    with pytest.raises(Invalid, match="AADSTS50027"):
        identity.authenticate_federated("tenant", "client", token, START)


@pytest.mark.parametrize(
    ("scope", "good"),
    [
        (f"{ARM}/.default", True),
        (f"{ARM}//.default", True),
        ("https://account.blob.core.windows.net/.default", True),
        (ARM, False),
        ("", False),
        ("https://example.org/.default", False),
    ],
)
def test_a_scope_names_a_resource_of_the_tenant(identity: Identity, scope: str, good: bool) -> None:
    """With the suffix that client credentials need."""
    if good:
        identity.check_scope(scope)
        return
    with pytest.raises(Invalid, match=r"AADSTS(1002012|500011)"):
        identity.check_scope(scope)
