"""What is said of a request that was not recorded."""

from __future__ import annotations

import requests
from azure.core.exceptions import AzureError
from exchanges import made

from harness.cassettes.matching import Index, key_of
from harness.cassettes.misses import explain
from harness.cassettes.tape import Interaction
from harness.errors import CassetteMiss


def _miss(asked: Interaction, *recorded: Interaction) -> CassetteMiss:
    return explain(key_of(asked.request), Index.of(recorded).turns, "a.yaml")


def test_changed_member_is_named_with_both_values() -> None:
    """A body that changed in one member is told by the path of that member."""
    recorded = made("/e", "PUT", {"properties": {"traffic": {"blue": 90}, "kept": 1}})
    miss = _miss(made("/e", "PUT", {"properties": {"traffic": {"blue": 80}, "kept": 1}}), recorded)

    assert miss.got == "body.properties.traffic.blue: recorded 90, asked 80"
    assert "interaction 0" in miss.expected


def test_renamed_member_is_named_twice() -> None:
    """A member that is spelled otherwise is one that is missing and one that is new."""
    miss = _miss(made("/e", "PUT", {"deployment_name": "a"}), made("/e", "PUT", {"deploymentName": "a"}))

    assert "body.deploymentName: recorded 'a', not asked" in miss.got
    assert "body.deployment_name: asked 'a', not recorded" in miss.got


def test_moved_api_version_is_named() -> None:
    """Another api-version is told as such."""
    miss = _miss(made("/e?api-version=2026-01-01"), made("/e?api-version=2023-04-01"))

    assert miss.got == "query.api-version: recorded '2023-04-01', asked '2026-01-01'"


def test_nearest_request_is_the_one_that_shares_most() -> None:
    """Among several the one with the most in common is named, by its place in the cassette."""
    others = [made("/jobs/1"), made("/endpoints/a/deployments/blue", "PUT"), made("/endpoints/b")]
    miss = _miss(made("/endpoints/a/deployments/green", "PUT"), *others)

    assert miss.expected.startswith("interaction 1, the nearest: PUT")
    assert "path: recorded /endpoints/a/deployments/blue, asked /endpoints/a/deployments/green" in miss.got


def test_one_request_too_many_is_told_as_that() -> None:
    """What was recorded, but not so often, is not explained by differences."""
    miss = _miss(made("/e"), made("/e"), made("/f"))

    assert "asked more often than it was recorded" in miss.what


def test_empty_cassette_has_nothing_near() -> None:
    """Where nothing was recorded the miss says so."""
    assert "all has been played" in _miss(made("/e")).got


def test_many_differences_are_cut() -> None:
    """A body that has nothing in common does not flood the message."""
    miss = _miss(made("/e", "PUT", {f"a{n}": n for n in range(30)}), made("/e", "PUT", {"b": 1}))

    assert miss.got.endswith("and 23 more")


def test_no_library_takes_a_miss_for_its_own_error() -> None:
    """Neither azure-core nor requests nor a handler of OS errors would catch it, and so retry."""
    assert not issubclass(CassetteMiss, AzureError | OSError | requests.RequestException)
