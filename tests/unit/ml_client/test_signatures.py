"""The double takes what the installed SDK takes, or says that it does not: an upgrade that changes this is listed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import pytest
from azure.ai.ml import MLClient
from azure.core.polling import LROPoller

from fakes.ml_client import FakeAzure, FakeMLClient
from fakes.ml_client.factory import ClientFactory
from fakes.ml_client.not_doubled import GROUPS, METHODS, PARAMETERS
from fakes.ml_client.polling import WorldPoller
from fakes.ml_client.scope import Group

YOUNGER = {"jobs.update", "jobs.begin_delete"}
"""Methods that the oldest supported SDK does not have."""


def groups() -> Iterator[tuple[str, type[Group], type[Any]]]:
    """Yield the double's groups by name, each with the SDK's."""
    client = FakeMLClient()
    for name, group in vars(client).items():
        if isinstance(group, Group):
            yield name, type(group), get_type_hints(getattr(MLClient, name).fget)["return"]


def methods(owner: type[Any]) -> dict[str, Callable[..., Any]]:
    """Return the public methods of a class."""
    return {name: found for name, found in inspect.getmembers(owner, inspect.isfunction) if not name.startswith("_")}


def differences(where: str, ours: Callable[..., Any], theirs: Callable[..., Any]) -> Iterator[str]:
    """Yield how a method's parameters differ from the SDK's, apart from what is refused by name."""
    mine, sdk = (inspect.signature(method).parameters for method in (ours, theirs))
    for name, parameter in sdk.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            if f"**{name}" not in PARAMETERS.get(where, {}) and name not in mine:
                yield f"{where}: the SDK takes **{name}"
        elif name not in mine:
            if name not in PARAMETERS.get(where, {}):
                yield f"{where}: {name} is not taken"
        elif (mine[name].kind, mine[name].default) != (parameter.kind, parameter.default):
            yield f"{where}: {mine[name]} where the SDK has {parameter}"
    yield from (f"{where}: the SDK has no {name}" for name in mine if name not in sdk)


def test_every_parameter_of_the_sdk_is_taken_or_refused_by_name() -> None:
    """Names, kinds and defaults are those of the installed SDK."""
    found = [
        difference
        for group, ours, theirs in groups()
        for name, method in methods(ours).items()
        if name != "register_anonymous" and (hasattr(theirs, name) or f"{group}.{name}" not in YOUNGER)
        for difference in differences(f"{group}.{name}", method, getattr(theirs, name))
    ]

    assert found == []


def test_every_method_of_the_sdk_is_doubled_or_declared() -> None:
    """A method of a doubled group that the double lacks is in the table with its reason."""
    missing = [
        f"{group}.{name}" for group, ours, theirs in groups() for name in methods(theirs) if not hasattr(ours, name)
    ]

    assert [name for name in missing if name not in METHODS] == []


def test_every_group_of_the_sdk_is_doubled_or_declared() -> None:
    """A group that the double lacks is in the table."""
    theirs = {name for name, found in vars(MLClient).items() if isinstance(found, property)}
    ours = {name for name, _, _ in groups()} | {"subscription_id", "resource_group_name", "workspace_name"}

    assert theirs - ours - GROUPS == set()


def test_nothing_is_refused_that_the_sdk_does_not_have() -> None:
    """The tables hold no parameter that is taken after all."""
    taken = [
        f"{where}: {name}"
        for group, ours, _ in groups()
        for where, refused in PARAMETERS.items()
        if where.startswith(f"{group}.")
        for name in refused
        if name in inspect.signature(getattr(ours, where.partition(".")[2])).parameters
    ]

    assert taken == []


@pytest.mark.parametrize("name", ["create_or_update", "begin_create_or_update"])
def test_the_client_itself_takes_what_mlclient_takes(name: str) -> None:
    """Entities of any kind go through the two methods of the client."""
    assert list(differences(name, getattr(FakeMLClient, name), getattr(MLClient, name))) == []


def test_the_factory_takes_what_the_class_takes() -> None:
    """Positional parameters stand in the same order, so code that makes an MLClient makes a double."""
    for ours, theirs in (
        (ClientFactory.__call__, MLClient.__init__),
        (ClientFactory.from_config, MLClient.from_config),
    ):
        mine = {name: p for name, p in inspect.signature(ours).parameters.items() if name != "self"}
        sdk = {name: p for name, p in inspect.signature(theirs).parameters.items() if name not in ("self", "kwargs")}

        assert [(n, p.kind, p.default) for n, p in mine.items() if n in sdk] == [
            (n, p.kind, p.default) for n, p in sdk.items()
        ]


def test_the_poller_has_every_public_method_of_its_base() -> None:
    """None of azure-core's own methods, which would look for a thread, is left to be called."""
    assert [name for name in methods(LROPoller) if name not in vars(WorldPoller)] == []


def test_what_is_refused_is_named(fake_azure: FakeAzure) -> None:
    """A parameter, a method and a group that the double does not have are errors that say so."""
    client = fake_azure.workspace_client()

    with pytest.raises(TypeError, match="tag"):
        client.jobs.begin_cancel("x", tag="y")
    with pytest.raises(AttributeError, match=r"models\.package: builds an image"):
        client.models.package("x")
    with pytest.raises(AttributeError, match="schedules"):
        client.schedules.list()
    with pytest.raises(NotImplementedError, match="local=True"):
        client.online_endpoints.get("x", local=True)
