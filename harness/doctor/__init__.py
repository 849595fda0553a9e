"""Would a run succeed? Found out by the run's own steps, without creating anything and without spending anything."""

from __future__ import annotations

from harness.doctor.checkup import examine
from harness.doctor.findings import Diagnosis, Finding, Status

__all__ = ["Diagnosis", "Finding", "Status", "examine"]
