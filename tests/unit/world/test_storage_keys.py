"""Account keys and shared access signatures."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl

import pytest
from azure.storage.blob import (
    AccountSasPermissions,
    ContainerSasPermissions,
    ResourceTypes,
    generate_account_sas,
    generate_blob_sas,
    generate_container_sas,
)

from fakes.world.errors import Forbidden
from fakes.world.storage_keys import account_key, check_sas, container_sas, sas_token

NOW = datetime(2024, 4, 1, tzinfo=timezone.utc)
KEY = account_key(0, "st1")
LATER = NOW + timedelta(hours=1)


def parsed(token: str) -> dict[str, str]:
    """Return the parts of a signature as a server reads them."""
    return dict(parse_qsl(token))


def test_a_key_belongs_to_seed_and_account() -> None:
    """The key is the same for the same seed and account, and different for others."""
    assert account_key(0, "st1") == KEY
    assert len({KEY, account_key(1, "st1"), account_key(0, "st2")}) == 3


def test_an_account_signature_has_the_recorded_parts() -> None:
    """The parts come in the order and with the permissions that were recorded."""
    parts = parsed(sas_token(KEY, "st1", NOW, 1))

    assert list(parts) == ["sv", "sig", "se", "srt", "ss", "sp"]
    assert tuple(parts[name] for name in ("se", "srt", "ss", "sp")) == (
        "2024-04-01T01:00:00Z",
        "co",
        "bf",
        "rcuwdl",
    )


def test_an_issued_signature_opens_its_account() -> None:
    """What we issue, we accept."""
    check_sas(parsed(sas_token(KEY, "st1", NOW, 1)), "st1", KEY, "data/a", NOW)


def test_a_container_signature_opens_its_container_alone() -> None:
    """The signature for one container is none for another."""
    parts = parsed(container_sas(KEY, "st1", "data", NOW, 1))

    check_sas(parts, "st1", KEY, "data/a", NOW)
    with pytest.raises(Forbidden):
        check_sas(parts, "st1", KEY, "other/a", NOW)


@pytest.mark.parametrize(("seconds", "opens"), [(3599, True), (3600, False)])
def test_a_signature_expires(seconds: int, opens: bool) -> None:
    """A signature is good until its expiry and not at it."""
    parts, now = parsed(sas_token(KEY, "st1", NOW, 1)), NOW + timedelta(seconds=seconds)

    if opens:
        check_sas(parts, "st1", KEY, "data", now)
    else:
        with pytest.raises(Forbidden, match="Server failed to authenticate"):
            check_sas(parts, "st1", KEY, "data", now)


@pytest.mark.parametrize("part", ["sig", "se", "sp", "srt", "sv"])
def test_a_changed_signature_is_refused(part: str) -> None:
    """No part of a signature can be changed."""
    parts = parsed(sas_token(KEY, "st1", NOW, 1))

    with pytest.raises(Forbidden) as refused:
        check_sas({**parts, part: parts[part] + "x"}, "st1", KEY, "data", NOW)

    assert "Signature did not match" in dict(refused.value.details)["AuthenticationErrorDetail"]


def test_signatures_of_the_sdk_are_accepted() -> None:
    """What `azure-storage-blob` signs with the account's key opens account, container and blob."""
    read = ContainerSasPermissions(read=True)
    types = ResourceTypes(container=True, object=True)
    tokens = (
        generate_account_sas("st1", KEY, types, AccountSasPermissions(read=True), LATER),
        generate_container_sas("st1", "data", account_key=KEY, permission=read, expiry=LATER, start=NOW),
        generate_blob_sas("st1", "data", "dir/a b", account_key=KEY, permission="r", expiry=LATER),
    )

    for token in tokens:
        check_sas(parsed(token), "st1", KEY, "data/dir/a b", NOW)


def test_a_signature_is_not_good_before_its_start() -> None:
    """A signature with a start is refused before it."""
    token = generate_account_sas("st1", KEY, "o", "r", LATER + timedelta(hours=1), start=LATER)

    with pytest.raises(Forbidden):
        check_sas(parsed(token), "st1", KEY, "data/a", NOW)
