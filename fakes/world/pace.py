"""How long Azure ML takes, in virtual seconds."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

RECORDED: Mapping[str, float] = MappingProxyType(
    {
        "endpoint.create": 90.0,  # recorded 2022-10
        "endpoint.update": 20.0,  # recorded 2022-10
        "endpoint.delete": 12.0,  # recorded 2026-03
        "deployment.create": 585.0,  # recorded 2022-10
        "deployment.update": 400.0,  # recorded 2022-10
        "deployment.delete": 60.0,  # inferred
        "keys.regenerate": 10.0,  # inferred
        "compute.create": 30.0,  # inferred
        "compute.delete": 30.0,  # inferred
        "compute.power": 60.0,  # inferred
        "job.cancel": 30.0,  # recorded 2023-03
        "job.preparing": 10.0,  # inferred
        "job.command": 120.0,  # inferred
        "job.validation": 60.0,  # inferred
        "job.model_import": 300.0,  # inferred
        "job.preprocess": 120.0,  # inferred
        "job.finetune": 1800.0,  # inferred
        "job.convert": 300.0,  # inferred
        "job.evaluate": 300.0,  # inferred
        "job.finalizing": 5.0,  # inferred
        "registry.asset": 10.0,  # inferred
        "registry.create": 60.0,  # inferred
        "workspace.create": 60.0,  # inferred
    }
)


@dataclass(frozen=True, slots=True)
class Pace:
    """Durations by operation. `instant` still takes a second each: nothing is born in its last state."""

    name: str
    durations: Mapping[str, float]

    def of(self, operation: str) -> float:
        """Return the virtual seconds that `operation` takes."""
        return self.durations[operation]


_PACES = {
    "recorded": Pace("recorded", RECORDED),
    "instant": Pace("instant", MappingProxyType(dict.fromkeys(RECORDED, 1.0))),
}


def pace_by_name(name: str) -> Pace:
    """Return the pace called `name`; ValueError names the nearest one."""
    if name not in _PACES:
        near = difflib.get_close_matches(name, _PACES, n=1, cutoff=0.0)[0]
        raise ValueError(f"pace is {name!r}; expected one of {sorted(_PACES)}, nearest: {near!r}")
    return _PACES[name]
