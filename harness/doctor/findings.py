"""What was found out: one finding a check, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from harness.errors import HarnessError

__all__ = ["TITLES", "Diagnosis", "Finding", "Status", "problem", "unknown"]

Status = Literal["ok", "warning", "problem", "unknown"]

TITLES: Mapping[str, str] = {
    "credential": "Credential",
    "workspace": "Workspace",
    "registry": "Registry",
    "model": "Foundation model",
    "registration": "Name and version to register",
    "sizes": "VM sizes",
    "data": "Data set",
    "parameters": "Component and parameters",
    "estimate": "Time and cost",
    "cluster quota": "Quota of the cluster",
    "endpoint quota": "Quota of the deployment",
    "endpoint": "Endpoint",
}
"""The checks, in the order in which they are made."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: what is so, why we think so, and what to do about it; facts: what there is to know.

    ends_with: the exit code of a run that this would stop, 0 when it would stop none.
    """

    check: str
    status: Status
    what: str = ""
    why: str = ""
    remedy: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    ends_with: int = 0

    @property
    def title(self) -> str:
        """What was checked, for a reader."""
        return TITLES[self.check]

    def to_dict(self) -> dict[str, Any]:
        """Return it as a document that `json.dumps` takes."""
        parts = {name: part for name, part in asdict(self).items() if name != "ends_with"}
        return {**parts, "title": self.title, "facts": dict(self.facts)}


def problem(check: str, error: HarnessError) -> Finding:
    """Return the finding of a check that failed as the run would fail."""
    parts = {"got": error.got, "expected": error.expected, "nearest": ", ".join(error.nearest)}
    why = "; ".join(f"{name} {text}" for name, text in parts.items() if text)
    place = f"{error.where}: " if error.where and error.where != "connect" else ""
    return Finding(check, "problem", f"{place}{error.what}", why, error.remedy, ends_with=error.exit_code)


def unknown(check: str, because: str, remedy: str = "") -> Finding:
    """Return the finding of a check that could not be made."""
    return Finding(check, "unknown", "could not be found out", f"because {because}", remedy)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings."""

    findings: tuple[Finding, ...]

    def of(self, status: Status) -> tuple[Finding, ...]:
        """Return the findings of one status."""
        return tuple(finding for finding in self.findings if finding.status == status)

    @property
    def would_succeed(self) -> bool:
        """Whether nothing was found that would stop a run. What could not be found out may still do so."""
        return not self.of("problem")

    @property
    def exit_code(self) -> int:
        """0 when nothing was found that would stop a run, 3 when this machine lacks something for one, else 1."""
        if self.would_succeed:
            return 0
        return 3 if any(finding.ends_with == 3 for finding in self.of("problem")) else 1
