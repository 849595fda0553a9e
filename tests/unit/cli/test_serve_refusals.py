"""What `harness emulator serve` refuses before it serves: what came, and what to do, and never a traceback."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli import main

Refuse = Callable[..., tuple[int, str]]
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def refuse(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Refuse:
    """Run the command, which must not come as far as serving; returns exit code and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("harness.cli.serving.wait", lambda: pytest.fail("it serves"))

    def run(*options: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["emulator", "serve", *options])
        return int(ended.value.code or 0), _STYLE.sub("", capsys.readouterr().err)

    return run


def test_a_port_in_use_is_refused(refuse: Refuse) -> None:
    """The refusal names the address and says that any port can be taken."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = refuse("--port", str(taken.getsockname()[1]))

    assert code == 3
    assert "the server cannot listen there" in said
    assert "Address already in use" in said
    assert "leave --port out" in said


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--host", "192.0.2.1"), 3, "the server cannot listen there"),
        (("--host", "no such host"), 3, "the server cannot listen there"),
        (("--port", "65536"), 2, "--port has a wrong value"),
        (("--time-scale", "-1"), 2, "--time-scale has a wrong value"),
        (("--time-scale", "fast"), 2, "--time-scale has a wrong value"),
        (("--time-scale", "fast"), 2, "expected a number\n"),
        (("--time-scale", "nan"), 2, "--time-scale has a wrong value"),
        (("--catalog", "2024-05"), 2, "nearest  2024-04"),
        (("--catalog", ""), 2, "no such catalog"),
        (("--pace", "slow"), 2, "--pace has a wrong value"),
        (("--seed", "one"), 2, "--seed has a wrong value"),
        (("--seed", "one"), 2, "expected a whole number\n"),
        (("--seed", "1.5"), 2, "expected a whole number\n"),
        (("--cloud", "Azure Cloud"), 2, "the cloud's name cannot be used"),
        (("--cloud", ""), 2, "the cloud's name cannot be used"),
        (("--cloud", ""), 2, "got      ''"),
        (("--state", __file__), 2, "the state file is none, or is damaged"),
        (("--state", "none/state"), 2, "the state file cannot be opened"),
        (("--env-file", "none/env.sh"), 2, "the file cannot be written"),
        (("--config", "none/config.json"), 2, "the file cannot be written"),
        (("--prot", "1"), 2, "nearest  --port"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(refuse: Refuse, options: tuple[str, ...], code: int, said: str) -> None:
    """A wrong option is refused with what came and what to do, and never with a traceback."""
    ended, told = refuse(*options)

    assert ended == code
    assert said in told
    assert "remedy" in told
    assert "Traceback" not in told
