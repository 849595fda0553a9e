"""Whether a fine-tuned model may take the place of another one: better, worse, alike, hardly asked, failing where it is
hard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from promoting import HELD_OUT, Comparing

from harness.backends import Surroundings
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

pytestmark = pytest.mark.usefixtures("nothing_billable")


@pytest.fixture
def comparing(lifecycle: Lifecycle, surroundings: Surroundings, chat: LifecycleSpec, tmp_path: Path) -> Comparing:
    """Trains models and puts two of them behind one endpoint."""
    return Comparing(lifecycle, surroundings, chat, tmp_path)


def test_full_sample_may_take_the_place_of_a_tenth(comparing: Comparing) -> None:
    """A model that has learned from ten times as many conversations answers better, and is promoted."""
    tenth, full = comparing.trained_on(10), comparing.trained_on(100)
    with comparing.comparison(blue=tenth, green=full) as both:
        verdict = both.decide(conversations=60)
    (chrf,) = [rule for rule in verdict.rules if rule.kind == "primary"]

    assert (verdict.outcome, verdict.exit_code) == ("PROMOTE", 0)
    assert chrf.lower is not None
    assert chrf.lower > 0.1


def test_tenth_may_not_take_the_place_of_the_full_sample(comparing: Comparing) -> None:
    """The other way round harm is shown, and the verdict says by which metric and how much."""
    tenth, full = comparing.trained_on(10), comparing.trained_on(100)
    with comparing.comparison(blue=full, green=tenth) as both:
        verdict = both.decide(conversations=60)

    assert (verdict.outcome, verdict.exit_code) == ("BLOCK", 10)
    assert verdict.reasons[0].startswith("chrf: difference -0.")


# not on a recording: 360 answers make a large one
@pytest.mark.usefixtures("azure")
def test_models_that_learned_nearly_the_same_are_alike(comparing: Comparing) -> None:
    """They have missed different twentieths of the sample and answer differently here and there: no loss is shown."""
    one, other = comparing.trained_without(2), comparing.trained_without(3)
    with comparing.comparison(blue=one, green=other) as both:
        verdict = both.decide()
    (chrf,) = [rule for rule in verdict.rules if rule.kind == "primary"]

    assert verdict.outcome == "PROMOTE"
    assert chrf.lower is not None
    assert -0.03 < chrf.lower < 0


def test_few_conversations_show_nothing_and_it_says_how_many_would(comparing: Comparing) -> None:
    """Twelve cannot tell alike models apart from worse ones: the verdict is a number of conversations."""
    model = comparing.trained_on(10)
    with comparing.comparison(blue=model, green=model) as both:
        verdict = both.decide(conversations=12)

    assert (verdict.outcome, verdict.exit_code) == ("INCONCLUSIVE", 11)
    assert verdict.needed_conversations is not None
    assert verdict.needed_conversations > 50


# not on a recording: which requests fail is said to the local Azure ML
def test_one_that_fails_where_it_is_hard_is_not_promoted(comparing: Comparing, azure: Any) -> None:
    """It does not answer the longest twentieth of the questions: left out, these would have let it pass."""
    from fakes.world.faults import HttpFault  # a live run holds nothing of the local Azure ML

    model = comparing.trained_on(50)
    with comparing.comparison(blue=model, green=model) as both:
        for place in _longest(180, 9):
            azure.faults.on("Scoring_Score", HttpFault(400), nth=_asked_of_green(place))
        verdict = both.decide()

    assert verdict.outcome in ("BLOCK", "INCONCLUSIVE")
    assert (verdict.tipping.drop, verdict.tipping.zero) == ("PROMOTE", verdict.outcome)


def _longest(rows: int, count: int) -> list[int]:
    """Return the places of the longest conversations in the held-out file."""
    lengths = [len(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()[:rows]]
    return sorted(range(rows), key=lambda place: -lengths[place])[:count]


def _asked_of_green(place: int) -> int:
    """Return which request, from 1, asks green a conversation: blue and green take turns in going first."""
    return 2 * place + (2 if place % 2 == 0 else 1)
