"""docs/gate.md leads from nothing to a verdict: what it tells people to type prints what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from processes import ROOT, Server

_PAGE = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
_FILES = {"toml": "gate.toml", "python": "add_candidate.py"}


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", _PAGE, re.DOTALL)


def _typed(server: Server, folder: Path) -> str:
    """Type what the page says into a shell, in a folder with the samples; returns what stdout has got."""
    for language, name in _FILES.items():
        (folder / name).write_text(_blocks(language)[0], encoding="utf-8")
    (folder / "samples").symlink_to(ROOT / "samples")
    exports = "".join(f"export {name}='{value}'\n" for name, value in server.environment.items())
    (folder / "azure.env").write_text(exports, encoding="utf-8")
    commands = f'harness() {{ "{sys.executable}" -m harness.cli "$@"; }}\n'
    script = _blocks("bash")[0].replace("python ", f'"{sys.executable}" ')
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "HOME": str(folder)}
    run = ["bash", "-euc", commands + script]
    done = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_leads_to_both_verdicts(server: Server, tmp_path: Path) -> None:
    """A model fine-tuned on all of the samples is promoted over one of a tenth, the reverse is blocked, as printed."""
    printed = _typed(server, tmp_path)
    shown = _blocks("text")

    assert [block for block in shown if block not in printed] == []
    assert ("exit code 10" in printed, "PROMOTE follows from the evidence" in printed) == (True, True)
    assert all((tmp_path / folder / "report.html").stat().st_size > 0 for folder in ("better", "worse"))
