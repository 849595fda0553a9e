"""GPUs of a node, by the workspace's list of VM sizes."""

from __future__ import annotations

import pytest

from harness.decide.gpus import gpus_of
from harness.errors import ComputeNotAllowed

SIZES = [
    ("Standard_ND40rs_v2", 8),
    ("Standard_NC24s_v3", "4"),
    ("Standard_DS3_v2", 0),
    ("Standard_NC6s_v3", None),
]


@pytest.mark.parametrize(("size", "gpus"), [("STANDARD_nd40RS_v2", 8), ("Standard_NC24s_v3", 4)])
def test_gpus_are_found_whatever_the_case_and_type(size: str, gpus: int) -> None:
    """The name's case does not matter, and a count that arrives as text is a number."""
    assert gpus_of(size, SIZES) == gpus


@pytest.mark.parametrize(
    ("size", "what"),
    [("Standard_ND40", "not among"), ("Standard_DS3_v2", "no GPU"), ("Standard_NC6s_v3", "no GPU")],
)
def test_size_without_gpus_is_refused_with_sizes_that_have_some(size: str, what: str) -> None:
    """Unknown sizes, those without GPUs and those without a count are refused; others are suggested."""
    with pytest.raises(ComputeNotAllowed, match=what) as refused:
        gpus_of(size, SIZES)

    assert refused.value.nearest
    assert set(refused.value.nearest) <= {"Standard_ND40rs_v2", "Standard_NC24s_v3"}
