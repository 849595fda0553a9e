"""The regression gate as tests: one a rule, `test_gate[rouge_l]`, from a policy and from evidence.

The policy's file is collected like a file of tests, so its rules can be chosen by id, by -k and by --last-failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import HarnessError, UsageError

if TYPE_CHECKING:
    from harness.gate.verdict.verdict import Verdict

__all__ = ["GateFailed", "GateFile", "GateItem", "GateWarning"]

_SIDES = ("--gate-endpoint", "--gate-baseline", "--gate-candidate", "--gate-held-out")
_NAME = "test_gate"


class GateFailed(Exception):
    """A rule that failed, or showed nothing; its text is all that a reader needs."""


class GateWarning(pytest.PytestWarning):
    """A rule that passed under a waiver, or with a loss within its margin."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--gate-...`."""
    group = parser.getgroup("harness gate")
    group.addoption("--gate-policy", type=Path, metavar="FILE", help="decide by this policy, one test a rule")
    group.addoption("--gate-evidence", type=Path, metavar="FILE", help="the evidence to decide on")
    group.addoption("--gate-endpoint", metavar="NAME", help="score both deployments of this endpoint first")
    group.addoption("--gate-baseline", metavar="NAME", help="the deployment in service")
    group.addoption("--gate-candidate", metavar="NAME", help="the deployment that may be promoted")
    group.addoption("--gate-held-out", type=Path, metavar="FILE", help="the conversations to ask both")
    group.addoption("--gate-train", type=Path, metavar="FILE", help="the training rows, to look for leaks")
    group.addoption(
        "--gate-inconclusive",
        choices=("fail", "xfail"),
        default="fail",
        help="what a rule is that shows nothing and keeps the candidate from being promoted (default: fail)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse options that are of no use alone, and let the policy's file be collected."""
    policy: Path | None = config.getoption("--gate-policy")
    try:
        _refuse_halves(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    if policy is not None and not any(_is(policy, given.partition("::")[0]) for given in config.args):
        config.args.append(str(policy))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Score both deployments where they are named: once, before any process collects."""
    config = session.config
    if hasattr(config, "workerinput") or config.getoption("collectonly") or not _wanted(config, *_SIDES):
        return
    from harness.plugin.gate_scoring import score_deployments

    try:
        score_deployments(config)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> GateFile | None:
    """Collect the policy as a file of tests."""
    policy: Path | None = parent.config.getoption("--gate-policy")
    if policy is None or not _is(policy, str(file_path)):
        return None
    return GateFile.from_parent(parent, path=file_path, nodeid=_node_id(file_path, parent.config.rootpath))


class GateFile(pytest.File):
    """A policy; its tests are the verdict's rules, and the verdict itself."""

    def collect(self) -> Iterator[GateItem]:
        """Decide, and yield a test for the verdict and one for each rule."""
        from harness.plugin.gate_verdict import verdict_of

        try:
            verdict = verdict_of(self.path, self.config.getoption("--gate-evidence"))
        except HarnessError as error:
            raise self.CollectError(str(error)) from None
        for rule in ("verdict", *(each.name for each in verdict.rules)):
            yield GateItem.from_parent(self, name=f"{_NAME}[{rule}]", rule=rule, verdict=verdict)


class GateItem(pytest.Item):
    """A rule of a verdict."""

    def __init__(self, *, rule: str, verdict: Verdict, **rest: Any) -> None:
        super().__init__(**rest)
        self._rule, self._verdict = rule, verdict

    def runtest(self) -> None:
        """Pass, warn, skip or fail as the rule did; nothing is decided here."""
        from harness.plugin.gate_verdict import found

        ended = found(self._rule, self._verdict)
        if ended.weight == "skipped":
            pytest.skip(ended.said)
        if ended.inconclusive and self.config.getoption("--gate-inconclusive") == "xfail":
            pytest.xfail(ended.said)
        if ended.weight != "passed":
            raise GateFailed(ended.said)
        if ended.warned:
            self.warn(GateWarning(f"{self._rule}: {ended.said}"))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say what the rule found, without the traceback of who told it."""
        return str(excinfo.value) if isinstance(excinfo.value, GateFailed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the rule comes from: the policy."""
        return self.path, 0, self.name


def _refuse_halves(config: pytest.Config) -> None:
    options = ("--gate-evidence", *_SIDES, "--gate-train")
    given = [option for option in options if config.getoption(option) is not None]
    if config.getoption("--gate-policy") is None:
        missing = ["--gate-policy"] if given else []
    else:
        needed = ("--gate-evidence", *(_SIDES if set(given) & {*_SIDES, "--gate-train"} else ()))
        missing = [option for option in needed if option not in given]
    if missing:
        raise UsageError(
            "these options of the gate need others",
            where="command line",
            got=" ".join(given) or "--gate-policy",
            expected=" ".join(missing),
            remedy="A policy and evidence decide; an endpoint, two deployments and a held-out file are scored before.",
        )


def _wanted(config: pytest.Config, *options: str) -> bool:
    return all(config.getoption(option) is not None for option in options)


def _node_id(policy: Path, root: Path) -> str:
    """Return the policy's path from the root, else its name: pytest takes an option's value for a path to find its root
    by, and the tests of a policy are not called after the folder of somebody's data.
    """
    return policy.relative_to(root).as_posix() if policy.is_relative_to(root) else policy.name


def _is(policy: Path, given: str) -> bool:
    return policy.resolve() == Path(given).resolve()
