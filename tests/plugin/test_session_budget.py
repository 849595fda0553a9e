"""`--max-hours` and `--max-cost`: what all runs of a session may use together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from harness.lifecycle.report import Used
from harness.plugin.budget import Purse, purse_of
from harness.spec import LifecycleSpec

SCENARIOS = """
import json
from types import SimpleNamespace
from typing import cast

import pytest
from harness.errors import BudgetRefused, OverBudget
from harness.spec import LifecycleSpec

@pytest.fixture
def spec(tmp_path):
    for split in ("train_sft", "test_sft", "train_gen", "test_gen"):
        turns = [{"content": "What?", "role": "user"}, {"content": "That.", "role": "assistant"}]
        rows = [{"prompt": f"{split} {n}", "prompt_id": f"{n}", "messages": turns} for n in range(20)]
        (tmp_path / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\\n" for row in rows))
    return LifecycleSpec().with_overrides({"data.source": json.dumps(str(tmp_path)), "data.percent": "100"})

def test_first(lifecycle, spec):
    assert lifecycle.run(spec).error is None

def test_second(lifecycle, spec):
    report = lifecycle.run(spec)
    assert isinstance(report.error, BudgetRefused), report.error
    assert report.created == []

def test_endpoint(lifecycle, spec):
    with pytest.raises(OverBudget):
        with lifecycle.endpoint(spec) as endpoint:
            endpoint.deploy("demo", "foundation")
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite of three scenarios."""
    pytester.makeconftest('pytest_plugins = ("harness.plugin",)')
    pytester.makepyfile(SCENARIOS)
    return pytester


@pytest.mark.parametrize(
    ("backend", "option"), [("emulator", ("--max-hours", "1.05")), ("fake", ("--max-cost", "17.4"))]
)
def test_what_one_scenario_used_the_next_has_not(suite: pytest.Pytester, backend: str, option: tuple[str, str]) -> None:
    """The first run fits, the second is refused before anything is created, and an endpoint is given up."""
    result = suite.runpytest_subprocess("--backend", backend, *option, "-p", "no:cacheprovider")

    result.assert_outcomes(passed=3)


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "two"])
@pytest.mark.parametrize("option", ["--max-hours", "--max-cost"])
def test_a_budget_is_a_number_above_0(suite: pytest.Pytester, option: str, value: str) -> None:
    """Anything else is wrong use, before anything is collected."""
    result = suite.runpytest_inprocess(f"{option}={value}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*is no number above 0*"])


def test_a_smaller_budget_of_the_spec_stays() -> None:
    """The session's is what is left; the spec's own may be less."""
    spec = LifecycleSpec().with_overrides({"budget.max_hours": "1", "budget.max_cost": "5"})
    limited = Purse(2.0, 3.0).limited(spec).budget

    assert (limited.max_hours, limited.max_cost) == (1.0, 3.0)


def test_runs_at_once_share_what_is_left() -> None:
    """Together they use no more."""
    assert Purse(hours=3.0).limited(LifecycleSpec(), runs=3).budget.max_hours == 1.0


def test_what_is_used_up_does_not_become_more() -> None:
    """A run that used more than there was leaves nothing, and a spec with nothing left is still a spec."""
    purse = Purse(1.0, 1.0)
    purse.take(Used(2.0, 3.0))
    limited = purse.limited(LifecycleSpec())

    assert (purse.hours, purse.cost) == (0.0, 0.0)
    assert LifecycleSpec.model_validate(limited.model_dump(mode="json")) == limited


def test_without_the_options_nothing_is_limited() -> None:
    """The spec stays as it is."""
    purse = Purse()
    purse.take(Used(100.0, 100.0))

    assert purse.limited(LifecycleSpec()) == LifecycleSpec()


@pytest.mark.parametrize(("worker", "hours"), [({}, 8.0), ({"workerinput": {"workercount": 4}}, 2.0)])
def test_processes_of_xdist_share_it(worker: dict[str, object], hours: float) -> None:
    """Each of four processes has a quarter of what the session may use; one that runs alone has all of it."""
    options = {"max_hours": 8.0, "max_cost": None}
    config = SimpleNamespace(stash=pytest.Stash(), getoption=options.__getitem__, **worker)

    purse = purse_of(cast(pytest.Config, config), "live")

    assert (purse.hours, purse.cost) == (hours, None)
