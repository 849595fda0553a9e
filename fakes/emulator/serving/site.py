"""What a socket serves: one world, the application before it, its journal, and the server's own interface."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fakes.emulator.app import App
from fakes.emulator.exchange import Exchange, Reply, Request
from fakes.emulator.serving.admin import Admin
from fakes.emulator.serving.certificates import Certificates
from fakes.emulator.serving.environment import client_environment
from fakes.emulator.serving.journal import Head, Journal
from fakes.emulator.serving.pacing import pace_polls
from fakes.emulator.wire import json_reply
from fakes.emulator.worlds import new_world
from fakes.world.surroundings import Surroundings
from harness.doors.messages import LOCAL_AZURE

__all__ = ["AzureSite", "Resumed", "Settings"]

_KEPT_CALLS = 100_000
_ONLY_LOOKS = ("/healthz", "/admin", "/admin/environment", "/admin/calls", "/admin/clock")


@dataclass(frozen=True, slots=True)
class Settings:
    """Which Azure is served. time_scale: virtual seconds for each real second.

    own: the server's names. any_name: it is also meant by every other name that is not Azure's, as where others reach
    it under names that it cannot know; on loopback that would let a web page in.
    """

    catalog: str = "2024-04"
    pace: str = "recorded"
    seed: int = 0
    time_scale: float = 60.0
    cloud: str = "AzureCloud"
    own: tuple[str, ...] = ("localhost", "127.0.0.1", "::1")
    any_name: bool = False


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a journal brought back: how many requests, how many of them were answered otherwise, bytes dropped."""

    requests: int
    otherwise: int
    dropped: int


class AzureSite(Surroundings):
    """A local Azure ML for other processes: safe to ask from many threads, one request at a time.

    A request takes one virtual instant, whatever it takes here: ids and instants then depend on the requests alone,
    and a journal can bring them back.
    """

    def __init__(self, settings: Settings, journal: Journal | None = None) -> None:
        kept = journal.head if journal else None
        self.certificates = Certificates(settings.own, (kept.certificate, kept.key) if kept else None)
        self._reached = ("", "")
        self._lock = threading.RLock()
        self._admin = Admin(self)
        self._begin(settings)
        self._journal: Journal | None = None  # while it is read, nothing is written to it
        self.resumed = self._resume(journal) if journal and kept else None
        self._journal = journal
        if journal and not kept:
            journal.begin(self._head())
        if journal:
            journal.opened(self.clock.now(), settings.time_scale)

    @property
    def calls(self) -> Sequence[Exchange]:
        """The last exchanges with a host of Azure, oldest first."""
        return self.app.calls

    @property
    def variables(self) -> Mapping[str, str]:
        """What a client must have in its environment, once `reached_at` has been told."""
        return client_environment(self.environment, *self._reached, self.settings.cloud)

    def reached_at(self, address: str, bundle: str) -> None:
        """Be told under which address clients reach it, and in which file they find its authority."""
        self._reached = (address, bundle)

    def owns(self, host: str) -> bool:
        """Tell whether `host` is Azure's or the server's own."""
        return host in self.settings.own or self.app.hosts.owns(host)

    def answer(self, request: Request) -> Reply:
        """Answer a request, for a host of Azure or for the server itself."""
        if request.method == "GET" and request.path in _ONLY_LOOKS and not self.app.hosts.owns(request.host):
            return self._answered(request)  # at once, whatever is being worked on
        with self._lock, self.clock.held():
            if self._journal:
                self._journal.asked(self.clock.now(), request)
            status = 0
            try:
                reply = self._answered(request)
                status = reply.status
            finally:
                if self._journal:
                    self._journal.answered(status)
            return reply

    def ask(self, request: Request) -> Reply:
        """Answer a request to a host of Azure."""
        reply = self.app.answer(request)
        reply.headers["Via"] = f"1.1 {LOCAL_AZURE}"
        pace_polls(reply, self.clock.time_scale)
        if len(self.app.calls) > 2 * _KEPT_CALLS:
            del self.app.calls[:_KEPT_CALLS]
        return reply

    def reset(self, catalog: str, pace: str, seed: int) -> None:
        """Put a new world in the place of this one; ValueError for an era or a pace that is none."""
        before = self.world
        self._begin(replace(self.settings, catalog=catalog, pace=pace, seed=seed, time_scale=self.clock.time_scale))
        before.close()
        if self._journal:
            self._journal.begin(self._head())
            self._journal.opened(self.clock.now(), self.clock.time_scale)

    def close(self) -> None:
        """Note in the journal until when time has passed, and remove what was spooled to disk."""
        with self._lock:
            if self._journal:
                self._journal.stopped(self.clock.now())
                self._journal = None
            self.world.close()

    def _answered(self, request: Request) -> Reply:
        if self.app.hosts.owns(request.host):
            return self.ask(request)
        if request.host in self.settings.own or self.settings.any_name:
            return self._admin.answer(request)
        return json_reply(421, {"error": {"message": f"this server does not answer for {request.host}"}})

    def _begin(self, settings: Settings) -> None:
        self.settings = settings
        self.world = new_world(settings.catalog, settings.pace, settings.seed)  # at the instant when its era opens
        self.world.cloud = settings.cloud
        self.world.clock.flow(settings.time_scale)
        self.app = App(self.world)

    def _head(self) -> Head:
        now, certificates = self.settings, self.certificates
        return Head(now.catalog, now.pace, now.seed, now.cloud, certificates.authority, certificates.key)

    def _resume(self, journal: Journal) -> Resumed:
        """Carry out again what the journal holds, each request at its instant; time goes on from the last one."""
        requests, otherwise, at, status = 0, 0, self.clock.now(), 0
        for entry in journal.entries():
            if entry.kind == "answer":
                otherwise += status != entry.said["status"]
                continue
            at = entry.at
            if entry.kind == "open":
                self.clock.flow(entry.said["time_scale"])
            elif entry.kind == "request":
                requests += 1
                with self.clock.held(at):
                    status = self._again(entry.request)
                    at = self.clock.now()
        self.clock.flow(self.settings.time_scale, at)
        return Resumed(requests, otherwise, journal.dropped)

    def _again(self, request: Request) -> int:
        try:
            return self._answered(request).status
        except Exception:  # a connection that broke, or a defect: it had no answer then either
            return 0
