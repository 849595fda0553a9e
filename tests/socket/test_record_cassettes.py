"""`make cassettes` says so when something could not be recorded."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.socket import record_cassettes
from tests.socket.record_cassettes import Step


@pytest.mark.parametrize(
    ("codes", "left", "code"),
    [((0, 0), [], 0), ((0, 1), [], 1), ((0, 0), ["cassettes/test_x/test_y.yaml"], 1)],
    ids=["all", "a-step-failed", "an-old-cassette"],
)
def test_exit_code_says_whether_all_was_recorded(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    codes: Iterable[int],
    left: list[str],
    code: int,
) -> None:
    """A step that failed and a cassette that nobody has written count, and are named."""
    steps = [Step(f"step {number}", each, 1.0) for number, each in enumerate(codes)]
    monkeypatch.setattr(record_cassettes, "steps", lambda _ledgers: iter(steps))
    monkeypatch.setattr(record_cassettes, "older", lambda _began: left)

    assert record_cassettes.main() == code
    assert all(f"not recorded   {file}" in capsys.readouterr().out for file in left)
