"""The network guard, on a suite that tries to reach other machines in every way there is.

Nothing leaves, also when the guard is broken: the suite wears a belt, a second audit hook behind the guard's.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

SUITE = Path(__file__).with_name("reaching_out.py")
Outcomes = Mapping[str, tuple[str, str]]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """What became of each test of the suite: `passed`, `failure`, `error` or `skipped`, and what was said."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "test_suite.py").write_text(SUITE.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "conftest.py").write_text('pytest_plugins = ("harness.plugin",)\n')
    command = [sys.executable, "-m", "pytest", "-q", "--junitxml=out.xml", "--backend", "emulator", "-W", "ignore"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    return {case.attrib["name"]: _outcome(case) for case in ElementTree.parse(folder / "out.xml").iter("testcase")}


def _outcome(case: ElementTree.Element) -> tuple[str, str]:
    for child in case:
        if child.tag in ("failure", "error", "skipped"):
            return child.tag, f"{child.attrib.get('message', '')}\n{child.text or ''}"
    return "passed", ""


@pytest.mark.parametrize(
    ("test", "destination"),
    [
        ("connects", "192.0.2.1:443"),
        ("sends_a_datagram", "192.0.2.1:53"),
        ("looks_up_a_name", "telemetry.invalid:443"),
        ("uses_urllib", "telemetry.invalid:80"),
        ("uses_requests", "telemetry.invalid:443"),
        ("has_a_thread", "192.0.2.1:443"),
        ("swallows", "telemetry.invalid:443"),
        ("skips_instead", "telemetry.invalid:443"),
    ],
)
def test_reaching_out_fails_the_test(outcomes: Outcomes, test: str, destination: str) -> None:
    """Whoever tries, on whichever thread, whatever becomes of the exception: the test fails with the destination."""
    outcome, said = outcomes[f"test_{test}[emulator]"]

    assert outcome == "failure"
    assert f"test_suite.py::test_{test}[emulator] runs on an offline backend and tried to reach {destination}" in said


@pytest.mark.parametrize(("test", "phase"), [("set_up", "setup"), ("torn_down", "teardown")])
def test_fixtures_are_guarded_too(outcomes: Outcomes, test: str, phase: str) -> None:
    """What a fixture tries before or after the test is an error of its phase."""
    outcome, said = outcomes[f"test_{test}[emulator]"]

    assert outcome == "error"
    assert f"failed on {phase}" in said
    assert "tried to reach telemetry.invalid:443" in said


@pytest.mark.parametrize(
    ("test", "place"),
    [
        ("connects", "test_suite.py:{line} in test_connects: "),
        ("has_a_thread", "test_suite.py:{line} in send: "),
        ("uses_requests", "urllib3/util/connection.py"),
        ("uses_requests", "test_suite.py:{line} in test_uses_requests, through "),
    ],
)
def test_refusal_names_the_call(outcomes: Outcomes, test: str, place: str) -> None:
    """The refusal names file and line of the suite's own call, and of the library that it went through."""
    lines = SUITE.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.endswith(f"# {test}"))

    assert place.format(line=line) in outcomes[f"test_{test}[emulator]"][1]


@pytest.mark.parametrize(
    "test",
    ["serves_itself[emulator]", "talks_to_itself[emulator]", "is_refused_by_the_emulator[emulator]", "has_no_backend"],
)
def test_the_rest_goes_on_as_ever(outcomes: Outcomes, test: str) -> None:
    """Loopback, sockets of the machine, the emulator's own refusals and tests without a backend are left alone."""
    assert outcomes[f"test_{test}"] == ("passed", "")


def test_refusal_comes_beside_the_failure_that_it_caused(outcomes: Outcomes) -> None:
    """A test that fails for another reason after a swallowed attempt keeps its failure."""
    outcome, said = outcomes["test_swallows_and_fails[emulator]"]

    assert outcome == "failure"
    assert "assert 'nothing' == 'something'" in said
