"""`FakeAzure`: an Azure ML in this process, and clients of it that need no HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azure.core.credentials import AccessToken, AccessTokenInfo

from fakes.ml_client.client import FakeMLClient, make_world
from fakes.ml_client.factory import ClientFactory
from fakes.ml_client.line import Exchanged, Line
from fakes.ml_client.tracking import MlflowOpener
from fakes.world.surroundings import Surroundings
from fakes.world.world import World


class FakeCredential:
    """A credential whose tokens this world issued. The double looks at none of them, but code may ask for one."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        """Return a token for the first scope."""
        token = self._world.identity.issue(scopes[0], self._world.clock.now())
        return AccessToken(token.text, int(token.expires.timestamp()))

    def get_token_info(self, *scopes: str, **_options: Any) -> AccessTokenInfo:
        """Return a token for the first scope."""
        return AccessTokenInfo(*self.get_token(*scopes))


@dataclass(frozen=True, slots=True)
class FakeClients:
    """What a program makes its clients with: `ml` for the class `MLClient`, `mlflow` for one that opens MLflow's."""

    ml: ClientFactory
    mlflow: MlflowOpener
    credential: FakeCredential


class FakeAzure(Surroundings):
    """An Azure ML in this process, with the rules, the virtual clock and the faults of the emulator, but no HTTP.

    catalog, pace, seed and engine are those of `fakes.emulator.Emulator`. Use it in a `with` block, or `close()` it.
    """

    def __init__(
        self, *, catalog: str = "2024-04", pace: str = "recorded", seed: int = 0, engine: Any = "retrieval"
    ) -> None:
        super().__init__(make_world(catalog=catalog, pace=pace, seed=seed, engine=engine))
        self.line = Line(self.world)
        self.credential = FakeCredential(self.world)
        self.clients = FakeClients(ClientFactory(self.line), MlflowOpener(self.line), self.credential)

    @property
    def calls(self) -> list[Exchanged]:
        """Every exchange so far: `.operation`, `.method`, `.status`."""
        return self.line.calls

    def workspace_client(self) -> FakeMLClient:
        """Return a client of the first workspace."""
        return FakeMLClient(self.line, credential=self.credential)

    def registry_client(self, name: str = "azureml") -> FakeMLClient:
        """Return a client of a registry."""
        return FakeMLClient(self.line, registry_name=name, credential=self.credential)

    def close(self) -> None:
        """Remove what was spooled to disk."""
        self.world.close()

    def __enter__(self) -> FakeAzure:
        """Begin the block at whose end the world is closed."""
        return self

    def __exit__(self, *_failure: object) -> None:
        """Close the world."""
        self.close()
