"""How long the lifecycle may wait between two questions to Azure."""

from __future__ import annotations

import math
import time

import pytest

from harness.errors import EnvironmentMissing
from harness.lifecycle.patience import LONGEST_WAIT_VARIABLE, longest_wait
from harness.lifecycle.waiting import RealClock


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(None, math.inf), ("", math.inf), ("60", 60), ("0.5", 0.5), ("0", 0.05), ("-3", 0.05)],
)
def test_the_sdk_s_own_variable_says_it(said: str | None, seconds: float) -> None:
    """Without it there is no limit; a wait of nothing would ask without end, so there is a shortest one."""
    assert longest_wait({} if said is None else {LONGEST_WAIT_VARIABLE: said}) == seconds


@pytest.mark.parametrize("said", ["soon", "nan"])
def test_what_is_no_number_is_refused(said: str) -> None:
    """The refusal names the variable."""
    with pytest.raises(EnvironmentMissing, match="AZUREML_RUN_POLLING_INTERVAL_MAX is no number") as refused:
        longest_wait({LONGEST_WAIT_VARIABLE: said})
    assert refused.value.remedy.startswith("Correct it")


def test_no_wait_is_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real clock cuts every wait to that, and leaves shorter ones as they are."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    for clock in (RealClock(), RealClock(1.0)):
        clock.sleep(10)
        clock.sleep(0.2)

    assert slept == [10, 0.2, 1.0, 0.2]
