"""The members of the SDK without a public name that the double uses: these three, nowhere else, in one place.

- `_build_inputs`, `_build_outputs` of nodes and pipeline jobs: what the user bound, with bindings between nodes spelled
  out. The public `inputs` and `outputs` hold builders that tell nothing of their values.
- `_BaseJob`: the class of a pipeline's children, which `jobs.list(parent_job_name=...)` hands out.

All three are the same in azure-ai-ml 1.30 to 1.35.
"""

from __future__ import annotations

from typing import Any

from azure.ai.ml.entities._job.base_job import _BaseJob


def built_inputs(owner: Any) -> dict[str, Any]:
    """Return the inputs of a node or a pipeline job: literals, and `Input`s whose path may be a binding."""
    return dict(owner._build_inputs())


def built_outputs(owner: Any) -> dict[str, Any]:
    """Return the outputs of a node or a pipeline job: `Output`s whose path may be a binding, or None."""
    return dict(owner._build_outputs())


def child_job(**told: Any) -> Any:
    """Return a child of a pipeline."""
    return _BaseJob(**told)
