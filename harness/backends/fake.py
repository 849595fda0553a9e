"""An Azure ML in memory, behind doubles of the SDK's clients: no HTTP, milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fakes.catalogue import ERAS
from fakes.ml_client import FakeAzure
from harness.backends.select import BackendChoice, refuse_unknown
from harness.backends.surroundings import Surroundings
from harness.lifecycle.clients import Clients

__all__ = ["open_fake"]


@contextmanager
def open_fake(choice: BackendChoice) -> Iterator[Surroundings]:
    """Hand out clients that answer from memory; UsageError for an era or a pace that they do not know.

    Nothing of the process is replaced: a client that the lifecycle was not handed reaches whatever it always reaches.
    """
    refuse_unknown(choice, eras=ERAS)
    with FakeAzure(catalog=choice.catalog, pace=choice.pace, seed=0) as azure:
        doubles = azure.clients
        yield Surroundings(
            "fake",
            azure.clock,
            azure.environment,
            calls=lambda: 0,
            azure=azure,
            clients=Clients(doubles.ml, doubles.mlflow, doubles.credential),
            workspace=azure.workspace_ids,
        )
