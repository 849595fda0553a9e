"""From a name in a policy to a metric."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.gate.metrics import BUILT_IN, find_metric
from tests.unit.gate.metrics.answered import sample

OPTIONS = {"json_schema": {"schema": {"type": "object"}}}
OWN = """
from harness.gate.metrics import Metric, metric

def politeness(sample):
    return float("please" in sample.answer)

@metric(direction="lower", high=9.0, kind="count")
def shouting(sample):
    return float(sample.answer.count("!"))

def at_most(words: int) -> Metric:
    return Metric("at_most", lambda s: float(len(s.answer.split()) <= words), "higher", 0, 1, 0, "binary", f"w:{words}")
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module with metrics of a user's own."""
    name = f"own_{abs(hash(tmp_path.name))}"
    (tmp_path / f"{name}.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return name


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_metric_keeps_its_own_range(name: str) -> None:
    """Whatever the answer, the value is a number within the declared range, and binary ones are 0 or 1."""
    metric = find_metric(name, OPTIONS.get(name))
    answers = ["", " ", "0", "15", "a" * 5000, "\ud800", "🙂", "{}", "<|im_end|>", "مرحبا", "字" * 300, "a b " * 99]
    values = [metric.measure(sample(answer, reference)) for answer in answers for reference in ("", "15 字", "a b")]

    assert all(metric.low <= value <= metric.high for value in values)
    assert metric.kind != "binary" or set(values) <= {0.0, 1.0}


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_never_came_counts_as_the_bad_end(name: str) -> None:
    """An answer that never came is the worst of its range, but says nothing that a count could count."""
    metric = find_metric(name, OPTIONS.get(name))
    bad = {"higher": metric.low, "lower": metric.high}[metric.direction]

    assert metric.worst == (0.0 if metric.kind == "count" else bad)
    assert math.isfinite(metric.worst)


def test_signatures_are_the_same_in_every_process() -> None:
    """A signature depends on versions and lists only, so two processes agree on it."""
    program = "from harness.gate.metrics import ALWAYS, find_metric; print([find_metric(n).signature for n in ALWAYS])"
    said = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
        for _ in range(2)
    ]

    assert said[0] == said[1] != ""


def test_a_function_is_a_metric(own: str) -> None:
    """`module:function` names a user's function, whose values are 0 to 1 and better when higher."""
    metric = find_metric(f"{own}:politeness")

    assert (metric.measure(sample("please")), metric.direction, metric.worst) == (1.0, "higher", 0.0)


def test_a_function_may_say_how_to_read_it(own: str) -> None:
    """A decorated function has the direction, the range and the kind that it declares."""
    metric = find_metric(f"{own}:shouting")

    assert (metric.direction, metric.high, metric.kind, metric.worst) == ("lower", 9.0, "count", 0.0)


def test_a_function_may_take_options(own: str) -> None:
    """A function that returns a Metric is called with the options of the policy."""
    assert find_metric(f"{own}:at_most", {"words": 2}).measure(sample("one two three")) == 0.0


@pytest.mark.parametrize(
    ("name", "options", "what"),
    [
        ("rogue_l", {}, "no such metric"),
        ("nowhere:at_all", {}, "cannot be found"),
        ("{own}:politenes", {}, "cannot be found"),
        ("{own}:politeness", {"words": 2}, "do not fit"),
        ("{own}:at_most", {"word": 2}, "do not fit"),
        ("json_schema", {}, "do not fit"),
        (":", {}, "cannot be found"),
    ],
)
def test_what_is_no_metric_is_refused(own: str, name: str, options: dict[str, int], what: str) -> None:
    """A wrong name or option is an error of use that says what is there."""
    with pytest.raises(UsageError, match=what):
        find_metric(name.format(own=own), options)


def test_the_nearest_names_are_told(own: str) -> None:
    """A misspelled name gets those that resemble it, of ours and of the user's module."""
    with pytest.raises(UsageError) as ours:
        find_metric("rogue_l")
    with pytest.raises(UsageError) as theirs:
        find_metric(f"{own}:politenes")

    assert (ours.value.nearest[0], theirs.value.nearest[0]) == ("rouge_l", "politeness")
