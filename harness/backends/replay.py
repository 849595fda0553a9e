"""A recording in the place of Azure: the real SDK, answered as Azure or a local Azure ML once answered it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from azure.core.credentials import AccessToken, AccessTokenInfo

from harness.backends.select import BackendChoice
from harness.backends.surroundings import Surroundings
from harness.cassettes.format import read
from harness.cassettes.playing import Player
from harness.cassettes.standins import make_stand_in
from harness.doors.seams import opened, stop_pollers
from harness.lifecycle.clients import Clients

__all__ = ["ReplayCredential", "open_replay", "replaying"]

_A_DAY = 24 * 60 * 60
_UNSIGNED = {"alg": "none"}


class ReplayCredential:
    """A credential for a recording, which holds no request for a token: nobody is asked, and the token opens nothing.

    It names its audience and an owner, since the SDK reads both from it.
    """

    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        """Return a token for the first scope, which never grows old."""
        info = self.get_token_info(*scopes)
        return AccessToken(info.token, info.expires_on)

    def get_token_info(self, *scopes: str, **_options: Any) -> AccessTokenInfo:
        """Return a token for the first scope, which never grows old."""
        nobody = make_stand_in("guid", "", 0)
        claims = {"aud": scopes[0].removesuffix("/.default"), "oid": nobody, "tid": nobody}
        head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (_UNSIGNED, claims))
        return AccessTokenInfo(f"{head.rstrip('=')}.{body.rstrip('=')}.", int(time.time()) + _A_DAY)

    def close(self) -> None:
        """Nothing is held open."""


@contextmanager
def open_replay(choice: BackendChoice) -> Iterator[Surroundings]:
    """Answer from the cassette of the choice; UnreadableCassette when it cannot be used."""
    file = Path(choice.cassette)
    with replaying(Player(read(file), file.name)) as surroundings:
        yield surroundings


@contextmanager
def replaying(player: Player) -> Iterator[Surroundings]:
    """Put a cassette in the place of every host: what it does not hold is refused, and no socket is opened for it."""
    with opened(player.answer, now=player.clock.now, sleep=player.sleep):
        try:
            yield Surroundings(
                "replay",
                player.clock,
                {},
                calls=lambda: player.played,
                clients=Clients(credential=ReplayCredential()),
                workspace=player.cassette.metadata.workspace,
                pinned=player.pinned,
            )
        finally:
            player.end()
            stop_pollers()  # while the doors are still ours
