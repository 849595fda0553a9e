"""The way into service, step by step: who is led to the new model when, and how everybody is led back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from promoting import POLICY, Comparing, Comparison, KilledError

from harness.backends import Surroundings
from harness.errors import PromotionRefused
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

# not on a recording: tags hold digests of evidence and policy, which name the versions of what made them
pytestmark = pytest.mark.usefixtures("nothing_billable", "azure")

RUNGS = {"smoke": 0, "mirror-10": 0, "live-10": 10, "live-50": 50, "live-100": 100}
"""What is watched by requests, and green's share of the traffic there."""


@pytest.fixture
def comparing(lifecycle: Lifecycle, surroundings: Surroundings, chat: LifecycleSpec, tmp_path: Path) -> Comparing:
    """Trains models and puts two of them behind one endpoint."""
    return Comparing(lifecycle, surroundings, chat, tmp_path)


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """The sample policy with limits that fourteen requests can show."""
    file = tmp_path / "policy.toml"
    text = POLICY.read_text(encoding="utf-8").replace("error_rate = 0.05", "error_rate = 0.2")
    file.write_text(text.replace("requests = 60", "requests = 14"), encoding="utf-8")
    return file


@pytest.fixture
def decided(comparing: Comparing, quick: Path) -> Iterator[Comparison]:
    """Two versions of one model, and the verdict that one may take the place of the other."""
    one, other = comparing.trained_on(10), comparing.trained_on(10)
    with comparing.comparison(blue=one, green=other) as both:
        assert both.decide(conversations=60, policy=quick).outcome == "PROMOTE"
        yield both


def test_better_model_comes_into_service(comparing: Comparing, quick: Path, azure: Any) -> None:
    """Copies first, then 10, 50 and 100 % of the traffic; what was in service stays for a day, for a way back."""
    tenth, full = comparing.trained_on(10), comparing.trained_on(100)
    with comparing.comparison(blue=tenth, green=full) as both:
        both.decide(policy=quick)
        ended = both.promote()

        assert (ended.outcome, ended.exit_code, both.traffic) == ("promoted", 0, {"green": 100})
        assert both.traffic_seen == [
            {"blue": 100},
            {"blue": 90, "green": 10},
            {"blue": 50, "green": 50},
            {"green": 100},
        ]
        assert (_copies(azure), both.tags_of_the_model["gate.verdict"]) == (1, "PROMOTE")
        assert both.roll_back().division.live == {"blue": 100}


def test_worse_model_stays_out_of_service(comparing: Comparing) -> None:
    """What is blocked is refused by the ladder too, before anything moves."""
    tenth, full = comparing.trained_on(10), comparing.trained_on(100)
    with comparing.comparison(blue=full, green=tenth) as both:
        both.decide(conversations=60)
        with pytest.raises(PromotionRefused, match="does not say PROMOTE; got BLOCK"):
            both.promote()

        assert both.traffic == {"blue": 100}


def test_killed_on_any_rung_it_goes_on_from_there(decided: Comparison) -> None:
    """kill -9 on one rung after the other: each time it is resumed where it stood, up to the top."""
    for rung in RUNGS:
        decided.promote_until(rung, KilledError())
    ended = decided.promote(resume=True)

    assert (ended.outcome, decided.traffic) == ("promoted", {"green": 100})


def test_killed_on_any_rung_it_is_rolled_back(decided: Comparison) -> None:
    """kill -9, and somebody puts the traffic back: with the journal, or by what the endpoint's tags say."""
    for rung, share in RUNGS.items():
        decided.promote_until(rung, KilledError())
        assert decided.traffic.get("green", 0) == share
        if rung == "live-50":
            decided.lose_the_journal()

        assert decided.roll_back().division.live == {"blue": 100}
        assert decided.traffic == {"blue": 100}


def test_ctrl_c_on_any_rung_puts_the_traffic_back(decided: Comparison) -> None:
    """What nobody watches any more does not stay in service."""
    for rung in RUNGS:
        ended = decided.promote_until(rung, KeyboardInterrupt())

        assert ended is not None
        assert (ended.why, ended.exit_code, decided.traffic) == ("interrupted", 4, {"blue": 100})


def test_harm_in_service_sends_it_back(decided: Comparison, azure: Any) -> None:
    """Once callers are led to green nothing is answered: the map is back, and the same verdict gives no second try."""
    from fakes.world.faults import HttpFault  # a live run holds nothing of the local Azure ML

    for request in range(60, 90):
        azure.faults.on("Scoring_Score", HttpFault(500), nth=request)
    ended = decided.promote()

    assert (ended.why, ended.exit_code, decided.traffic) == ("harm", 10, {"blue": 100})
    with pytest.raises(PromotionRefused, match="sent back for harm"):
        decided.promote()


def _copies(azure: Any) -> int:
    """Return how many copies of requests green has got, by its log."""
    (endpoint,) = azure.world.home.endpoints.values()
    return int(endpoint.deployments["green"].log.text("InferenceServer", None).count("(mirrored)"))
