"""How often and how long apart the SDK's clients try again: azure-core's policy, and the blob client's own."""

from __future__ import annotations

from dataclasses import dataclass, field

from azure.core.exceptions import AzureError, ServiceRequestError, ServiceResponseError

ATTEMPTS = 3
"""Repetitions for each of three budgets: connections that fail, answers that break off, statuses that pass."""

_BACKOFF_S, _LONGEST_S = 0.8, 120.0
_STATUSES = frozenset((408, 429, 500, 502, 503, 504))
_SAFE_METHODS = frozenset(("HEAD", "GET", "PUT", "DELETE"))
_UNSAFE_STATUSES = frozenset((500, 503, 504))
_BLOB_BACKOFF_S, _BLOB_BASE = 15.0, 3
_BLOB_OPERATIONS = ("Blob_", "BlockBlob_", "AppendBlob_", "Container_")


def is_blob_operation(operation: str) -> bool:
    """Tell whether an operation is one of the blob service."""
    return operation.startswith(_BLOB_OPERATIONS)


@dataclass(slots=True)
class Retries:
    """What is left of the budgets of one request. `seen` is how many failures were put on record."""

    operation: str
    method: str
    seen: int = 0
    left: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("connect", "read", "status"), ATTEMPTS))

    def after_status(self, status: int) -> bool:
        """Tell whether the request is sent again after this status."""
        return self._passes(status) and self._grant("status")

    def after_failure(self, error: AzureError) -> bool:
        """Tell whether the request is sent again after a connection or an answer broke."""
        if self.method not in _SAFE_METHODS and not is_blob_operation(self.operation):
            return False
        if isinstance(error, ServiceRequestError):
            return self._grant("connect")
        if isinstance(error, ServiceResponseError):
            return self._grant("read")
        return self._grant("status", on_record=False)

    def pause(self) -> float:
        """Return how long the client waits now; the blob client adds chance, which is left out here."""
        if is_blob_operation(self.operation):
            return _BLOB_BACKOFF_S + float(_BLOB_BASE**self.seen)
        return 0.0 if self.seen <= 1 else min(_LONGEST_S, float(_BACKOFF_S * 2 ** (self.seen - 1)))

    def _passes(self, status: int) -> bool:
        if is_blob_operation(self.operation):
            return status == 408 or (status >= 500 and status not in (501, 505))
        return status in (_STATUSES if self.method in _SAFE_METHODS else _UNSAFE_STATUSES)

    def _grant(self, budget: str, *, on_record: bool = True) -> bool:
        self.left[budget] -= 1
        self.seen += on_record
        return self.left[budget] >= 0
