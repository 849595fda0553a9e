"""Silence around the SDK, which is the whole process's."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack

import pytest

from harness.lifecycle.watching import sdk_muted


def test_what_is_printed_in_the_block_is_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of stdout and stderr gets out, and afterwards both are as before."""
    with sdk_muted():
        print("dots", flush=True)  # noqa: T201
        print("bars", file=sys.stderr)  # noqa: T201
    print("after")  # noqa: T201

    assert capsys.readouterr() == ("after\n", "")


def test_two_runs_at_once_give_the_streams_back() -> None:
    """Whichever of two overlapping blocks ends first, the last one restores what was there before both."""
    before = sys.stdout
    first, second = ExitStack(), ExitStack()
    first.enter_context(sdk_muted())
    second.enter_context(sdk_muted())
    first.close()
    muted = sys.stdout
    second.close()

    assert muted is not before
    assert sys.stdout is before


def test_a_logger_that_somebody_has_set_is_left_alone() -> None:
    """The SDK's logger is silenced unless its level was changed."""
    logger = logging.getLogger("azure.ai.ml")
    usual = logger.level
    try:
        logger.setLevel(logging.DEBUG)
        with sdk_muted():
            assert logger.level == logging.DEBUG
    finally:
        logger.setLevel(usual)
