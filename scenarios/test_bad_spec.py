"""A spec that cannot be is refused by the command; nobody is asked, so this is no matter of backends."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import main


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[finetune]\nparamters = {}", "there is no key finetune.paramters", id="unknown-key"),
        pytest.param("[data]\npercent = 101", "data.percent has a wrong value", id="percent"),
        pytest.param("[deploy]\nendpoint_prefix = '9 lives'", "endpoint name is not one", id="endpoint-name"),
        pytest.param("[deploy", "the spec is no TOML", id="no-toml"),
    ],
)
def test_spec_that_cannot_be_is_refused_by_the_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    """A wrong spec ends the command with 2 and one message with the file and the key, before anything runs."""
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["run", "--spec", str(tmp_path / "mine.toml")])
    printed = capsys.readouterr()

    assert ended.value.code == 2
    assert said in printed.err
    assert "mine.toml" in printed.err
    assert "Traceback" not in printed.err + printed.out
