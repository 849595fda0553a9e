"""The lifecycle, from a connection to an endpoint that is gone again: this file is the list of its steps."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.core.exceptions import AzureError

from harness.decide.names import experiment_name, make_endpoint_name
from harness.errors import HarnessError, Interrupted
from harness.lifecycle.compute import prepare_cluster
from harness.lifecycle.connect import Connection, connect, new_run_id
from harness.lifecycle.dataset import prepare_dataset
from harness.lifecycle.delete import Cleaned, CleanUp, removal_command
from harness.lifecycle.deploy import (
    LiveDeployment,
    check_instance_type,
    create_deployment,
    create_endpoint,
    give_all_traffic,
)
from harness.lifecycle.journal import Journal
from harness.lifecycle.metrics import JobMetrics, read_metrics
from harness.lifecycle.model import FoundationModel, find_model
from harness.lifecycle.parameters import choose_parameters, find_component
from harness.lifecycle.pipeline import FinetuneJob, build_pipeline, run_pipeline
from harness.lifecycle.refusals import reason
from harness.lifecycle.register import Registration, plan_registration, refuse_taken, register_model
from harness.lifecycle.report import LifecycleReport
from harness.lifecycle.score import score
from harness.lifecycle.waiting import Clock
from harness.lifecycle.watching import Silent, Watcher, sdk_muted
from harness.spec import LifecycleSpec

__all__ = ["run_lifecycle"]
