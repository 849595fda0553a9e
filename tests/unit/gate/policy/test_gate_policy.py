"""The policy: a typed document that refuses what it does not know, and a digest of what it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from harness.errors import SpecError
from harness.gate.policy import GatePolicy, load_policy

SAMPLES = Path(__file__).parents[4] / "samples" / "policies"
PRIMARY = '[[primary]]\nmetric = "chrf"\n'
WAIVER = """
[[waiver]]
id = "W-1"
metric = "chrf"
model_digest = "d"
largest_delta = 0.1
owner = "o"
author = "ada"
approver = "{approver}"
reason = "r"
granted = 2026-07-01
expires = {expires}
"""


def policy(folder: Path, text: str) -> GatePolicy:
    """Return the policy of a file with this text."""
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def test_one_primary_is_a_policy(tmp_path: Path) -> None:
    """All else has a default."""
    found = policy(tmp_path, PRIMARY)

    assert (found.decision.alpha, found.decision.alpha_block, found.decision.power) == (0.05, 0.05, 0.8)
    assert (found.decision.looks, found.decision.resamples, found.decision.seed) == (1, 9_999, 0)
    assert (found.operations.error_rate, found.operations.latency_p95_ratio) == (0.02, 1.25)
    assert (found.primary[0].margin_for("continuous"), found.primary[0].margin_for("binary")) == (0.02, 0.03)
    assert (found.anchor, found.waiver, found.used_metrics) == (None, [], ("chrf",))


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_sample_policies_load(path: Path) -> None:
    """Every policy that ships is one."""
    assert load_policy(path).primary


@pytest.mark.parametrize(
    ("text", "what", "nearest"),
    [
        ("[[primary]]\nmetrc = 'a'", "there is no key primary.0.metrc", "metric"),
        (f"{PRIMARY}[decision]\nalpa = 1", "there is no key decision.alpa", "alpha"),
        (f"{PRIMARY}[[guardrails]]\nmetric = 'a'", "there is no key guardrails", "guardrail"),
        (f"{PRIMARY}[anchor]\nevidnce = 'a'", "there is no key anchor.evidnce", "evidence"),
        (f"{PRIMARY}looks = 2", "there is no key primary.0.looks", "decision.looks"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(tmp_path: Path, text: str, what: str, nearest: str) -> None:
    """A misspelled key is never ignored, however deep it stands, also in a table that is there several times."""
    with pytest.raises(SpecError) as refused:
        policy(tmp_path, text)

    assert (refused.value.what, refused.value.nearest[0]) == (what, nearest)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "primary is missing"),
        (PRIMARY * 3, "at most 2"),
        (PRIMARY * 2, "the metric chrf is there 2 times"),
        (f"{PRIMARY}margin = 0", "greater than 0"),
        (f"{PRIMARY}margin = nan", "a finite number"),
        (f"{PRIMARY}[decision]\nlooks = 3", "1 or 2"),
        (f"{PRIMARY}[decision]\nalpha = 0.5", "less than or equal to 0.2"),
        (f"{PRIMARY}[operations]\noff = ['latency']", "latency_p95_ratio"),
        (f"{PRIMARY}[[slice]]\nby = 'language'\nmetrics = ['chfr']", "nearest: chrf"),
        (f"{PRIMARY}[[slice]]\nby = 'a'\n[[slice]]\nby = 'a'", "the slice a is there 2 times"),
        (f"{PRIMARY}[[hard]]\nmetric = ' '", "nothing is given"),
        (f"{PRIMARY}[anchor]\nevidence = 'e'\nsha256 = 'ABC'", "64 hexadecimal digits"),
        ("[[primary", "the policy is no TOML"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """Each rule of the document is told with what was expected."""
    with pytest.raises(SpecError) as refused:
        policy(tmp_path, text)

    assert said in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("approver", "expires", "said"),
    [
        ("Ada ", "2026-07-10", "author and approver are one person"),
        ("grace", "2026-08-01", "ends too late"),
        ("grace", "2026-06-30", "ends too late"),
    ],
)
def test_a_waiver_needs_two_people_and_an_end(tmp_path: Path, approver: str, expires: str, said: str) -> None:
    """Nobody approves a waiver of their own, and none lives longer than 30 days."""
    with pytest.raises(SpecError, match=said):
        policy(tmp_path, PRIMARY + WAIVER.format(approver=approver, expires=expires))


def test_a_waiver_may_live_30_days(tmp_path: Path) -> None:
    """The last day is the thirtieth after it was granted."""
    found = policy(tmp_path, PRIMARY + WAIVER.format(approver="grace", expires="2026-07-31"))

    assert (found.waiver[0].expires, found.waiver[0].rule) == (date(2026, 7, 31), "chrf")


def test_a_missing_policy_is_named_with_the_nearest() -> None:
    """A misspelled file name gets the right one beside it."""
    with pytest.raises(SpecError, match="the policy cannot be read") as refused:
        load_policy(SAMPLES / "chatt.toml")

    assert "chat.toml" in refused.value.nearest


def test_the_digest_is_of_what_the_policy_says(tmp_path: Path) -> None:
    """Comments, order and written-out defaults do not matter; a margin does."""
    plain = policy(tmp_path, PRIMARY).digest
    same = policy(tmp_path, f"# why\n[decision]\nseed = 0\nalpha = 0.05\n{PRIMARY}").digest

    assert (same, policy(tmp_path, f"{PRIMARY}margin = 0.03").digest != plain) == (plain, True)
