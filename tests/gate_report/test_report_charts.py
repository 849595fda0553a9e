"""Charts: each quantity is where it belongs, and none is off the page."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_case import report_facts

from harness.gate.report.page.differences import histogram
from harness.gate.report.page.forest import MOST_ROWS, forest
from harness.gate.report.page.latency import latency
from harness.gate.report.page.scale import Scale, symmetric
from harness.gate.verdict.verdict import RuleResult

_RULE = RuleResult(
    name="chrf",
    kind="primary",
    outcome="pass",
    detail="",
    unit="score",
    bound="lower",
    estimate=0.0,
    lower=-0.01,
    upper=0.02,
    limit=-0.02,
    n=100,
)
_SIZES = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.lists(_SIZES), _SIZES)
def test_a_scale_keeps_everything_on_the_page(values: list[float], value: float) -> None:
    """A place is within 0 and 100 % whatever the value, and further right for more."""
    scale = symmetric(values)

    assert 0 <= scale.at(value) <= 100
    assert scale.at(value) <= scale.at(value + 1)
    assert all(scale.holds(each) for each in values)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_an_axis_has_a_few_round_labels(low: float, width: float) -> None:
    """The labels of an axis lie on it, and are neither one nor many."""
    scale = Scale(low, low + width)

    assert 2 <= len(scale.ticks()) <= 8
    assert all(0 <= scale.at(tick) <= 100 for tick in scale.ticks())


def test_a_forest_shows_bounds_limit_and_zero_where_they_are() -> None:
    """The axis reaches a little further than the furthest end; margin, bounds and zero are in proportion."""
    html = str(forest("Primary metrics", [_RULE]))
    [limit] = re.findall(r'<line x1="([\d.]+)%" y1="3"', html)
    [start, end] = re.findall(r'<line x1="([\d.]+)%" y1="15" x2="([\d.]+)%"', html)[0]

    scale = symmetric([0.02])
    assert (float(limit), float(start), float(end)) == pytest.approx((scale.at(-0.02), scale.at(-0.01), scale.at(0.02)))


def test_an_open_end_is_an_arrow() -> None:
    """A bound that is not known goes on past the axis."""
    closed, opened = (str(forest("x", [replace(_RULE, upper=upper)])) for upper in (0.02, None))

    assert ('class="arrow"' in closed, 'class="arrow"' in opened) == (False, True)


def test_a_limit_above_is_drawn_as_the_whole() -> None:
    """Rules of unlike units share an axis when each is drawn as a share of its own limit."""
    slow = replace(_RULE, name="latency_p95", unit="s", bound="upper", estimate=2.0, lower=1.0, upper=3.0, limit=4.0)
    wrong = replace(slow, name="error_rate", unit="share", estimate=0.01, lower=0.005, upper=0.015, limit=0.02)
    html = str(forest("x", [slow, wrong]))

    assert len(set(re.findall(r'<line x1="([\d.]+)%" y1="15" x2="([\d.]+)%"', html))) == 1


def test_a_forest_grows_no_larger_than_its_limit() -> None:
    """The rules that need an eye come first, and the rest is counted."""
    many = [replace(_RULE, name=f"slice {n}") for n in range(MOST_ROWS + 5)]
    html = str(forest("Slices", [*many, replace(_RULE, name="broken", outcome="fail")]))

    rows, first, second = html.count("<li>"), html.index("broken"), html.index("slice 0")
    assert (rows, first < second, "6 more" in html) == (MOST_ROWS, True, True)


def test_a_forest_of_nothing_is_not_there() -> None:
    """Rules without bounds, and limits of zero, make no plot."""
    counted = replace(_RULE, bound="upper", limit=0.0)

    assert forest("x", [replace(_RULE, lower=None, upper=None), counted]) is None


@given(st.lists(st.floats(-1, 1, allow_nan=False), max_size=200))
def test_a_histogram_counts_every_conversation(differences: list[float]) -> None:
    """Worse, better and unchanged add up, and the tallest bar is as high as the chart."""
    values = np.array([1.0, *differences], dtype=np.float64)
    html = histogram("chrf", values, 0.02)
    found = re.search(r"</b> ([\d,]+) worse, ([\d,]+) better, ([\d,]+) without", html)

    assert found is not None
    assert sum(int(each.replace(",", "")) for each in found.groups()) == len(values)
    assert 'y="40"' in html


@given(st.floats(-1, 1).filter(lambda value: value != 0), st.floats(0.001, 1))
def test_the_names_of_margin_and_mean_stay_on_the_page(difference: float, margin: float) -> None:
    """A name beside the edge stands on the other side of its line, so that no screen cuts it off."""
    html = histogram("chrf", np.array([difference]), margin)
    names = re.findall(r'<text x="([\d.-]+)%" y="(\d+)" text-anchor="(start|end)" class="name', html)

    assert len(names) == 2
    assert all(float(place) <= 76 if anchor == "start" else float(place) >= 24 for place, _, anchor in names)


@pytest.mark.parametrize("differences", [[], [0.0, 0.0]])
def test_where_nothing_differs_there_is_no_histogram(differences: list[float]) -> None:
    """A sentence says so."""
    html = histogram("chrf", np.array(differences), 0.02)

    assert f"{len(differences)} conversations, and none with a difference" in html
    assert "<svg" not in html


def test_answers_that_never_came_keep_a_curve_below_the_top() -> None:
    """A timeout has no time, so its share is missing at the end of the curve and counted in the table."""
    html = latency(report_facts(200, fail=0.3).evidence)
    ends = [float(path.rpartition(" ")[2]) for path in re.findall(r'<path d="([^"]+)" class="curve', html)]

    assert ends[0] < 20
    assert 200 < ends[1] < 400
    assert re.search(r"never answered</th><td[^>]*>0</td><td[^>]*>[4-7]\d</td>", html)


def test_a_side_without_times_is_said() -> None:
    """Where nothing was timed there is a sentence and no curve."""
    facts = report_facts(20)
    nothing = np.array([math.inf])

    assert "<svg" not in latency(replace(facts.evidence, latency_s=(nothing, facts.evidence.latency_s[1])))
