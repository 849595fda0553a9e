"""Signals to the process of `harness run`: whenever they come, the end is orderly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.lifecycle.report import LifecycleReport, StepRecord

Invoke = Callable[..., tuple[int, str, str]]
COMMAND = "from harness.cli import main; main()"
WHILE_IMPORTING = """
import os, sys
class Signal:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            try:
                os.kill(os.getpid(), {number})
            except {swallowed}:
                pass
sys.meta_path.insert(0, Signal())
"""
WHILE_READING_OPTIONS = """
import os, typer.core
typer.core.TyperGroup.make_context = lambda *_, **__: os.kill(os.getpid(), {number})
"""
AT_THE_END = {
    "while threads are waited for": """
import os, threading
threading._register_atexit(os.kill, os.getpid(), {number})
""",
    "while a thread does not end": """
import os, threading
threading.Thread(target=threading.Event().wait, args=[60]).start()
threading._register_atexit(os.kill, os.getpid(), {number})
""",
    "in a function at exit": "import atexit, os; atexit.register(os.kill, os.getpid(), {number})\n",
    "when handlers are gone": """
import os
class Last:
    def __del__(self, kill=os.kill, process=os.getpid()):
        kill(process, {number})
last = Last()
""",
}
BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


def harness(*options: str, before: str = "") -> tuple[int, str, str]:
    """Run the command in a process of its own, after some lines of Python; exit code, stdout and stderr."""
    arguments = [sys.executable, "-c", before + COMMAND, *options]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=50)
    return done.returncode, done.stdout, done.stderr


def signalled(folder: Path, moment: str, number: signal.Signals) -> tuple[int, str, dict[str, Any]]:
    """Send a signal to a run once it prints `moment`; its exit code, all that it printed, and its report."""
    options = ["run", "--backend", "emulator", "--percent", "10", "--folder", str(folder)]
    arguments = [sys.executable, "-c", COMMAND, *options]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        assert run.stdout is not None
        printed = ""
        for line in run.stdout:
            printed += line
            if line.strip() == moment:
                run.send_signal(number)
    return run.returncode, printed, json.loads((folder / "report.json").read_text(encoding="utf-8"))


@BOTH
@pytest.mark.parametrize(
    ("module", "swallowed"),
    [("typer", "OSError"), ("pydantic", "OSError"), ("azure.ai.ml", "OSError"), ("pydantic", "KeyboardInterrupt")],
)
def test_signal_while_the_process_starts_ends_it_with_4(number: signal.Signals, module: str, swallowed: str) -> None:
    """Whatever is just being imported, and whatever it makes of it, there is one message and one document."""
    before = WHILE_IMPORTING.format(module=module, number=int(number), swallowed=swallowed)
    code, out, err = harness("run", "--json", before=before)

    assert (code, json.loads(out)["exit_code"]) == (4, 4)
    assert err.startswith("✗ interrupted before anything was created\n")
    assert "Traceback" not in err


@BOTH
def test_signal_while_options_are_read_ends_with_4(number: signal.Signals) -> None:
    """Where typer would end the process in its own way, the document still comes."""
    code, out, _ = harness("run", "--json", before=WHILE_READING_OPTIONS.format(number=int(number)))

    assert (code, json.loads(out)["exit_code"]) == (4, 4)


@BOTH
@pytest.mark.parametrize("moment", AT_THE_END)
def test_signal_at_the_very_end_changes_nothing(number: signal.Signals, moment: str) -> None:
    """When everything is told, and Python only shuts down, the exit code is what was told."""
    code, out, err = harness("run", "--json", "--percent", "0", before=AT_THE_END[moment].format(number=int(number)))

    assert (code, json.loads(out)["exit_code"]) == (2, 2)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("Fine-tune", signal.SIGTERM),
        pytest.param("Deploy it to an endpoint", signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_signal_in_a_step_cleans_up(tmp_path: Path, moment: str, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C end a run with 4 once nothing is left that bills."""
    code, printed, report = signalled(tmp_path / "run", moment, number)

    assert (code, report["exit_code"]) == (4, 4)
    assert "✗ stopped by the user; nothing is left that bills\n" in printed
    assert [made["name"] for made in report["created"] if made["bills"]] == []
    assert "Traceback" not in printed


@pytest.fixture
def deaf() -> Iterator[None]:
    """Signals that nobody catches do nothing, in the place of ending the test run."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@BOTH
def test_signal_in_the_lifecycle_interrupts_it(deaf: None, invoke: Invoke, number: signal.Signals) -> None:
    """Each of the two raises KeyboardInterrupt where the run is."""

    def lifecycle(*_: Any, **__: Any) -> Any:
        os.kill(os.getpid(), number)
        raise AssertionError("nobody was interrupted")

    assert invoke(lifecycle=lifecycle)[0] == 4


@BOTH
def test_signal_after_the_last_step_loses_no_report(
    deaf: None, invoke: Invoke, report: LifecycleReport, tmp_path: Path, number: signal.Signals
) -> None:
    """Once everything is removed a signal comes too late: what the run did is told, with its own exit code."""

    def lifecycle(*_: Any, watch: Any, **__: Any) -> LifecycleReport:
        watch.finished(StepRecord("delete", "Delete what bills", "done", 0.0, 0.0, {}))
        os.kill(os.getpid(), number)
        return report

    code, out, _ = invoke(lifecycle=lifecycle)

    assert (code, "What was created" in out) == (0, True)
    assert json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))["succeeded"]


@BOTH
def test_last_step_can_be_interrupted_again(
    deaf: None, invoke: Invoke, report: LifecycleReport, number: signal.Signals
) -> None:
    """When the removal begins once more, the second Ctrl-C leaves it."""

    def lifecycle(*_: Any, watch: Any, **__: Any) -> LifecycleReport:
        watch.finished(StepRecord("delete", "Delete what bills", "failed", 0.0, 0.0, {}))
        watch.started("delete", "Delete what bills")
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        return report

    assert invoke(lifecycle=lifecycle)[0] == 0


def test_handlers_are_given_back(invoke: Invoke) -> None:
    """Who calls the command from Python has his own handlers afterwards."""
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    invoke()

    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_sigint_that_is_ignored_stays_ignored(deaf: None, invoke: Invoke, report: LifecycleReport) -> None:
    """A shell lets what runs in its background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def lifecycle(*_: Any, **__: Any) -> LifecycleReport:
        os.kill(os.getpid(), signal.SIGINT)
        return report

    assert invoke(lifecycle=lifecycle)[0] == 0
