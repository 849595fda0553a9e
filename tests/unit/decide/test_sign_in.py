"""What a refused sign-in is said to mean."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from harness.decide.sign_in import REFUSALS, explain_sign_in, skew

NOON = datetime(2026, 5, 10, 12, tzinfo=timezone.utc)
UNCONFIGURED = "EnvironmentCredential: EnvironmentCredential authentication unavailable. Not fully configured. "


@pytest.mark.parametrize("code", REFUSALS)
def test_each_known_code_has_a_remedy_of_its_own(code: str) -> None:
    """The code is found in Entra's words, wherever it stands."""
    said = f"DefaultAzureCredential failed: EnvironmentCredential: Authentication failed: AADSTS{code}: no. Trace ID: 1"

    assert explain_sign_in(said) is REFUSALS[code]
    assert REFUSALS[code].remedy.endswith(".")


def test_a_longer_code_is_not_taken_for_a_shorter_one() -> None:
    """AADSTS70021 is the beginning of three others."""
    found = explain_sign_in("AADSTS700213: No matching federated identity record found")

    assert found is not None
    assert "subject" in found.what


@pytest.mark.parametrize("said", ["", "az login", "AADSTS1: something new", UNCONFIGURED])
def test_what_is_not_known_is_not_explained(said: str) -> None:
    """Then the general remedy stands."""
    assert explain_sign_in(said) is None


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("WorkloadIdentityCredential: [Errno 2] No such file or directory: '/run/token'", "not there: /run/token"),
        ("EnvironmentCredential: Authentication failed: ('Unable to connect to proxy', ...)", "cannot be reached"),
        ("WorkloadIdentityCredential: <urllib3> Failed to resolve 'login.microsoftonline.com'", "cannot be reached"),
        ("EnvironmentCredential: SSLError(CERTIFICATE_VERIFY_FAILED)", "not trusted"),
    ],
)
def test_trouble_before_entra_answers_is_explained(said: str, what: str) -> None:
    """A file that is missing, a network and a certificate are told by the words of the libraries."""
    found = explain_sign_in(f"DefaultAzureCredential failed. {said}")

    assert found is not None
    assert what in found.what


def test_a_chain_that_is_not_configured_is_no_network_trouble() -> None:
    """The other credentials of the chain always say that they cannot connect."""
    assert explain_sign_in(f"{UNCONFIGURED}ManagedIdentityCredential: timed out") is None


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(minutes=5), ""),
        (timedelta(minutes=-5), ""),
        (timedelta(minutes=10), "this machine's clock is 10 min ahead of Azure's"),
        (timedelta(minutes=-90), "this machine's clock is 90 min behind Azure's"),
        (timedelta(hours=-25), "this machine's clock is 25 h behind Azure's"),
    ],
)
def test_clocks_that_are_apart_are_told(ahead: timedelta, said: str) -> None:
    """Five minutes are allowed, on either side."""
    assert skew(NOON, NOON + ahead) == said


def test_file_of_certificates_that_is_gone_is_named() -> None:
    """A server that has stopped took its own along, and the shell still names it."""
    said = "EnvironmentCredential: Could not find a suitable TLS CA certificate bundle, invalid path: /trust/ca.pem To"
    found = explain_sign_in(said)

    assert found is not None
    assert found.what.endswith("/trust/ca.pem")
    assert "REQUESTS_CA_BUNDLE" in found.remedy
