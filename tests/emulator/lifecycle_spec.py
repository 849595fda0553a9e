"""A small lifecycle: twenty short conversations, everything else as the tutorial has it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from fakes.emulator import Emulator
from harness.lifecycle.report import LifecycleReport
from harness.lifecycle.run import run_lifecycle
from harness.lifecycle.watching import Watcher
from harness.spec import LifecycleSpec

_ROWS = {"train_sft": 20, "test_sft": 2, "train_gen": 2, "test_gen": 2}


def small_spec(folder: Path, **keys: str) -> LifecycleSpec:
    """Write the conversations to `folder` and return their spec with these keys; __ stands for the dot."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, count in _ROWS.items():
        text = "".join(json.dumps(_row(f"{split} {number}", number)) + "\n" for number in range(count))
        (folder / f"{split}.jsonl").write_text(text, encoding="utf-8")
    given = {"data.source": json.dumps(str(folder)), "data.percent": "100", "finetune.parameters.logging_steps": "1"}
    return LifecycleSpec().with_overrides({**given, **{key.replace("__", "."): keys[key] for key in keys}})


def run_small(azure: Emulator, folder: Path, watch: Watcher | None = None, **keys: str) -> LifecycleReport:
    """Run the small lifecycle as the command line does."""
    return run(azure, small_spec(folder / "rows", **keys), folder / "run", watch)


def run(
    azure: Emulator, spec: LifecycleSpec, folder: Path, watch: Watcher | None = None, studio: bool = False
) -> LifecycleReport:
    """Run a lifecycle as the command line does."""
    around = {"clock": azure.clock, "environ": os.environ, "interactive": False, "studio": studio}
    return run_lifecycle(spec, folder=folder, watch=watch, **around)


def bills(azure: Emulator) -> list[str]:
    """What costs money in the emulator's first workspace: endpoints, and jobs that have not ended."""
    now, home = azure.clock.now(), azure.world.home
    running = [job.name for job in home.jobs.values() if not job.run.ended(now)]
    return [*(endpoint.name for endpoint in home.endpoints.values()), *running]


def _row(prompt: str, number: int) -> dict[str, object]:
    question = {"role": "user", "content": f"What is {number} plus {number + 1}?"}
    answer = {"role": "assistant", "content": f"{number} plus {number + 1} makes {2 * number + 1}."}
    return {"prompt": prompt, "prompt_id": prompt, "messages": [question, answer]}
