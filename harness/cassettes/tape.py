"""A cassette as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["Cassette", "Digest", "Interaction", "Metadata", "Request", "Response"]


@dataclass(frozen=True, slots=True)
class Digest:
    """Stands for uploaded data, which are told apart but not kept. sha256: of the data, what is sensitive masked."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. headers: those that say something, in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | Digest = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, decoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Interaction:
    """An exchange. again: the instants at which the same was asked again and the same came back."""

    at: datetime
    request: Request
    response: Response
    again: tuple[datetime, ...] = ()

    @property
    def instants(self) -> tuple[datetime, ...]:
        """When it happened, each time."""
        return (self.at, *self.again)


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where a cassette comes from, and what it was recorded with.

    recorded_from: "live" for Azure, "emulator (socket)" for a local Azure ML in another process, "emulator" for one in
    this process, "nobody" where nothing was asked. recorded, last_validated: dates; a second recording that finds
    nothing new moves the latter alone. began: the instant on the clock of the recording.
    variables: what the scenario made up, by name. workspace: the ids of the workspace, as they stand in the traffic.
    """

    recorded_from: str
    recorded: str
    last_validated: str
    began: datetime
    sdk: Mapping[str, str] = field(default_factory=dict)
    api_versions: Sequence[str] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    workspace: Mapping[str, str] = field(default_factory=dict)
    checksum: str = ""


@dataclass(frozen=True, slots=True)
class Cassette:
    """What one scenario asked and was answered, in the order in which it first happened."""

    metadata: Metadata
    interactions: Sequence[Interaction]

    def exchanges(self) -> Iterator[tuple[datetime, Interaction]]:
        """Yield every exchange with its instant, repeated ones too, in the order of time."""
        turns = [(at, interaction) for interaction in self.interactions for at in interaction.instants]
        yield from sorted(turns, key=lambda turn: turn[0])
