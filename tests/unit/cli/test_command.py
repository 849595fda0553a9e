"""The command as a whole: streams, exit codes, one message and no traceback. The lifecycle is a stand-in."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.errors import EnvironmentMissing, Interrupted, JobFailed, SpecError
from harness.lifecycle.report import LifecycleReport

Invoke = Callable[..., tuple[int, str, str]]


def _raising(error: BaseException) -> Callable[..., Any]:
    def lifecycle(*_: Any, **__: Any) -> Any:
        raise error

    return lifecycle


def test_success_ends_with_0_and_keeps_its_report(invoke: Invoke, tmp_path: Path) -> None:
    """A run that succeeds shows its summary on stdout, says nothing on stderr, and leaves report.json."""
    code, out, err = invoke()

    assert (code, err) == (0, "")
    assert "What was created" in out
    assert json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))["run_id"] == "1715342400-ab12"


def test_json_is_the_only_thing_on_stdout(invoke: Invoke) -> None:
    """With `--json` stdout is one document, and the heading goes to stderr."""
    code, out, err = invoke("--json")

    assert json.loads(out)["exit_code"] == code == 0
    assert "backend emulator" in err


@pytest.mark.parametrize("backend", ["fake", "emulator"])
def test_offline_backends_show_virtual_time_and_their_registry(invoke: Invoke, backend: str) -> None:
    """On an offline backend the heading names the registry's era, and Azure's durations are said to be virtual."""
    code, out, _ = invoke("--backend", backend, "--catalog", "2024-12")

    assert code == 0
    assert f"backend {backend}, registry as of 2024-12" in " ".join(out.split())
    assert "Azure (virtual)" in out


@pytest.mark.parametrize("error", [JobFailed("no"), EnvironmentMissing("no"), Interrupted("no")])
def test_exit_code_is_the_errors(invoke: Invoke, report: LifecycleReport, error: Any) -> None:
    """A run that ends with an error ends with its exit code and its message on stderr."""
    report.error = error
    code, out, err = invoke()

    assert code == error.exit_code
    assert err == "✗ no\n"
    assert "What was created" in out


def test_refused_run_is_a_document_too(invoke: Invoke) -> None:
    """With `--json` a run that was refused before its first step is told in the same document."""
    code, out, _ = invoke("--json", lifecycle=_raising(SpecError("no", where="x.toml")))

    assert code == 2
    assert json.loads(out)["error"]["where"] == "x.toml"


def test_local_run_has_no_studio(invoke: Invoke, report: LifecycleReport) -> None:
    """Where the links to the studio lead nowhere, the lifecycle is told so."""
    given: dict[str, Any] = {}
    invoke(lifecycle=lambda *_, **named: given.update(named) or report)

    assert given["studio"] is False


def test_interruption_before_the_start_ends_with_4(invoke: Invoke) -> None:
    """Ctrl-C before the lifecycle has begun is no traceback."""
    code, _, err = invoke(lifecycle=_raising(KeyboardInterrupt()))

    assert (code, "Traceback" in err) == (4, False)


def test_defect_is_one_message(invoke: Invoke) -> None:
    """An exception that nobody foresaw ends with 1, and its traceback is shown on request only."""
    code, _, err = invoke(lifecycle=_raising(ZeroDivisionError("by zero")))

    assert code == 1
    assert "a defect of the harness: ZeroDivisionError: by zero" in err
    assert "HARNESS_DEBUG=1" in err
    assert "Traceback" not in err


def test_defect_shows_its_traceback_on_request(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """With HARNESS_DEBUG=1 the traceback comes with the message."""
    monkeypatch.setenv("HARNESS_DEBUG", "1")

    assert "Traceback" in invoke(lifecycle=_raising(ZeroDivisionError("by zero")))[2]


def test_noise_of_the_sdk_goes_to_a_file(invoke: Invoke, report: LifecycleReport, tmp_path: Path) -> None:
    """What the SDK logs and prints to stderr is in sdk.log and not on the screen."""

    def noisy(*_: Any, **__: Any) -> LifecycleReport:
        logging.getLogger("azure.ai.ml").warning("experimental class")
        sys.stderr.write("Uploading: 100%")
        return report

    _, out, err = invoke(lifecycle=noisy)
    log = (tmp_path / "run" / "sdk.log").read_text(encoding="utf-8")

    assert ("experimental" in out + err, "Uploading" in out + err) == (False, False)
    assert ("experimental" in log, "Uploading" in log) == (True, True)


def test_folder_that_cannot_be_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    """A folder whose parent is a file is refused with 2, and `--folder` is the remedy."""
    (tmp_path / "file").touch()
    code, _, err = invoke("--folder", str(tmp_path / "file" / "run"))

    assert code == 2
    assert "name another folder (--folder)" in err


@pytest.mark.parametrize("name", ["report.json", "sdk.log"])
def test_file_that_cannot_be_written_is_refused_before_the_run(invoke: Invoke, tmp_path: Path, name: str) -> None:
    """A folder in the place of a file is wrong use, found before anything is done."""
    (tmp_path / "run" / name).mkdir(parents=True)
    code, _, err = invoke(lifecycle=_raising(AssertionError("the run began")))

    assert (code, str(Path("run", name)) in err, "Is a directory" in err) == (2, True, True)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--catlog", "2024-04"], "nearest  --catalog"),
        (["--percent", "0"], "✗ --percent has a wrong value\n  where    harness run\n  got      0\n  expected greater"),
        (["--percent=0"], "got      0\n"),
        (["--backend", "live2"], "expected one of 'fake', 'emulator', 'live'\n  nearest  live\n"),
        (["more"], "extra argument"),
    ],
)
def test_wrong_option_ends_with_2_and_names_the_right_one(invoke: Invoke, option: list[str], said: str) -> None:
    """An unknown option or value is answered with what would be right, and where it is listed."""
    code, out, err = invoke(*option)

    assert (code, out) == (2, "")
    assert said in err
    assert err.endswith("remedy   `harness run --help` lists what can be given.\n")


@pytest.mark.parametrize("option", ["--max-hours", "--max-cost"])
@pytest.mark.parametrize("value", ["nan", "inf", "0", "-1", "x"])
def test_a_budget_that_is_none_names_its_option(invoke: Invoke, option: str, value: str) -> None:
    """It is not told as the `--set` that it stands for."""
    code, _, err = invoke(option, value)

    assert code == 2
    assert f"{option} has a wrong value\n  where    harness run\n  got      {value}\n" in err
    assert "expected a number above 0\n" in err


@pytest.mark.parametrize("option", [["--percent", "0"], ["--nope"], ["--spec"], ["--data", ""], ["--set", "x"]])
def test_every_refusal_is_a_document(invoke: Invoke, option: list[str]) -> None:
    """With `--json` among the arguments wrong use is told in the run's document, however early it is found."""
    code, out, err = invoke("--json", *option)
    told = json.loads(out)

    assert (code, told["exit_code"], told["succeeded"]) == (2, 2, False)
    assert told["error"]["remedy"]
    assert told["error"]["what"] in err
    assert {"run_id", "steps", "created", "warnings", "folder"} <= told.keys()


def test_help_imports_nothing_heavy() -> None:
    """`harness --help` answers without importing the SDK, pandas, datasets or the local Azure ML."""
    heavy = {"azure.ai.ml", "azure.core", "pandas", "datasets", "mlflow", "fakes", "pydantic"}
    code = (
        "import sys\nfrom harness.cli import main\ntry:\n    main(['--help'])\n"
        f"finally:\n    sys.stderr.write(repr({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr == "set()"
    assert "run" in done.stdout


@pytest.mark.parametrize("group", ["emulator", "gate", "cassettes"])
def test_group_without_a_command_says_so(capsys: pytest.CaptureFixture[str], group: str) -> None:
    """A short refusal that names the help, and not the whole help as a failure."""
    with pytest.raises(SystemExit) as ended:
        main([group])
    lines = capsys.readouterr().err.splitlines()

    assert (ended.value.code, len(lines)) == (2, 4)
    assert f"`harness {group} --help` lists what can be given." in lines[-1]
