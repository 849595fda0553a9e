"""What clients keep by their own clocks is good as long as they were told, however fast virtual time flows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from wire import Wire, wired

SCALE = 1000.0
HOUR = 3600.0
ENDPOINT = {"location": "eastus2", "properties": {"authMode": "AMLToken"}}


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[Wire]:
    """A server where a thousand seconds pass in one."""
    with wired(tmp_path, time_scale=SCALE) as wire:
        yield wire


def _passes(wire: Wire, seconds: float) -> None:
    """Let so many seconds of the clients' pass."""
    wire.admin("POST", "/admin/clock", {"advance": seconds * SCALE})


@pytest.mark.parametrize(("hours", "status"), [(0.9, 404), (1.1, 403)])
def test_a_signature_of_an_hour_is_good_for_one(fast: Wire, hours: float, status: int) -> None:
    """Within it a blob is not found, and after it nobody may ask for it."""
    sas = fast.ask("POST", "/datastores/workspaceblobstore/listSecrets", {"expirableSecret": True}).json()["sasToken"]
    home = fast.site.world.home
    _passes(fast, hours * HOUR)
    url = f"https://{home.storage_account}.blob.core.windows.net/{home.default_container}/none{sas}"

    assert fast.ask("GET", url, headers={"Authorization": None}).status_code == status


@pytest.mark.parametrize(("hours", "status"), [(23, 200), (25, 401)])
def test_a_token_of_a_day_is_good_for_one(fast: Wire, hours: float, status: int) -> None:
    """A day of the client's, in which years pass here."""
    with fast.session() as session:
        _passes(fast, hours * HOUR)

        assert session.get(fast.url(), timeout=10).status_code == status


def test_a_token_of_an_endpoint_lasts_too(fast: Wire) -> None:
    """It is told when it expires, which is a day of the client's from now."""
    fast.ask("PUT", "/onlineEndpoints/e-one", ENDPOINT)
    _passes(fast, 1)
    before = fast.site.clock.now().timestamp()
    token = fast.ask("POST", "/onlineEndpoints/e-one/token").json()

    assert (token["expiryTimeUtc"] - before) / SCALE == pytest.approx(24 * HOUR, rel=0.01)
    assert (token["refreshAfterTimeUtc"] - before) / SCALE == pytest.approx(12 * HOUR, rel=0.01)
