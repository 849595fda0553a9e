"""Take the pictures of the report in docs/gate: a real comparison on the local Azure ML, opened in a real browser.

A model that was fine-tuned on all of the sample conversations is in service; one that saw a part of them applies.

    python -m tests.browser.pictures docs/gate
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from azure.ai.ml.entities import ManagedOnlineDeployment

from harness.backends import choose_backend, open_backend
from harness.backends.live import look_around
from harness.gate.evidence.loading import load_evidence
from harness.gate.policy import GatePolicy
from harness.gate.report import gather, write_reports
from harness.gate.scoring.measures import Choice
from harness.gate.scoring.posting import HttpPost
from harness.gate.scoring.request import Compared, ScoreRequest
from harness.gate.scoring.score import score
from harness.gate.scoring.sides import describe
from harness.gate.scoring.timing import Timing
from harness.gate.verdict.decide import decide
from harness.lifecycle.report import LifecycleReport
from harness.plugin.lifecycle import Lifecycle
from harness.spec import load_spec
from tests.browser.chromium import opened_chromium
from tests.browser.opening import PHONE, Look, opened_page

_ROOT = Path(__file__).parents[2]
_POLICY: dict[str, Any] = {
    "primary": [{"metric": "chrf"}, {"metric": "rouge_l"}],
    "guardrail": [{"metric": name} for name in ("length", "refusal", "repetition", "script")],
    "hard": [{"metric": name} for name in ("template", "control_characters", "secrets")],
    "slice": [{"by": "topic", "min_conversations": 30}],
    "operations": {"latency_p95_s": 2.0},
    "validity": {"leakage_check": False},
}
_PERCENT = 60
_NOTE = (
    f"An example: a model fine-tuned on {_PERCENT} % of the samples against one fine-tuned on all, on the local Azure "
    "ML, which answers by looking answers up. It says nothing about the models of these names."
)
_LOOKS = {"light": Look(), "dark": Look(scheme="dark"), "phone": Look(PHONE)}
_TALLEST = {"light": 1540, "dark": 1540, "phone": 1540}


def main(folder: Path) -> None:
    """Write report-light.png, report-dark.png and report-phone.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, opened_chromium() as browser:
        report = _reported(Path(scratch))
        for name, look in _LOOKS.items():
            with opened_page(browser, report, look) as opened:
                area = {"x": 0, "y": 0, "width": look.size[0], "height": _TALLEST[name]}
                opened.page.screenshot(path=folder / f"report-{name}.png", full_page=True, clip=area)


def _reported(folder: Path) -> Path:
    """Fine-tune, deploy both models, score them, decide, and return the page."""
    evidence, policy = folder / "evidence.jsonl", GatePolicy.model_validate(_POLICY)
    _score(folder, evidence, policy)
    paired = load_evidence(evidence)
    verdict = decide(paired, policy, today=date(2026, 3, 2))
    write_reports(gather(verdict, policy, paired, evidence, note=_NOTE), folder)
    return folder / "report.html"


def _score(folder: Path, evidence: Path, policy: GatePolicy) -> None:
    whole = load_spec(_ROOT / "samples/specs/chat-completion.toml")
    with open_backend(choose_backend("emulator", look_around())) as around:
        lifecycle = Lifecycle(around, folder)
        part = lifecycle.run(whole.with_overrides({"data.percent": str(_PERCENT)}))
        with lifecycle.endpoint(whole, lifecycle.run(whole)) as blue:
            blue.deploy("blue", "fine-tuned")
            hardware = {"instance_type": whole.deploy.instance_type, "instance_count": 1}
            green = ManagedOnlineDeployment(name="green", endpoint_name=blue.name, model=_model(part), **hardware)
            blue.client.online_deployments.begin_create_or_update(green).result()
            now = around.clock.now
            sides = [Compared(*describe(blue.client, blue.name, name, now)) for name in ("blue", "green")]
            request = ScoreRequest(
                held_out=_held_out(folder / "held-out.jsonl"),
                evidence=evidence,
                choices=tuple(Choice(name, name) for name in policy.used_metrics),
                slices=("topic",),
                duplicates="drop",
                workers=0,
            )
            score(request, *sides, post=HttpPost(), timing=Timing(now, around.clock.sleep, time.perf_counter))


def _model(run: LifecycleReport) -> str:
    return next(step.facts["id"] for step in run.steps if step.name == "register")


def _held_out(path: Path) -> Path:
    """Write a few hundred seeded conversations in the manner of the samples, and return the file."""
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in _rows()), encoding="utf-8")
    return path


def _rows() -> Iterator[dict[str, Any]]:
    sys.path.insert(0, str(_ROOT / "samples"))
    from make_samples import make_rows

    for seed in range(1, 8):
        for row in make_rows(seed)["test_sft"]:
            first = row["messages"][0]["content"]
            topic = "numbers" if any(sign.isdigit() for sign in first) else "letters" if "rite" in first else "other"
            yield {"messages": row["messages"], "topic": topic}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
