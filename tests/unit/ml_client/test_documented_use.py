"""The page for teams holds a suite that runs as it is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "fake-ml-client.md"


def test_the_page_runs(pytester: pytest.Pytester) -> None:
    """Its files, put beside each other, are a suite whose tests pass."""
    files = dict(re.findall(r"```python (\S+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    for name, text in files.items():
        (pytester.path / name).write_text(text, encoding="utf-8")

    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
