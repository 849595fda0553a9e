"""A server that was killed is resumed: what it had answered is there, with the same ids and instants."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from states import ENDPOINT, ENVIRONMENT, States, admin, ask, content, plant

from fakes.emulator.exchange import Request
from fakes.world.world import World


@pytest.fixture
def states(tmp_path: Path) -> Iterator[States]:
    """State files of the test's own."""
    states = States(tmp_path)
    with states.stack:
        yield states


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that interrupt each other as often as can be."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def _secrets(world: World) -> list[object]:
    return [(each.primary_key, each.principal_id, each.created) for each in world.home.endpoints.values()]


def test_all_of_it_is_there_again(states: States) -> None:
    """Resources, their instants and every id are those of before, though time flowed while it served."""
    site = states.open()
    for number in range(3):
        plant(site, {"url": f"onlineEndpoints/e-{number}", "body": ENDPOINT, "advance": 60})
    before = content(site)
    again = states.after_a_kill()

    assert content(again) == before
    assert _secrets(again.world) == _secrets(site.world)
    assert again.resumed is not None
    assert (again.resumed.requests, again.resumed.otherwise, again.resumed.dropped) == (4, 0, 0)


def test_so_is_what_many_clients_made_at_once(states: States, hasty: None) -> None:
    """Requests take turns, and each draws its ids in its turn: the next id is the same one too."""
    site = states.open()
    with ThreadPoolExecutor(16) as threads:
        each = [{"url": f"environments/e-{number}/versions/1", "body": ENVIRONMENT} for number in range(64)]
        list(threads.map(lambda request: plant(site, request), each))
    again = states.after_a_kill()

    assert content(again) == content(site)
    assert again.world.ids.guid() == site.world.ids.guid()


def test_time_goes_on_from_the_last_request(states: States) -> None:
    """While no server runs no time passes: the clock goes on from what was asked last."""
    site = states.open(time_scale=0.0)
    admin(site, "POST", "/admin/clock", {"advance": 1234.5})

    assert states.after_a_kill(time_scale=0.0).clock.now() == site.clock.now()


def test_a_clean_stop_keeps_the_time_too(states: States) -> None:
    """What passed between the last request and the stop has passed."""
    site = states.open(time_scale=0.0)
    site.clock.advance(77)
    site.close()

    assert states.after_a_kill(time_scale=0.0).clock.now() == site.clock.now()


def test_tokens_of_before_are_still_good(states: States) -> None:
    """A client that lives on need not sign in again, though the new server's time flows at another pace."""
    site = states.open()
    who = site.world.identity.application
    form = f"grant_type=client_credentials&client_id={who.client_id}&client_secret={who.client_secret}"
    url = f"https://login.microsoftonline.com/{who.tenant_id}/oauth2/v2.0/token"
    body = f"{form}&scope=https://management.azure.com/.default".encode()
    token = json.loads(site.answer(Request.from_parts("POST", url, {}, body)).whole())["access_token"]
    again = states.after_a_kill(time_scale=1.0)
    asked = f"https://management.azure.com{again.world.home.arm_id}?api-version=2024-10-01"

    assert again.answer(Request.from_parts("GET", asked, {"Authorization": f"Bearer {token}"}, b"")).status == 200


def test_the_authority_is_the_same(states: States) -> None:
    """Clients that trust the authority of before trust the resumed server."""
    site = states.open()

    assert states.after_a_kill().certificates.authority == site.certificates.authority


def test_faults_and_their_counts_come_back(states: States) -> None:
    """A fault of which one call is left meets the next one."""
    site = states.open()
    admin(site, "POST", "/admin/faults", {"operation": "Workspaces_Get", "fault": "http", "status": 503, "nth": 2})
    ask(site, "GET", "")

    assert [armed.countdown for armed in states.after_a_kill().faults.armed()] == [1]


def test_a_connection_that_broke_breaks_again(states: States) -> None:
    """A request whose answer was lost had its effect, and has it again; that is no difference."""
    site = states.open()
    fault = {"operation": "EnvironmentsVersions_CreateOrUpdate", "fault": "connection", "when": "after"}
    admin(site, "POST", "/admin/faults", fault)
    with pytest.raises(Exception, match="injected connection fault: reset"):
        plant(site, {"url": "environments/e/versions/1", "body": ENVIRONMENT})
    again = states.after_a_kill()

    assert [held["name"] for held in content(again)["resources"]] == ["acceptance", "e:1"]
    assert again.resumed is not None
    assert again.resumed.otherwise == 0


def test_a_defect_is_no_end_of_all_resuming(states: States, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that could not be answered then is not answered now, and what came after it is there."""
    monkeypatch.setattr("fakes.world.inventory._jobs", lambda *_: 1 / 0)
    site = states.open()
    with pytest.raises(ZeroDivisionError):
        admin(site, "GET", "/admin/dump")
    plant(site, {"url": "environments/e/versions/1", "body": ENVIRONMENT})
    again = states.after_a_kill()

    assert again.world.home.assets.find("environments", "e", "1")
    assert again.resumed is not None
    assert again.resumed.otherwise == 0


def test_a_reset_forgets_what_was(states: States) -> None:
    """After a reset the file is that of the new world, and resumes as such."""
    site = states.open()
    plant(site, {"url": "onlineEndpoints/e-one", "body": ENDPOINT})
    admin(site, "POST", "/admin/reset", {"seed": 3})
    again = states.after_a_kill(seed=3)

    assert content(again) == content(site)
    assert again.resumed is not None
    assert again.resumed.requests == 0


def test_a_large_body_comes_back(states: States) -> None:
    """What was uploaded is there again, byte for byte."""
    site, sent = states.open(), bytes(range(256)) * 40_000
    asked = {"expirableSecret": True}
    secrets = json.loads(ask(site, "POST", "/datastores/workspaceblobstore/listSecrets", asked).whole())
    home = site.world.home
    url = f"https://{home.storage_account}.blob.core.windows.net/{home.default_container}/b{secrets['sasToken']}"
    site.answer(Request.from_parts("PUT", url, {"x-ms-blob-type": "BlockBlob"}, sent))

    assert states.after_a_kill().answer(Request.from_parts("GET", url, {}, b"")).whole() == sent


@given(st.integers(0, 1000))
def test_what_was_cut_short_is_dropped(tmp_path_factory: pytest.TempPathFactory, thousandths: int) -> None:
    """Wherever a kill cuts the file, all whole records are carried out, and the file can be written on."""
    states = States(tmp_path_factory.mktemp("cut"))
    with states.stack:
        site = states.open()
        head = len(states.file.read_bytes())
        for version in range(3):
            plant(site, {"url": f"environments/e/versions/{version}", "body": ENVIRONMENT})
        cut = head + (len(states.file.read_bytes()) - head) * thousandths // 1000
        again = states.after_a_kill(lambda whole: whole[:cut])
        plant(again, {"url": "environments/last/versions/1", "body": ENVIRONMENT})
        before = content(again)

        assert before["resources"][-1]["name"] == "last:1"
        assert content(states.after_a_kill()) == before
