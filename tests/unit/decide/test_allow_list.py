"""Allow lists of registry models: which tag counts, and what is allowed by it."""

from __future__ import annotations

import pytest

from harness.decide.allow_list import AllowList, check_size, find_allow_list, parse_allow_list
from harness.errors import ParameterError

A100 = AllowList(("Standard_NC24ads_A100_v4", "Standard_NC96ads_A100_v4", "Standard_ND96asr_v4"))


def test_size_is_allowed_whatever_its_case_and_spelled_as_in_the_list() -> None:
    """The caller's case does not matter; the decision carries the list's spelling."""
    decision = check_size("standard_nd96ASR_v4", A100)

    assert decision.allowed
    assert decision.size == "Standard_ND96asr_v4"


def test_refusal_names_the_size_the_list_and_the_nearest_sizes() -> None:
    """A person can act on the reason of a refusal alone."""
    decision = check_size("Standard_NC24s_v3", A100)

    assert not decision.allowed
    assert decision.nearest[0] == "Standard_NC24ads_A100_v4"
    for part in ("Standard_NC24s_v3", "finetune_compute_allow_list", "Standard_NC24ads_A100_v4"):
        assert part in decision.reason


def test_refusal_suggests_sizes_even_when_none_is_similar() -> None:
    """A size unlike any allowed one is refused with allowed sizes all the same."""
    assert check_size("x", A100).nearest == A100.sizes


@pytest.mark.parametrize("size", ["Standard_NC6", "standard_nc12", "STANDARD_NC24", "Standard_NC24r"])
def test_k80_sizes_are_refused_without_a_list(size: str) -> None:
    """A model without a list is still not fine-tuned on K80 GPUs."""
    decision = check_size(size, None)

    assert not decision.allowed
    assert "K80" in decision.reason


def test_any_other_size_is_allowed_without_a_list() -> None:
    """A model without a list allows every size that has no K80 GPU."""
    assert check_size("Standard_NC24s_v3", None).allowed


def test_list_may_allow_a_k80_size() -> None:
    """The deny list holds only where a model has no list of its own."""
    assert check_size("Standard_NC6", AllowList(("Standard_NC6",))).allowed


def test_absent_tag_is_no_list() -> None:
    """Without a tag there is nothing to parse and no restriction."""
    assert parse_allow_list(None) is None
    assert find_allow_list({"task": "chat-completion"}, "finetune") is None


@pytest.mark.parametrize("key", ["finetune_compute_allow_list", "finetune_computes_allow_list", "computes_allow_list"])
def test_every_key_that_models_use_for_fine_tuning_is_found(key: str) -> None:
    """Old and new spellings of the key are read alike, and the list says which it came from."""
    assert find_allow_list({key: "['Standard_NC6s_v3']"}, "finetune") == AllowList(("Standard_NC6s_v3",), key)


def test_new_key_wins_over_the_old_one() -> None:
    """A model that carries both an old and a new key means the new one."""
    tags = {"computes_allow_list": "['Standard_OLD']", "finetune_compute_allow_list": "['Standard_NEW']"}

    found = find_allow_list(tags, "finetune")

    assert found is not None
    assert found.sizes == ("Standard_NEW",)


def test_purposes_do_not_mix() -> None:
    """A list for deployment says nothing about fine-tuning, and the other way round."""
    tags = {"inference-compute-allowlist": "['Standard_DS3_v2']"}

    assert find_allow_list(tags, "finetune") is None
    assert find_allow_list(tags, "inference") is not None


def test_unreadable_tag_is_refused_with_place_and_remedy() -> None:
    """A tag that cannot be read is never taken for an absent one: the error names it and what to do."""
    with pytest.raises(ParameterError) as refused:
        parse_allow_list("{'a': 1}", "computes_allow_list")

    assert refused.value.where == "tag computes_allow_list"
    assert refused.value.got == "\"{'a': 1}\""
    assert refused.value.remedy


@pytest.mark.parametrize(
    "tag",
    [
        "x" * 1_000_000,
        "[" * 60_000,
        "[" + "-" * 60_000 + "1]",
        "[" + "9" * 60_000 + "]",
        "['a'" + "+'a'" * 15_000 + "]",
    ],
    ids=["huge", "nested", "signs", "digits", "sums"],
)
def test_hostile_tag_is_an_error_like_any_other(tag: str) -> None:
    """Neither size nor nesting crashes the parser; the message stays short."""
    with pytest.raises(ParameterError) as refused:
        parse_allow_list(tag)

    assert len(str(refused.value)) < 1_000


def test_huge_tag_is_refused_by_its_length_alone() -> None:
    """A tag over the limit is refused, even where its content would be readable."""
    with pytest.raises(ParameterError, match="too long"):
        parse_allow_list("Standard_NC6s_v3 " * 10_000)
