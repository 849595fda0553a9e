"""A double of `MLClient`: Azure ML in memory, with the SDK's own entities, exceptions and pollers, without HTTP."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakes.ml_client.client import FakeMLClient
    from fakes.ml_client.fake_azure import FakeAzure, FakeClients, FakeCredential
    from fakes.ml_client.tracking import FakeMlflowClient

__all__ = ["FakeAzure", "FakeClients", "FakeCredential", "FakeMLClient", "FakeMlflowClient"]

_HOMES = {
    "FakeAzure": "fake_azure",
    "FakeClients": "fake_azure",
    "FakeCredential": "fake_azure",
    "FakeMLClient": "client",
    "FakeMlflowClient": "tracking",
}


def __getattr__(name: str) -> Any:
    """Import a class when it is asked for: pytest loads this package's fixtures into every suite, the SDK into few."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
