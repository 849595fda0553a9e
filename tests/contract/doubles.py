"""Two doubles of Azure ML that are driven at once and must not be told apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from azure.ai.ml.constants._endpoint import EndpointInvokeFields
from contract_subject import Subject
from laws import Laws
from outcome import Outcome, observe

from fakes.emulator import Emulator
from fakes.ml_client import FakeAzure

__all__ = ["Doubles"]

_TOKEN_GOOD_FOR = timedelta(hours=12)


class Doubles:
    """The emulator and the fake, each with its own world from the same seed, and clocks that are kept together."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.folder = Path(self._stack.enter_context(TemporaryDirectory()))
        self.subjects = {"emulator": Subject(self._stack.enter_context(Emulator()))}
        fake = self._stack.enter_context(FakeAzure())
        self.subjects["fake"] = Subject(fake, fake.clients)
        self._signed_in = self.subjects["emulator"].now()
        self._laws = [Laws(subject.azure.world) for subject in self.subjects.values()]

    def both(self, action: Callable[[Subject], Any]) -> Outcome:
        """Do the same on both and demand the same outcome, which is returned."""
        outcomes = {name: self._observed(action, subject) for name, subject in self.subjects.items()}
        self._meet()
        first = outcomes["emulator"]
        assert all(outcome == first for outcome in outcomes.values()), f"they differ: {outcomes}"
        return first

    def advance(self, seconds: float) -> None:
        """Let time pass for both; after some hours their clients sign in again."""
        for subject in self.subjects.values():
            subject.clock.advance(seconds)
        self._renew()

    def instants(self) -> list[datetime]:
        """Return what time it is in either world."""
        return [subject.now() for subject in self.subjects.values()]

    def check_laws(self) -> None:
        """Demand of both worlds what must hold in any."""
        for laws in self._laws:
            laws.check()

    def gone_endpoints(self) -> set[str]:
        """Return the names of endpoints that there were and are no more, in either world."""
        return set().union(*(laws.gone_endpoints for laws in self._laws))

    def newest_version(self, model: str) -> str | None:
        """Return the version that was created last among those that are not archived, as one world shows it."""
        return self._laws[0].newest_version(model)

    def close(self) -> None:
        """Close both."""
        self._stack.close()

    def _observed(self, action: Callable[[Subject], Any], subject: Subject) -> Outcome:
        """Do it with the headers of a fresh process: the SDK keeps those of one `invoke` for the next."""
        with patch.object(EndpointInvokeFields, "DEFAULT_HEADER", {"Content-Type": "application/json"}):
            return observe(lambda: action(subject))

    def _meet(self) -> None:
        """Bring the clocks together: the SDK polls in steps, so it may have waited longer than it had to."""
        latest = max(subject.now() for subject in self.subjects.values())
        for subject in self.subjects.values():
            subject.clock.advance((latest - subject.now()).total_seconds())
        self._renew()

    def _renew(self) -> None:
        now = self.subjects["emulator"].now()
        if now - self._signed_in > _TOKEN_GOOD_FOR:
            self._signed_in = now
            for subject in self.subjects.values():
                subject.sign_in_again()
