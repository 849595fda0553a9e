"""How long the lifecycle may wait between two questions to Azure, which is its user's to say."""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness.errors import EnvironmentMissing, excerpt

__all__ = ["LONGEST_WAIT_VARIABLE", "longest_wait"]

LONGEST_WAIT_VARIABLE = "AZUREML_RUN_POLLING_INTERVAL_MAX"
"""By this the SDK is told how long at most to wait between two looks at a job that it streams (SDK source)."""

_SHORTEST_S = 0.05


def longest_wait(environ: Mapping[str, str]) -> float:
    """Return how many seconds may lie between two questions: what the SDK's own variable says, if it is set.

    As short as a blink, but never none at all. EnvironmentMissing for a value that is no number.
    """
    said = environ.get(LONGEST_WAIT_VARIABLE)
    if not said:
        return math.inf
    try:
        seconds = float(said)
    except ValueError:
        seconds = math.nan
    if math.isnan(seconds):
        raise EnvironmentMissing(
            f"{LONGEST_WAIT_VARIABLE} is no number",
            where="environment",
            got=excerpt(said),
            expected="whole seconds, such as 60",
            remedy=f"Correct it, or unset {LONGEST_WAIT_VARIABLE}.",
        )
    return max(_SHORTEST_S, seconds)
