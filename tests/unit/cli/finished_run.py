"""A finished run to show."""

from __future__ import annotations

from harness.ledger import CreatedResource
from harness.lifecycle.report import LifecycleReport, MetricPoint, StepRecord


def finished_run() -> LifecycleReport:
    """A run that went well."""
    return LifecycleReport(
        run_id="1715342400-ab12",
        spec={},
        steps=[
            StepRecord("pipeline", "Fine-tune", "done", 2650.0, 1.5, {"job": "job-1", "studio": "https://ml/x"}),
            StepRecord("deploy", "Deploy it to an endpoint", "done", 705.0, 0.04, {"endpoint": "chat-1"}),
            StepRecord("score", "Score a held-out row", "done", 0.0, 0.01, {"answer": "'Blue light scatters.'"}),
        ],
        created=[
            CreatedResource("model", "tuned:1"),
            CreatedResource("endpoint", "chat-1", deleted=True, bills=True),
        ],
        metrics={
            "loss": tuple(MetricPoint(step, 1.0 / step) for step in (1, 2, 4)),
            "train_loss": (MetricPoint(0, 0.5),),
        },
        conversation=[{"role": "user", "content": "Why is the sky blue?"}],
        answer="Blue light scatters.",
        ground_truth="Air scatters blue light more.",
    )
