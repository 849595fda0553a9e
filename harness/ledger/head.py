"""Whose ledger it is: the first thing that stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness.ledger.resources import EXPIRES_TAG, read_expiry, spelled

__all__ = ["RunHead"]

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class RunHead:
    """A run that creates things: when it began, until when it may take, and where.

    keep_compute: clusters are to stay when it is over. workspace: subscription_id, resource_group and workspace_name.
    host and process: on which machine it runs, for who looks for it. locked: its file is, for as long as it lives.
    """

    run: str
    started: datetime
    expires: datetime
    backend: str = ""
    keep_compute: bool = True
    workspace: Mapping[str, str] = field(default_factory=dict)
    host: str = ""
    process: int = 0
    locked: bool = False

    def to_line(self) -> dict[str, Any]:
        """Return the head as a line of a ledger; who writes it adds whether it is locked."""
        return {
            "ledger": _FORMAT,
            "run": self.run,
            "started": spelled(self.started),
            "expires": spelled(self.expires),
            "backend": self.backend,
            "keep_compute": self.keep_compute,
            "workspace": dict(self.workspace),
            "host": self.host,
            "process": self.process,
        }

    @classmethod
    def of_line(cls, line: Mapping[str, Any]) -> RunHead:
        """Return the head that a line holds; ValueError when it is none."""
        started, expires = (read_expiry({EXPIRES_TAG: line.get(key, "")}) for key in ("started", "expires"))
        run, workspace = line.get("run"), line.get("workspace")
        if line.get("ledger") != _FORMAT or not isinstance(run, str) or not isinstance(workspace, dict):
            raise ValueError("the first line does not say whose ledger it is")
        if started is None or expires is None:
            raise ValueError("the first line does not say when the run began and when it ends")
        return cls(
            run,
            started,
            expires,
            str(line.get("backend", "")),
            bool(line.get("keep_compute", True)),
            {str(key): str(value) for key, value in workspace.items()},
            str(line.get("host", "")),
            int(line.get("process", 0)),
            bool(line.get("locked", False)),
        )
