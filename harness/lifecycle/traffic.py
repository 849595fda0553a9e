"""Which deployment of an endpoint answers whom: read, changed, written and read back.

A PUT replaces the whole endpoint, so a fresh entity would wipe mirror traffic, tags and description.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.decide.traffic import shift
from harness.errors import DeploymentFailed
from harness.lifecycle.waiting import Waiting, operate

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["change_traffic", "read_traffic", "set_traffic", "shift_traffic"]

Traffic = dict[str, int]
"""Percentages by deployment."""


def read_traffic(endpoint: Any) -> Traffic:
    """Return the live traffic of an endpoint as the SDK hands it out."""
    return {name: int(share) for name, share in (endpoint.traffic or {}).items()}


def shift_traffic(client: Any, name: str, deployment: str, percent: int, **within: Unpack[Waiting]) -> Any:
    """Give one deployment `percent` of the traffic and the others, in proportion, what is left of 100."""
    return change_traffic(client, name, lambda current: shift(current, deployment, percent), **within)


def set_traffic(client: Any, name: str, traffic: Mapping[str, int], **within: Unpack[Waiting]) -> Any:
    """Divide the traffic of an endpoint as it once was; deployments that are not named get none."""
    return change_traffic(client, name, lambda _: dict(traffic), **within)


def change_traffic(client: Any, name: str, change: Callable[[Traffic], Traffic], **within: Unpack[Waiting]) -> Any:
    """Write what `change` makes of an endpoint's traffic, and return the endpoint as it is afterwards.

    DeploymentFailed when Azure refuses, or when what is read back is something else.
    """
    endpoint = client.online_endpoints.get(name)
    wanted = change(read_traffic(endpoint))
    what = f"changing the traffic to {', '.join(f'{to} {share} %' for to, share in wanted.items()) or 'nobody'}"
    endpoint.traffic = wanted
    begin = partial(client.online_endpoints.begin_create_or_update, endpoint)
    operate(begin, what, failure=DeploymentFailed, **within)
    live = client.online_endpoints.get(name)
    if _shares(read_traffic(live)) != _shares(wanted):
        raise DeploymentFailed(
            f"{what} had no effect",
            where=f"endpoint {name}",
            got=f"the traffic {read_traffic(live)}",
            expected=f"the traffic {wanted}",
            remedy="Look whether somebody else changes the endpoint, and run again.",
        )
    return live


def _shares(traffic: Mapping[str, int]) -> Traffic:
    """Return what is not 0, by lower-case names: the SDK sends them so (SDK source)."""
    return {name.casefold(): share for name, share in traffic.items() if share}
