"""A double of `MLClient`: Azure ML in memory, with the SDK's own entities, exceptions and pollers, without HTTP."""

from fakes.ml_client.client import FakeMLClient
from fakes.ml_client.fake_azure import FakeAzure, FakeClients, FakeCredential
from fakes.ml_client.tracking import FakeMlflowClient

__all__ = ["FakeAzure", "FakeClients", "FakeCredential", "FakeMLClient", "FakeMlflowClient"]
