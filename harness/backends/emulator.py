"""A local Azure ML, in this process, in the place of Azure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from fakes.catalogue import ERAS
from fakes.emulator import Emulator
from harness.backends.select import BackendChoice, refuse_unknown
from harness.backends.surroundings import Surroundings

__all__ = ["open_emulator"]


@contextmanager
def open_emulator(choice: BackendChoice) -> Iterator[Surroundings]:
    """Answer Azure's hosts in this process; UsageError for an era or a pace that the emulator does not know.

    Inside the block the environment holds the variables by which `DefaultAzureCredential` and the lifecycle
    find this Azure, as they would find the other one.
    """
    refuse_unknown(choice, eras=ERAS)
    with Emulator(catalog=choice.catalog, pace=choice.pace, seed=0) as azure:
        yield Surroundings(
            "emulator",
            azure.clock,
            os.environ,
            calls=lambda: len(azure.calls),
            azure=azure,
            workspace={
                "subscription_id": azure.subscription_id,
                "resource_group": azure.resource_group,
                "workspace_name": azure.workspace_name,
            },
        )
