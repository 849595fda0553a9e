"""Bounds against margins as a line of text each: a forest plot in characters that the terminal can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.cli.drawing import UNICODE, Symbols
from harness.gate.verdict.verdict import RuleResult

__all__ = ["Forest", "forest_for"]


@dataclass(frozen=True, slots=True)
class Forest:
    """A scale from -reach to +reach, `width` characters wide, that all rows share."""

    reach: float
    width: int
    line: str
    point: str
    zero: str
    margin: str
    beyond: tuple[str, str]

    def row(self, rule: RuleResult) -> str:
        """Return the interval of a rule with its estimate; its margin and zero show where the interval leaves room."""
        cells = [" "] * self.width
        cells[self._place(0.0)] = self.zero
        if rule.limit is not None and rule.limit < 0:
            cells[self._place(rule.limit)] = self.margin
        if rule.estimate is None:
            return "".join(cells).rstrip()
        low = -self.reach if rule.lower is None else rule.lower
        high = self.reach if rule.upper is None else rule.upper
        for place in range(self._place(low), self._place(high) + 1):
            cells[place] = self.margin if cells[place] == self.margin else self.line
        cells[self._place(rule.estimate)] = self.point
        if low < -self.reach or rule.lower is None:
            cells[0] = self.beyond[0]
        if high > self.reach or rule.upper is None:
            cells[-1] = self.beyond[1]
        return "".join(cells).rstrip()

    def scale(self) -> str:
        """Return the ends of the scale and zero, to stand below the rows."""
        low, high = f"{-self.reach:+.2g}", f"{self.reach:+.2g}"
        middle = self._place(0.0)
        left = low + " " * max(1, middle - len(low)) + "0"
        return left + " " * max(1, self.width - len(left) - len(high)) + high

    def _place(self, value: float) -> int:
        share = (value / self.reach + 1) / 2
        return min(self.width - 1, max(0, round(share * (self.width - 1))))


def forest_for(rules: Sequence[RuleResult], width: int, symbols: Symbols) -> Forest:
    """Return the scale on which all bounds have a place; those without one end at its edge."""
    ends = [abs(each) for rule in rules for each in (rule.lower, rule.upper, rule.limit, rule.estimate) if each]
    reach = 1.05 * max(ends, default=1.0)
    if symbols is UNICODE:
        return Forest(reach, width, "─", "●", "│", "┊", ("◂", "▸"))
    return Forest(reach, width, "-", "o", "|", ":", ("<", ">"))
