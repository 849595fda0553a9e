"""The calibration page: made from few runs, its rates are where they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.gate.calibration.__main__ import main
from harness.gate.calibration.other_rules import SETTINGS, rule_rates
from harness.gate.calibration.parts import drift, part_rates
from harness.gate.calibration.single_bounds import bound_rates
from harness.gate.calibration.whole_policy import TRUTHS, policy_rates


def test_only_this_gate_keeps_its_rate_in_every_setting() -> None:
    """Of the rules in use, point estimates and tests of a difference promote what is worse by the margin."""
    rates = {rule.name: dict(zip(SETTINGS, rule.promotes, strict=True)) for rule in rule_rates(4_000, 0)}
    worse = [setting for setting in SETTINGS if setting.worse == setting.margin]
    ours = next(name for name in rates if "this gate" in name)

    assert max(rates[ours][setting] for setting in worse) <= 0.06
    for name in ("drop of at most m, point estimate", "unpaired z test, block if p < .05"):
        assert min(rates[name][setting] for setting in worse) > 0.4


def test_a_whole_policy_keeps_both_rates() -> None:
    """With two primaries, six guardrails and two looks, both errors stay at 5 %, up to the chance of 250 runs."""
    found = {each.truth.name: each.rates for each in policy_rates(250, 0, lambda _: None)}

    assert set(found) == {truth.name for truth in TRUTHS}
    assert found["equal"].block <= 0.1
    assert max(found[name].promote for name in found if name.endswith("exactly at -m")) <= 0.1
    assert found["the score at -2m"].block > 0.99


def test_bounds_err_as_often_as_they_should() -> None:
    """A single bound excludes the truth in about one of twenty runs."""
    rates = list(bound_rates(1_200, 0))

    assert [each.error for each in rates if each.n >= 100] == pytest.approx([0.05] * 3, abs=0.03)


def test_every_part_lowers_an_error() -> None:
    """Without each part of the method its error is larger than with it."""
    assert all(each.with_it < each.without for each in part_rates(1_000, 0))


def test_the_anchor_keeps_small_steps_from_adding_up() -> None:
    """After twenty candidates quality is highest where an anchor is held against."""
    means = [mean for _, mean, _ in drift(500, 0)]

    assert means == sorted(means)
    assert means[-1] > -0.01


def test_the_page_is_written_with_its_progress(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command writes tables with errors of every rate, and tells how far it is."""
    assert main([str(tmp_path / "page.md"), "200"]) == 0

    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert (page.count("## "), page.count("±") > 70, "broken JSON" in page) == (5, True, True)
    assert "whole policy: 0 of 100 runs" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["a", "1", "2"]])
def test_wrong_use_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a page, or with a number that is none, the command says how it is used."""
    assert main(arguments) == 2
    assert "usage" in capsys.readouterr().err
