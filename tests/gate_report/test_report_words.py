"""How a verdict, its models and its numbers are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_case import WAIVED, report_facts

from harness.gate.report import words
from harness.gate.verdict.verdict import SideIdentity

_FACTS = report_facts(60, -0.01)


@pytest.mark.parametrize(
    ("model", "version", "name"),
    [
        ("/subscriptions/s/resourceGroups/g/providers/p/workspaces/w/models/phi-3/versions/7", "7", "phi-3:7"),
        ("azureml://registries/azureml/models/Phi-3-mini-4k-instruct/versions/5", "5", "Phi-3-mini-4k-instruct:5"),
        ("azureml:phi-3:7", "7", "phi-3:7"),
        ("phi-3", "7", "phi-3:7"),
        ("phi-3", "", "phi-3"),
    ],
)
def test_a_model_is_called_by_name_and_version(model: str, version: str, name: str) -> None:
    """Workspace and registry of an asset id are left to the provenance."""
    side = SideIdentity(endpoint="e", deployment="d", model=model, version=version, digest="")

    assert words.named(side) == name


@pytest.mark.parametrize(
    ("value", "unit", "signed", "written"),
    [
        (0.0123456, "score", True, "+0.0123"),
        (-0.5, "score", True, "\N{MINUS SIGN}0.5000"),
        (-0.00001, "score", True, "0.0000"),
        (0.0668, "share", False, "6.68 %"),
        (1.23456, "s", False, "1.23 s"),
        (12345.6, "tokens", False, "12,346 tokens"),
        (0.0, "ratio", False, "0"),
        (None, "score", True, words.UNKNOWN),
        (float("inf"), "s", False, words.UNKNOWN),
    ],
)
def test_a_number_is_written_in_its_unit(value: float | None, unit: str, signed: bool, written: str) -> None:
    """Scores have four places, shares are percent, all else three digits; what is not known is a dash."""
    assert words.quantity(value, unit, signed=signed) == written


@given(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from(["score", "share", "s", "ratio", "", "tokens"]))
def test_any_number_can_be_written(value: float, unit: str) -> None:
    """No number is too large or too small, and none is written as two."""
    written = words.quantity(value, unit, signed=True)

    assert written
    assert "\n" not in written
    assert "nan" not in written


def test_an_explanation_says_how_many_conversations_would_do() -> None:
    """Not yet comes with a number; a waived promotion with how many rules are waived."""
    assert "conversations would do if the two are alike; there are 60." in words.explanation(_FACTS.verdict)


def test_an_explanation_names_waived_rules() -> None:
    """Who promotes under a waiver reads so in the first sentence."""
    verdict = report_facts(500, policy=WAIVED, fault=True).verdict

    assert verdict.outcome == "PROMOTE_WARN"
    assert words.explanation(verdict).endswith("1 failed rule is waived.")
