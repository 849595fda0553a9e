"""What cannot work is refused with one message that says where it is and what to do, and nothing is left running."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ComputeNotAllowed, DataError, Interrupted, ParameterError
from harness.lifecycle.watching import Silent
from harness.plugin.fixtures import Change
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

pytestmark = pytest.mark.usefixtures("nothing_billable")

TURNS = [{"role": "user", "content": "Why is the sky blue?"}, {"role": "assistant", "content": "It scatters."}]
SYSTEM_LAST = [*TURNS, {"role": "assistent", "content": "Indeed."}]


def row(number: int, messages: object = TURNS) -> bytes:
    """Return one line of conversations."""
    prompt = f"Why is the sky blue on day {number}?"
    return json.dumps({"prompt": prompt, "prompt_id": f"{number:064}", "messages": messages}).encode()


@pytest.fixture
def own_data(tmp_path: Path, chat: LifecycleSpec) -> Callable[..., LifecycleSpec]:
    """Return the spec for a JSON-lines file of one's own, forty good lines but for its third one."""

    def spec(third: bytes = row(3), percent: int = 100) -> LifecycleSpec:
        lines = [row(number) for number in range(1, 41)]
        lines[2] = third
        (tmp_path / "mine.jsonl").write_bytes(b"\n".join(lines))
        return chat.with_overrides({"data.source": str(tmp_path / "mine.jsonl"), "data.percent": str(percent)})

    return spec


@pytest.fixture
def retag(arrange: Change) -> Callable[[str, str], None]:
    """Change a tag of the foundation model's newest version in the local registry."""

    def change(tag: str, value: str, azure: Any) -> None:
        models = azure.world.registries["azureml"].assets
        models.latest("models", "Phi-3-mini-4k-instruct").properties["tags"][tag] = value

    return lambda tag, value: arrange(partial(change, tag, value))


def test_own_rows_without_fault_pass(lifecycle: Lifecycle, own_data: Callable[..., LifecycleSpec]) -> None:
    """The file that the following scenarios spoil runs through the whole lifecycle."""
    assert lifecycle.run(own_data()).error is None


@pytest.mark.parametrize(
    ("third_line", "what"),
    [
        pytest.param(b'{"prompt": "Why', "not JSON: Unterminated string starting at column 12", id="bad-json"),
        pytest.param(row(3, SYSTEM_LAST), "messages[2].role is 'assistent'", id="wrong-role"),
        pytest.param(row(3, []), "messages is empty", id="empty-messages"),
        pytest.param(row(3).replace(b"blue", b"bl\xfce"), "is not UTF-8", id="not-utf-8"),
    ],
)
def test_spoiled_row_is_named_by_file_and_line(
    lifecycle: Lifecycle, own_data: Callable[..., LifecycleSpec], third_line: bytes, what: str
) -> None:
    """One bad row stops the run before anything is created, with its line, its fault and what to do."""
    report = lifecycle.run(own_data(third_line))

    assert isinstance(report.error, DataError)
    assert report.error.where.endswith("mine.jsonl line 3")
    assert what in report.error.what
    assert report.error.remedy
    assert report.created == []


def test_percent_that_keeps_no_row_says_which_would(
    lifecycle: Lifecycle, own_data: Callable[..., LifecycleSpec]
) -> None:
    """A share that rounds to no row at all is refused with the smallest one that does not."""
    error = lifecycle.run(own_data(percent=1)).error

    assert isinstance(error, DataError)
    assert "keeps no row" in error.what
    assert error.expected.startswith("at least")


def test_unreadable_file_is_named(lifecycle: Lifecycle, chat: LifecycleSpec, tmp_path: Path) -> None:
    """A path that leads nowhere is refused without asking any hub, with what lies beside it."""
    (tmp_path / "train.jsonl").touch()
    error = lifecycle.run(chat.with_overrides({"data.source": str(tmp_path / "trian.jsonl")})).error

    assert isinstance(error, DataError)
    assert "trian.jsonl" in error.where
    assert error.nearest == ("train.jsonl",)


def test_malformed_tag_is_no_absent_tag(
    lifecycle: Lifecycle, chat: LifecycleSpec, retag: Callable[[str, str], None]
) -> None:
    """An allow list that cannot be read is refused by its tag, never taken for "anything goes"."""
    retag("finetune_compute_allow_list", "['Standard_ND40rs_v2'")
    error = lifecycle.run(chat).error

    assert isinstance(error, ParameterError)
    assert "finetune_compute_allow_list" in error.where


@pytest.mark.catalog("2026-07")
def test_unknown_size_names_real_ones(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """A size that the region does not offer is refused before a cluster is created, with similar ones that it does."""
    report = lifecycle.run(chat.with_overrides({"compute.size": "Standard_NC24ads_A100"}))

    assert isinstance(report.error, ComputeNotAllowed)
    assert "Standard_NC24ads_A100_v4" in report.error.nearest
    assert report.created == []


@pytest.mark.parametrize("step", ["pipeline", "deploy", "score"])
def test_interrupted_run_leaves_nothing(lifecycle: Lifecycle, chat: LifecycleSpec, step: str) -> None:
    """Ctrl-C in the middle of a step ends with 4 after everything that bills has been removed."""
    report = lifecycle.run(chat, watch=ControlC(step))

    assert isinstance(report.error, Interrupted)
    assert report.error.exit_code == 4
    assert list(report.left()) == []


class ControlC(Silent):
    """Interrupts a step as soon as it has news, or when it ends without any."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._armed = False

    def started(self, step: str, title: str) -> None:
        """Arm when the step begins."""
        self._armed = step == self._step
        if step == "score":
            self.progress(title)

    def progress(self, text: str) -> None:  # noqa: ARG002 - the Watcher's signature
        """Press the keys, once."""
        if self._armed:
            self._armed = False
            raise KeyboardInterrupt
