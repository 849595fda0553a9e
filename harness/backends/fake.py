"""An Azure ML in memory, behind doubles of the SDK's clients: no HTTP, milliseconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from fakes.catalogue import ERAS
from fakes.ml_client import FakeAzure
from fakes.ml_client.line import Line
from fakes.ml_client.scoring_calls import post_score
from harness.backends.select import BackendChoice, refuse_unknown
from harness.backends.surroundings import Surroundings
from harness.doors.messages import BrokenConnectionError
from harness.gate.scoring.posting import Post, Reply, UnansweredError
from harness.lifecycle.clients import Clients

__all__ = ["open_fake", "post_to"]


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
            post=post_to(azure.line),
        )


def post_to(line: Line) -> Post:
    """Return what carries a scoring request into the world, since no HTTP does."""

    def post(address: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> Reply:
        try:
            reply = post_score(line, address, headers, body)
        except BrokenConnectionError as error:
            if error.kind == "timeout":
                raise UnansweredError("timeout", f"no reply within {timeout_s:g} s") from error
            raise UnansweredError("connection_error", error.kind) from error
        return Reply(reply.status, {name.lower(): value for name, value in reply.headers.items()}, reply.whole())

    return post
