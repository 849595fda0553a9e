"""Whether requests show that limits are kept: three outcomes, an early alarm, error rates that hold over all rungs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.errors import SpecError
from harness.gate.policy import GatePolicy, load_policy
from harness.gate.policy.rollout import RolloutSection
from harness.gate.rollout.ladder import ladder
from harness.gate.rollout.operations import Limits, alarm, alarming, judge, limits_of, requests_needed, streams_of
from harness.gate.rollout.records import Observed, Stream


def policy(**operations: Any) -> GatePolicy:
    """A policy with these limits."""
    return GatePolicy.model_validate({"primary": [{"metric": "rouge_l"}], "operations": operations})


def limits(**operations: Any) -> Limits:
    """The limits of such a policy, on its ladder."""
    made = policy(**operations)
    return limits_of(made, ladder(made.rollout))


def seen(stream: Stream, failed: int, asked: int, latency: Sequence[float] = ()) -> list[Observed]:
    """Requests, those that failed last."""
    times = [*latency, *[1.0] * (asked - len(latency))]
    return [
        Observed(rung="r", stream=stream, failed=number >= asked - failed, outcome="x", latency_s=times[number])
        for number in range(asked)
    ]


ERRORS = limits(off=["latency_p95_ratio"])


@pytest.mark.parametrize(
    ("failed", "asked", "outcome"),
    [(0, 300, "kept"), (1, 300, "kept"), (2, 300, "open"), (18, 300, "broken"), (9, 900, "kept"), (0, 100, "open")],
)
def test_errors_are_shown_to_be_few_or_many_or_neither(failed: int, asked: int, outcome: str) -> None:
    """At a limit of 2 %: 300 requests may hold one error, 900 nine, and 100 never show it."""
    found = judge([*seen("candidate", failed, asked), *seen("endpoint", 0, 900)], ERRORS)

    assert [(finding.name, finding.outcome) for finding in found] == [
        ("candidate errors", outcome),
        ("endpoint errors", "kept"),
    ]


def test_a_request_that_failed_took_for_ever() -> None:
    """Failing fast is no way to be quick."""
    timed = limits(off=["error_rate", "latency_p95_ratio"], latency_p95_s=2.0)
    quick = judge(seen("candidate", 0, 300), timed)
    failing = judge(seen("candidate", 60, 300), timed)

    assert ([each.outcome for each in quick], [each.outcome for each in failing]) == (["kept"], ["broken"])


def test_times_are_compared_with_those_of_the_baseline() -> None:
    """Twice as slow is broken, alike is kept, and nothing to compare with is neither."""
    ratio = limits(off=["error_rate"])
    spread = [1 + number / 1000 for number in range(300)]
    alike = [*seen("baseline", 0, 300, spread), *seen("candidate", 0, 300, spread)]
    slow = [*seen("baseline", 0, 300, spread), *seen("candidate", 0, 300, [2 * each for each in spread])]
    found = [judge(each, ratio)[0].outcome for each in (alike, slow, seen("candidate", 0, 10))]

    assert found == ["kept", "broken", "open"]


def test_who_is_asked_depends_on_the_limits() -> None:
    """The baseline costs requests, and is asked only to be compared with."""
    assert streams_of(ERRORS) == ("endpoint", "candidate")
    assert streams_of(limits()) == ("endpoint", "baseline", "candidate")


def test_what_is_needed_is_known_before() -> None:
    """A bound of the 99th percentile needs the most requests; each look costs some of the error rate."""
    assert requests_needed(ERRORS) == math.ceil(math.log(0.025) / math.log(0.98))
    assert requests_needed(limits(latency_p99_s=5.0)) == math.ceil(math.log(0.025) / math.log(0.99))


def test_the_harm_side_is_divided_among_all_tests_of_the_ladder() -> None:
    """Two error rates and one ratio, on four watched rungs."""
    assert limits().alpha_harm == pytest.approx(0.05 / 3 / 4)
    assert limits(latency_p50_s=1.0, latency_p95_s=2.0).alpha_harm == pytest.approx(0.05 / 5 / 4)


def test_a_candidate_that_answers_nothing_is_found_out_by_its_second_request() -> None:
    """One could be chance at this error rate, two are not."""
    failing = [seen("candidate", asked, asked) for asked in (1, 2, 3)]

    assert [alarm(each, ERRORS) is not None for each in failing] == [False, True, True]


def test_no_alarm_without_another_error() -> None:
    """It is looked for at errors only, and not where errors are no limit."""
    failing = seen("candidate", 3, 3)
    answered = Observed(rung="r", stream="candidate", failed=False, outcome="answered", latency_s=1.0)

    assert alarm([*failing, answered], ERRORS) is None
    assert alarm(failing, limits(off=["error_rate", "latency_p95_ratio"])) is None
    assert alarm(seen("baseline", 3, 3), limits()) is None


@pytest.mark.parametrize("rate", [0.02, 0.1])
def test_false_alarms_are_as_rare_as_they_may_be(rate: float) -> None:
    """Exactly: at the limit itself 900 requests raise an alarm with at most half of this test's share."""
    made = limits(error_rate=rate, off=["latency_p95_ratio"])
    quiet = {0: 1.0}
    alarmed = 0.0
    for asked in range(1, 901):
        after: dict[int, float] = {}
        for failed, probability in quiet.items():
            after[failed] = after.get(failed, 0.0) + probability * (1 - rate)
            if alarming(failed + 1, asked, made):
                alarmed += probability * rate
            else:
                after[failed + 1] = after.get(failed + 1, 0.0) + probability * rate
        quiet = {failed: p for failed, p in after.items() if p > 1e-12}

    assert 0 < alarmed <= made.alpha_harm / 2


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ("live_percents = [10, 50]", "do not rise to 100"),
        ("live_percents = [50, 10, 100]", "do not rise to 100"),
        ("live_percents = [0, 100]", "live_percents.0 has a wrong value"),
        ("mirror_percent = 51", "mirror_percent has a wrong value"),
        ("requests = 10\nmost_requests = 5", "most_requests is less than requests"),
        ("keep_hour = 3", "nearest: keep_hours"),
    ],
)
def test_a_ladder_that_cannot_be_is_refused(tmp_path: Path, keys: str, what: str) -> None:
    """The policy says which key, and what would do."""
    path = tmp_path / "policy.toml"
    path.write_text(f'[[primary]]\nmetric = "rouge_l"\n[rollout]\n{keys}\n')

    with pytest.raises(SpecError, match=what):
        load_policy(path)


def test_rungs_that_are_not_wanted_are_left_out() -> None:
    """No copies, one step, and a registry."""
    made = RolloutSection(mirror_percent=0, live_percents=[100], registry="shared")

    assert [rung.name for rung in ladder(made)] == ["claim", "smoke", "tags", "live-100", "release", "share"]
