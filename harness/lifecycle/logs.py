"""The last lines of a log, for who waits: of a job's run, or a deployment's container; () where none can be had."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from azure.storage.blob import BlobClient

__all__ = ["last_lines_of_deployment", "last_lines_of_runs"]

_LINES = 5
_TAIL = 4_096
"""How many bytes of a log's end are read: a log grows to megabytes, and its last lines are wanted."""

_LONGEST = 300
_PREFERRED = ("user_logs/std_log", "executionlogs", "std")
"""What a log is called that says how far a run has got, best first (SDK source)."""


def last_lines_of_runs(client: Any, run_ids: Sequence[str]) -> Sequence[str]:
    """Return the last lines of the first of these runs that has written any.

    Run history names a run's logs, with signed addresses; the SDK keeps it in a private member (SDK source).
    """
    operations: Any = getattr(client.jobs, "_runs_operations", None)
    for run_id in run_ids if operations is not None else ():
        with contextlib.suppress(Exception):  # no such run or blob, or the SDK broke: no reason to give up
            for address in _by_preference(getattr(operations.get_run_details(run_id), "log_files", None) or {}):
                lines = _last(_end_of_blob(address))
                if lines:
                    return lines
    return ()


def last_lines_of_deployment(client: Any, endpoint: str, deployment: str) -> Sequence[str]:
    """Return the last lines of a deployment's container."""
    try:
        return _last(str(client.online_deployments.get_logs(deployment, endpoint, lines=_LINES)))
    except Exception:  # as above
        return ()


def _by_preference(logs: Mapping[str, str]) -> list[str]:
    def rank(name: str) -> tuple[int, str]:
        return next((place for place, part in enumerate(_PREFERRED) if part in name), len(_PREFERRED)), name

    return [logs[name] for name in sorted(logs, key=rank)]


def _end_of_blob(address: str) -> str:
    blob = BlobClient.from_blob_url(address)
    size = blob.get_blob_properties().size
    if not size:
        return ""
    start = max(0, size - _TAIL)
    return bytes(blob.download_blob(offset=start, length=size - start).readall()).decode("utf-8", "replace")


def _last(text: str) -> tuple[str, ...]:
    """Return the last lines that say something, each on one line and no longer than a reader takes."""
    said = (" ".join(line.split()) for line in text.splitlines())
    return tuple(line[:_LONGEST] for line in said if line)[-_LINES:]
