"""How a verdict is told: a page for people, JUnit, SARIF and in-toto for machines, Markdown for both."""

from __future__ import annotations

from harness.gate.report.facts import ErrorRate, ReportFacts, gather
from harness.gate.report.writing import add_step_summary, write_reports

__all__ = ["ErrorRate", "ReportFacts", "add_step_summary", "gather", "write_reports"]
