"""docs/calibration.md: what this code measured of itself, with the Monte Carlo error of every rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.gate.calibration.dose_page import doses
from harness.gate.calibration.made_up import Asked
from harness.gate.calibration.operating import Tell
from harness.gate.calibration.other_rules import SETTINGS, rule_rates
from harness.gate.calibration.parts import drift, part_rates
from harness.gate.calibration.single_bounds import bound_rates
from harness.gate.calibration.table import share_of, table
from harness.gate.calibration.whole_policy import policy_rates
from harness.gate.policy import GatePolicy
from harness.gate.verdict.versions import installed

__all__ = ["page"]

_SEED = 20_260_101
_HEAD = """# Calibration

What the gate's rules really do, measured by this code on made-up comparisons with a known truth. `make calibrate`
writes this page; `harness gate calibrate` measures the same on recorded scores of your own. A number is a share of
runs with its Monte Carlo standard error; m is the margin. Both errors, to promote what is worse by a margin and to
block what is equal, are meant to be 5 % at most.
"""


def page(runs: int, tell: Tell, asked: Sequence[Asked], policy: GatePolicy) -> str:
    """Return the page; `runs` comparisons a cell for rules that count, fewer where a bootstrap is behind each.

    asked: questions with their references, from which the dose test's answers are made. policy: which it tests.
    """
    return "\n".join([_HEAD, *_sections(runs, tell, asked, policy)])


def _sections(runs: int, tell: Tell, asked: Sequence[Asked], policy: GatePolicy) -> Iterator[str]:
    tell("rules in use")
    yield from _rules(runs)
    yield from _policy(runs // 2, tell)
    tell("single bounds")
    yield from _bounds(runs)
    tell("parts of the method")
    yield from _parts(runs)
    yield from doses(max(1, runs // 50), tell, asked, policy, _SEED)
    versions = ", ".join(f"{name} {version}" for name, version in installed().items() if name in ("numpy", "scipy"))
    yield f"Made with seed {_SEED}, {versions}.\n"


def _rules(runs: int) -> Iterator[str]:
    yield "## Rules in use\n"
    yield f"Pass rate 0.80, 12 % of the conversations discordant, {runs:,} runs: how often each rule promotes."
    yield "The columns with a candidate worse by m or 2m are errors.\n"
    rows = [[each.name, *(share_of(share, runs) for share in each.promotes)] for each in rule_rates(runs, _SEED)]
    yield from table(["rule", *(setting.title for setting in SETTINGS)], rows)


def _policy(runs: int, tell: Tell) -> Iterator[str]:
    yield "## A whole policy\n"
    yield "Two primaries (a skewed score with m = 0.02, a pass rate with m = 0.05), six guardrails under Holm, looks at"
    yield f"300 and 600 conversations with Pocock's level; {runs:,} runs. E[n]: conversations asked on average.\n"
    rows = []
    for each in policy_rates(runs, _SEED, tell):
        shares = [each.rates.promote, each.rates.block, each.rates.inconclusive]
        rows.append([each.truth.name, *(share_of(share, runs) for share in shares), f"{each.rates.conversations:.0f}"])
    yield from table(["truth", "PROMOTE", "BLOCK", "INCONCLUSIVE", "E[n]"], rows)
    yield "False-promote is PROMOTE where a primary is at -m; false-block is BLOCK where all is equal."
    yield "At 100 conversations none is promoted: a margin of 0.02 takes 149, to see collapses that make it up.\n"


def _bounds(runs: int) -> Iterator[str]:
    yield "## Single bounds\n"
    yield "A true loss of exactly m = 0.05: how often the one-sided 95 % bound excludes it.\n"
    rows = [
        [each.scores, str(each.n), f"{each.ours} {share_of(each.error, each.runs)}", share_of(each.student, each.runs)]
        for each in bound_rates(runs, _SEED)
    ]
    yield from table(["scores", "n", "this gate", "Student's t"], rows)


def _parts(runs: int) -> Iterator[str]:
    yield "## What each part is for\n"
    rows = [
        [each.part, each.counted, share_of(each.with_it, each.runs), share_of(each.without, each.runs), each.otherwise]
        for each in part_rates(runs, _SEED)
    ]
    yield from table(["part", "counted", "with it", "without", "without it"], rows)
    yield "Quality after 20 candidates in turn, each on average 0.004 worse (deviation 0.008), on 600 conversations,"
    yield "when every candidate is taken that is ...\n"
    rows = [[name, f"{mean:+.3f}", f"{low:+.3f}"] for name, mean, low in drift(runs, _SEED)]
    yield from table(["... by this rule", "on average", "in the worst twentieth"], rows)
