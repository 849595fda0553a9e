"""The fixtures that teams use, for the double's own tests."""

from __future__ import annotations

from fakes.ml_client.fixtures import fake_azure, fake_ml_client

__all__ = ["fake_azure", "fake_ml_client"]
