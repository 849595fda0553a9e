"""`python -m matrix [VERSION ...]`: run the suites on each version of the SDK and print how they end.

Without versions all of them are run, and docs/sdk-matrix.md is written.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from matrix.environment import EnvironmentFailed, environment
from matrix.outcome import Outcome, read_outcome
from matrix.page import COLUMNS, cells, page
from matrix.versions import versions

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "sdk-matrix.md"
SUITES = tuple(suite for suite in ("tests/contract", "tests/emulator", "scenarios") if (ROOT / suite).is_dir())


def main(asked: Sequence[str]) -> int:
    """Run, print a table and return 0 when every version passes, 1 when one does not."""
    console = Console()
    outcomes = []
    for version in asked or versions(ROOT):
        console.print(f"azure-ai-ml {version} ...", style="dim")
        outcomes.append(run(version))
    table = Table(*COLUMNS, title="The suites on versions of the SDK")
    for outcome in outcomes:
        table.add_row(*cells(outcome), style="" if outcome.good else "red")
    console.print(table)
    for outcome in outcomes:
        for failure in (outcome.problem,) if outcome.problem else outcome.failed:
            console.print(f"{outcome.version}: {failure}", soft_wrap=True, markup=False)
    if not asked:
        PAGE.write_text(page(outcomes, SUITES), encoding="utf-8")
        console.print(f"written to {PAGE.relative_to(ROOT)}")
    return 0 if all(outcome.good for outcome in outcomes) else 1


_BACKENDS = ("--backend", "fake", "--backend", "emulator")
"""Not replay: a recording is of one SDK, and others ask otherwise."""


def run(version: str) -> Outcome:
    """Run the suites on one version."""
    try:
        python = environment(ROOT, version)
    except EnvironmentFailed as error:
        return Outcome(version, problem=f"the environment cannot be made: {error}")
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "outcome.xml"
        options = ("-q", "-n", "auto", "--maxprocesses", "4", "-p", "no:cacheprovider", f"--junitxml={xml}")
        command = (str(python), "-m", "pytest", *options, *_BACKENDS, *SUITES)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1) or not xml.is_file():
            said = (done.stderr or done.stdout).strip().splitlines()[-3:]
            return Outcome(version, problem=f"pytest ended with {done.returncode}: {' '.join(said)}")
        return read_outcome(version, _python(python), xml.read_text(encoding="utf-8"))


def _python(python: Path) -> str:
    program = "import platform; print(platform.python_version())"
    return subprocess.run((str(python), "-c", program), capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
