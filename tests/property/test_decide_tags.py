"""What a tag of a registry model may do to the reader: nothing, however hostile it is, and always within bounds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.decide import literal
from harness.decide.allow_list import TAGS, Purpose, check_size, find_allow_list, parse_allow_list
from harness.decide.finetune_params import parse_model_defaults
from harness.errors import ParameterError

MEGABYTE = 1024 * 1024
READERS = [parse_allow_list, parse_model_defaults]
EXPRESSIONS = [
    "__import__('pathlib').Path({path!r}).write_text('x')",
    "open({path!r}, 'w')",
    "(lambda: open({path!r}, 'w'))()",
    "[open({path!r}, 'w') for _ in (1,)][0]",
    "exec('open({path!r}, \"w\")')",
    "(x := open({path!r}, 'w'))",
    "f'{{open({path!r}, \"w\")}}'",
]
DEEP = {
    "brackets": "[" * 30_000,
    "balanced brackets": "[" * 15_000 + "]" * 15_000,
    "braces": '{"a":' * 10_000,
    "signs": "[" + "-" * 60_000 + "1]",
    "negations": "[" + "not " * 14_000 + "1]",
    "sums": "['a'" + "+'b'" * 14_000 + "]",
    "calls": "[a" + "()" * 20_000 + "]",
    "attributes": "[a" + ".a" * 20_000 + "]",
    "digits": "[" + "9" * 60_000 + "]",
}
HUGE = {
    "sizes": repr(["Standard_NC6s_v3"] * 60_000),
    "one name": "S" * MEGABYTE,
    "blanks": " " * MEGABYTE,
    "brackets": "[" * MEGABYTE,
    "digits": "[" + "9" * MEGABYTE + "]",
    "one element": "['" + "Standard_NC6s_v3 " * 61_681 + "']",
}


def _refuses(read: Callable[[str], Any], tag: str) -> ParameterError:
    with pytest.raises(ParameterError) as refused:
        read(tag)
    return refused.value


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("frame", ["{}", "[{}]", "{{'apply_lora': {}}}", "['Standard_NC6s_v3', {}]"])
def test_code_in_a_tag_is_refused_and_never_run(
    tmp_path: Path, read: Callable[[str], Any], expression: str, frame: str
) -> None:
    """An expression is an unreadable tag, wherever it stands, and leaves no trace."""
    path = tmp_path / "trace"
    _refuses(read, frame.format(expression.format(path=str(path))))

    assert not path.exists()


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("kind", DEEP)
def test_a_deep_tag_is_refused(read: Callable[[str], Any], kind: str) -> None:
    """Nesting that overflows a parser ends in an ordinary refusal."""
    assert len(DEEP[kind]) <= literal.MAX_TAG_CHARACTERS
    assert _refuses(read, DEEP[kind]).remedy


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("kind", HUGE)
def test_a_huge_tag_is_refused_unread(monkeypatch: pytest.MonkeyPatch, read: Callable[[str], Any], kind: str) -> None:
    """A megabyte is refused by its length: no parser ever sees it, so it costs nothing."""

    for parser in ("ast", "json"):
        monkeypatch.setattr(literal, parser, None)

    assert f"at most {literal.MAX_TAG_CHARACTERS:,}" in str(_refuses(read, HUGE[kind]))


@given(st.sampled_from(READERS), st.integers(min_value=1, max_value=100), st.sampled_from([" ", "[", "S", "é", "\0"]))
def test_only_the_length_decides_at_the_limit(read: Callable[[str], Any], more: int, filler: str) -> None:
    """Every text longer than the limit is refused in the same words, whatever is in it."""
    assert "too long" in str(_refuses(read, filler * (literal.MAX_TAG_CHARACTERS + more)))


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=30)), st.sampled_from(["finetune", "inference"]))
def test_other_tags_are_no_allow_list(tags: dict[str, str], purpose: Purpose) -> None:
    """Whatever else a model is tagged with, without one of the known keys it has no list."""
    others = {key: value for key, value in tags.items() if key not in TAGS[purpose]}

    assert find_allow_list(others, purpose) is None


@pytest.mark.parametrize(
    "key",
    ["evaluation_computes_allow_list", "batch_compute_allow_list", "inference-recommended-sku", "finetune_allow_list"],
)
def test_lists_for_other_ends_are_not_taken(key: str) -> None:
    """Lists of evaluation and batch scoring, and recommended sizes, restrict neither training nor serving."""
    tags = {key: "['Standard_NC6s_v3']"}

    assert (find_allow_list(tags, "finetune"), find_allow_list(tags, "inference")) == (None, None)


@given(st.permutations(list(TAGS["finetune"])), st.integers(min_value=1, max_value=3))
def test_the_newest_key_wins_in_any_order(keys: list[str], count: int) -> None:
    """A model that carries old and new keys at once means the new one, in whatever order they come."""
    tags = {key: f"['Standard_{key}']" for key in keys[:count]}
    newest = next(key for key in TAGS["finetune"] if key in tags)
    found = find_allow_list(tags, "finetune")

    assert found is not None
    assert (found.tag, found.sizes) == (newest, (f"Standard_{newest}",))


@given(st.sampled_from(["Standard_NC6", "Standard_NC24r", "Standard_NC6s_v3", "Standard_ND40rs_v2"]), st.booleans())
def test_the_deny_list_holds_only_without_a_tag(size: str, tagged: bool) -> None:
    """A K80 size is refused to a model without a tag and granted to one whose tag names it."""
    tags = {"finetune_compute_allow_list": repr([size])} if tagged else {}
    decision = check_size(size, find_allow_list(tags, "finetune"))

    assert decision.allowed is (tagged or size.endswith(("_v2", "_v3")))
