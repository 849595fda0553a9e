"""What came of a run of the suites on one version, read from the XML that pytest writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

__all__ = ["Outcome", "read_outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many tests passed, and which did not.

    missing: what this version lacks, as the reasons of tests that are expected to fail on it, with their number.
    problem: why there are no results at all.
    """

    version: str
    python: str = ""
    passed: int = 0
    skipped: int = 0
    failed: Sequence[str] = ()
    missing: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def good(self) -> bool:
        """Whether everything that should pass on this version did."""
        return not self.problem and not self.failed and self.passed > 0

    @property
    def verdict(self) -> str:
        """What the numbers come to, in two words."""
        if self.problem or not self.passed:
            return "did not run"
        if self.failed:
            return "fails"
        return "passes, with gaps" if self.missing else "passes"


def read_outcome(version: str, python: str, xml: str) -> Outcome:
    """Return the outcome that a JUnit document of pytest tells; a test that also fails in its teardown counts once."""
    verdicts: dict[str, str] = {}
    missing: Counter[str] = Counter()
    for case in ElementTree.fromstring(xml).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        verdict = _verdict(case)
        if verdict == "missing":
            missing[case.find("skipped").get("message", "")] += 1  # type: ignore[union-attr]
        verdicts[name] = verdict
    count = Counter(verdicts.values())
    failed = tuple(name for name, verdict in verdicts.items() if verdict == "failed")
    return Outcome(version, python, count["passed"], count["skipped"], failed, dict(missing))


def _verdict(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    skipped = case.find("skipped")
    if skipped is None:
        return "passed"
    return "missing" if skipped.get("type") == "pytest.xfail" else "skipped"
