"""Which deployment of an endpoint answers whom: read, changed, written and read back.

A PUT replaces the whole endpoint, so a fresh entity would wipe live traffic, mirror traffic, tags and description.
Azure offers no condition on a PUT: between reading and writing somebody else's change can get lost, and reading back
says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError

from harness.decide.traffic import Division, shift
from harness.errors import DeploymentFailed, ParameterError, Unfinished
from harness.lifecycle.outages import answered
from harness.lifecycle.refusals import is_transient
from harness.lifecycle.waiting import Deadline, Waiting, operate, word

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "Settings",
    "change_endpoint",
    "change_traffic",
    "read_settings",
    "read_traffic",
    "set_traffic",
    "shift_traffic",
]

Traffic = dict[str, int]
"""Percentages by deployment."""

_MOVING = ("Creating", "Updating", "Deleting", "Provisioning", "Scaling")
"""States in which an endpoint takes no change."""

_PAUSE_S = 5.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What is changed of an endpoint; all else stays as it is."""

    division: Division
    tags: Mapping[str, str]


def read_traffic(endpoint: Any) -> Traffic:
    """Return the live traffic of an endpoint as the SDK hands it out."""
    return {name: int(share) for name, share in (endpoint.traffic or {}).items()}


def read_settings(endpoint: Any) -> Settings:
    """Return live traffic, mirror traffic and tags of an endpoint; the SDK's own comparison leaves the mirror out."""
    division = Division.of(endpoint.traffic, getattr(endpoint, "mirror_traffic", None))
    return Settings(division, dict(getattr(endpoint, "tags", None) or {}))


def shift_traffic(client: Any, name: str, deployment: str, percent: int, **within: Unpack[Waiting]) -> Any:
    """Give one deployment `percent` of the traffic and the others, in proportion, what is left of 100."""
    return change_traffic(client, name, lambda current: shift(current, deployment, percent), **within)


def set_traffic(client: Any, name: str, traffic: Mapping[str, int], **within: Unpack[Waiting]) -> Any:
    """Divide the traffic of an endpoint as it once was; deployments that are not named get none."""
    return change_traffic(client, name, lambda _: dict(traffic), **within)


def change_traffic(client: Any, name: str, change: Callable[[Traffic], Traffic], **within: Unpack[Waiting]) -> Any:
    """Write what `change` makes of an endpoint's live traffic; see `change_endpoint`."""

    def changed(settings: Settings) -> Settings:
        live = change(dict(settings.division.live))
        return replace(settings, division=Division.of(live, settings.division.mirror))

    return change_endpoint(client, name, changed, **within)


def change_endpoint(client: Any, name: str, change: Callable[[Settings], Settings], **within: Unpack[Waiting]) -> Any:
    """Write what `change` makes of an endpoint's settings, and return the endpoint as it is afterwards.

    Waits while another operation runs on it, and reads anew before each try. What is so already is not written.
    ParameterError, with nothing sent, when an endpoint that answers would answer nobody; DeploymentFailed when Azure
    refuses, or when what is read back is something else.
    """
    deadline = Deadline(within["clock"], within["deadline_s"])
    while True:
        endpoint = _at_rest(client, name, deadline, within)
        before = read_settings(endpoint)
        wanted = change(before)
        _refuse_silence(name, before.division, wanted.division)
        if wanted == before:
            return endpoint
        moves = wanted.division != before.division
        what = f"changing the traffic to {wanted.division}" if moves else f"changing the tags of endpoint {name}"
        endpoint.traffic, endpoint.mirror_traffic = dict(wanted.division.live), dict(wanted.division.mirror)
        endpoint.tags = dict(wanted.tags)
        try:
            begin = partial(client.online_endpoints.begin_create_or_update, endpoint)
            operate(begin, what, failure=DeploymentFailed, **within)
        except DeploymentFailed as error:
            if deadline.passed or not _may_pass(error):
                raise
            within["watch"].progress(f"{error}; trying again")
            within["clock"].sleep(_PAUSE_S)
        else:
            return _seen(client, name, wanted, what)


def _at_rest(client: Any, name: str, deadline: Deadline, within: Waiting) -> Any:
    """Return the endpoint once no operation runs on it; Unfinished when one still does at the deadline."""
    while True:
        ask = partial(client.online_endpoints.get, name)
        endpoint = answered(ask, f"endpoint {name}", clock=within["clock"], watch=within["watch"], deadline=deadline)
        state = word(getattr(endpoint, "provisioning_state", ""))
        if state not in _MOVING:
            return endpoint
        if deadline.passed:
            raise Unfinished(
                f"endpoint {name} was busy for {deadline.seconds:g} s",
                where=f"endpoint {name}",
                got=f"state {state}",
                expected="an endpoint on which no operation runs",
                remedy="Look who else changes it, and run again.",
            )
        within["watch"].progress(f"endpoint {name}: {state}; waiting")
        within["clock"].sleep(_PAUSE_S)


def _refuse_silence(name: str, before: Division, wanted: Division) -> None:
    """Refuse to send an empty map to an endpoint that answers: a fresh entity holds one, and it wipes the traffic."""
    if before.live and not wanted.live:
        raise ParameterError(
            f"endpoint {name} would answer nobody any more",
            where="endpoint traffic",
            got="no live traffic",
            expected=f"shares that add up to 100 %; it has {before}",
            remedy="Give its traffic to another deployment, or delete the endpoint.",
        )


def _seen(client: Any, name: str, wanted: Settings, what: str) -> Any:
    """Read back that the change has been made; what Azure itself adds to the tags is no matter."""
    live = client.online_endpoints.get(name)
    found = read_settings(live)
    missing = {tag for tag, value in wanted.tags.items() if found.tags.get(tag) != value}
    if found.division != wanted.division or missing:
        lost = f", without the tags {', '.join(sorted(missing))}" if missing else ""
        raise DeploymentFailed(
            f"{what} had no effect",
            where=f"endpoint {name}",
            got=f"the traffic {found.division}{lost}",
            expected=f"the traffic {wanted.division}",
            remedy="Look whether somebody else changes the endpoint, and run again.",
        )
    return live


def _may_pass(error: DeploymentFailed) -> bool:
    cause = error.__cause__
    return isinstance(cause, AzureError) and is_transient(cause)
