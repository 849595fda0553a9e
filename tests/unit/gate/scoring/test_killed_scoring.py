"""A scoring that is killed, in a process of its own against an endpoint on the loopback."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.gate.evidence.records import Answer, Attempt
from harness.gate.scoring.posting import Reply
from tests.unit.gate.chat_rows import sums, write_rows
from tests.unit.gate.scoring.endpoints import content_of, recorded, right
from tests.unit.gate.scoring.loopback import listening

COUNT = 30


class Chat:
    """Answers sums, and tells when it has been asked often enough."""

    def __init__(self, enough: int) -> None:
        self.asked = 0
        self.enough = threading.Event()
        self._enough, self._lock = enough, threading.Lock()

    def __call__(self, headers: dict[str, str], body: bytes) -> Reply:
        """Answer one request."""
        with self._lock:
            self.asked += 1
            if self.asked == self._enough:
                self.enough.set()
        question = json.loads(body)["input_data"]["input_string"][0][-1]["content"]
        return right(question, headers["azureml-model-deployment"])


def _start(address: str, held_out: Path, evidence: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.unit.gate.scoring.loopback", address, str(held_out), str(evidence)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[4])


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("enough", [1, 20, 45])
def test_a_killed_scoring_goes_on_to_the_same_evidence(tmp_path: Path, enough: int) -> None:
    """After kill -9 and a second run the evidence is that of an unbroken run, apart from timings and attempts."""
    held_out = write_rows(tmp_path / "h.jsonl", sums(COUNT))
    whole, broken = tmp_path / "whole.jsonl", tmp_path / "broken.jsonl"
    chat = Chat(enough)
    with listening(chat) as address:
        killed = _start(address, held_out, broken)
        assert chat.enough.wait(60)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait(60) == -signal.SIGKILL
        before = len(recorded(broken, Answer)) if broken.stat().st_size else 0
        assert _start(address, held_out, broken).wait(60) == 0
        assert _start(address, held_out, whole).wait(60) == 0
    assert before < len(recorded(broken, Answer))
    assert content_of(broken) == content_of(whole)
    assert [attempt.number for attempt in recorded(broken, Attempt)] == [1, 2]
