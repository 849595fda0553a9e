"""What the service fills into a deployment that does not say it: how requests and probes are handled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_REQUESTS = {"maxQueueWait": "PT0S", "requestTimeout": "PT5S", "maxConcurrentRequestsPerInstance": 1}
_PROBE = {
    "failureThreshold": 30,
    "successThreshold": 1,
    "timeout": "PT2S",
    "period": "PT10S",
    "initialDelay": "PT10S",
}
"""What the service fills in (recorded)."""


def request_settings(sent: Mapping[str, Any], ready: bool) -> dict[str, Any]:
    """Return the request settings of a deployment; the timeout's default appears with success (recorded)."""
    return _filled(_REQUESTS if ready else {**_REQUESTS, "requestTimeout": "PT0S"}, sent.get("requestSettings"))


def probe(sent: Mapping[str, Any] | None, ready: bool) -> Mapping[str, Any] | None:
    """Return a probe as it was sent, and filled in once the deployment has succeeded (recorded)."""
    return _filled(_PROBE, sent) if ready else sent


def _filled(defaults: Mapping[str, Any], sent: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**defaults, **{name: value for name, value in (sent or {}).items() if value is not None}}
