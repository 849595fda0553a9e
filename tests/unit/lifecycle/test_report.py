"""The report of a run as a document."""

from __future__ import annotations

import json

from harness.errors import ComputeNotAllowed
from harness.ledger import CreatedResource
from harness.lifecycle.report import LifecycleReport, MetricPoint, StepRecord
from harness.spec import LifecycleSpec


def test_a_report_is_a_json_document() -> None:
    """Every part of it survives a round trip as JSON."""
    report = LifecycleReport("1", LifecycleSpec().model_dump(mode="json"))
    report.steps.append(StepRecord("model", "Find it", "done", 0.0, 0.1, {"name": "gpt2"}))
    report.created.append(CreatedResource("endpoint", "e", bills=True))
    report.metrics = {"loss": (MetricPoint(1, 0.5),)}

    document = json.loads(json.dumps(report.to_dict()))

    assert document["metrics"] == {"loss": [{"step": 1, "value": 0.5}]}
    assert document["created"] == [{"kind": "endpoint", "name": "e", "deleted": False, "bills": True}]
    assert (document["steps"][0]["facts"], document["succeeded"]) == ({"name": "gpt2"}, True)


def test_an_error_keeps_its_parts() -> None:
    """A program finds what went wrong without reading prose."""
    error = ComputeNotAllowed("not allowed", where="compute", nearest=["Standard_ND40rs_v2"], remedy="Change it.")
    document = LifecycleReport("1", {}, error=error).to_dict()

    assert document["succeeded"] is False
    assert document["error"]["kind"] == "ComputeNotAllowed"
    assert document["error"]["nearest"] == ["Standard_ND40rs_v2"]
    assert document["error"]["exit_code"] == 2


def test_only_what_bills_is_left() -> None:
    """A kept cluster without nodes and a registered model cost nothing."""
    endpoint = CreatedResource("endpoint", "e", bills=True)
    gone = CreatedResource("endpoint", "f", deleted=True, bills=True)
    report = LifecycleReport("1", {}, created=[CreatedResource("compute", "c"), endpoint, gone])

    assert list(report.left()) == [endpoint]
