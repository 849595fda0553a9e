"""Who answered what was recorded, by what the answers themselves say of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from harness.doors.messages import LOCAL_AZURE

__all__ = ["NOBODY", "SOCKET", "answerer", "source_of"]

SOCKET = "emulator (socket)"
"""A local Azure ML in another process, reached over TLS, as Azure is."""

NOBODY = "nobody"
"""Nothing was asked, so nothing shows who would have answered."""

_HERE = re.compile(r"https?://(?:localhost|127\.[\d.]+|\[::1\]|[^/:]+\.localhost)(?:[:/]|$)", re.IGNORECASE)
_LOCAL_CLUSTER = "vienna-local-01"


def answerer(url: str, headers: Mapping[str, str]) -> str:
    """Return who answered: SOCKET or "emulator" for what only a local Azure ML says, else ""."""
    said = {name.lower(): value for name, value in headers.items()}
    proxies = (proxy.split()[-1:] for proxy in said.get("via", "").split(","))
    if [LOCAL_AZURE] in proxies:
        return SOCKET
    if _HERE.match(url) or said.get("azureml-served-by-cluster") == _LOCAL_CLUSTER:
        return "emulator"
    return ""


def source_of(backend: str, answerers: Collection[str]) -> str:
    """Return what a recording was recorded from; "live" only if a live backend was answered, and by Azure alone."""
    if not answerers:
        return NOBODY
    if backend != "live":
        return backend
    return next((known for known in (SOCKET, "emulator") if known in answerers), "live")
