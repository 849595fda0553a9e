"""One request to a deployment, over HTTP.

The SDK's own `online_endpoints.invoke` is not used: it keeps the header that names the deployment for every later call
of the process (SDK source), so two deployments would get each other's questions.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal, NamedTuple

import requests

__all__ = ["DEPLOYMENT_HEADER", "Authorisation", "HttpPost", "Post", "Reply", "Target", "UnansweredError"]

DEPLOYMENT_HEADER = "azureml-model-deployment"
_CONNECT_S = 10.0
_EARLY = timedelta(minutes=5)
_ANY_DAY = datetime(9999, 1, 1, tzinfo=timezone.utc)


class Reply(NamedTuple):
    """What came back; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class UnansweredError(Exception):
    """No reply came."""

    def __init__(self, outcome: Literal["timeout", "connection_error"], detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


Post = Callable[[str, Mapping[str, str], bytes, float], Reply]
"""Sends a body: address, headers, body, seconds to wait for. UnansweredError when no reply comes."""


class Authorisation:
    """The header that opens an endpoint: its key, or a token that is renewed before it ends.

    credentials: returns what the SDK's `online_endpoints.get_keys` returns, whichever way the endpoint is opened.
    """

    def __init__(self, credentials: Callable[[], Any], now: Callable[[], datetime]) -> None:
        self._credentials, self._now = credentials, now
        self._lock = threading.Lock()
        self._value, self._until = "", datetime.min.replace(tzinfo=timezone.utc)

    def value(self) -> str:
        """Return the header's value; raises what the SDK raises when there is no getting one."""
        with self._lock:
            if self._now() >= self._until:
                found = self._credentials()
                key = getattr(found, "primary_key", None)
                expiry = getattr(found, "expiry_time_utc", None)
                self._value = f"Bearer {key or found.access_token}"
                self._until = _ANY_DAY if key or not expiry else _instant(expiry) - _EARLY
            return self._value

    def forget(self, value: str) -> None:
        """Ask anew the next time, unless somebody else has done so: the endpoint took `value` no longer."""
        with self._lock:
            if value == self._value:
                self._until = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Target:
    """A deployment: where its endpoint is, its name there, and what opens it."""

    address: str
    deployment: str
    authorisation: Authorisation

    def headers(self) -> dict[str, str]:
        """Return the headers of a scoring request; the traffic of the endpoint has no say in who answers."""
        return {
            "Authorization": self.authorisation.value(),
            "Content-Type": "application/json",
            "Accept": "application/json",
            DEPLOYMENT_HEADER: self.deployment,
        }


class HttpPost:
    """Posts through `requests`, over connections that stay open; threads may share one."""

    def __init__(self) -> None:
        self._idle: queue.LifoQueue[requests.Session] = queue.LifoQueue()

    def __call__(self, address: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> Reply:
        """Send a body and return the reply; it is not repeated here, whatever comes back."""
        session = self._session()
        try:
            reply = session.post(
                address,
                data=body,
                headers=dict(headers),
                auth=lambda request: request,  # or a .netrc would take the place of our header
                timeout=(min(_CONNECT_S, timeout_s), timeout_s),
                allow_redirects=False,
            )
            return Reply(
                reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, reply.content
            )
        except requests.Timeout as error:
            raise UnansweredError("timeout", f"no reply within {timeout_s:g} s") from error
        except requests.RequestException as error:
            raise UnansweredError("connection_error", type(error).__name__) from error
        finally:
            self._idle.put(session)

    def close(self) -> None:
        """Close the connections."""
        while not self._idle.empty():
            self._idle.get().close()

    def _session(self) -> requests.Session:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return requests.Session()


def _instant(expiry: float) -> datetime:
    return datetime.fromtimestamp(float(expiry), timezone.utc)
