"""Laws of the allow list: what a decision may depend on, and every spelling that a tag can have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.decide.allow_list import K80_SIZES, AllowList, check_size, parse_allow_list
from harness.errors import ParameterError

CORPUS = json.loads(Path(__file__).with_name("tag_corpus.json").read_text(encoding="utf-8"))
LISTED = [entry for entry in CORPUS if entry["sizes"] is not None]
MALFORMED = [entry for entry in CORPUS if entry["sizes"] is None]

REAL = sorted({size for entry in LISTED for size in entry["sizes"]} | set(K80_SIZES))
SIZES = st.one_of(
    st.sampled_from(REAL), st.from_regex(r"Standard_[A-Z]{1,2}[0-9]{1,2}[a-z]{0,3}(_v[1-6])?", fullmatch=True)
)
LISTS = st.lists(SIZES, min_size=1, max_size=12)
ASKED = LISTS.flatmap(lambda sizes: st.tuples(st.sampled_from(sizes) | SIZES, st.just(sizes)))
"""A size to ask for and a list, which holds it half of the time."""
SPELLINGS = st.sampled_from([repr, json.dumps, " ".join, ", ".join, lambda sizes: f"['{' '.join(sizes)}']"])


def recased(name: str, upper: bool) -> str:
    """Return a size in another case."""
    return name.upper() if upper else name.lower()


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["kind"])
def test_every_known_spelling_is_read(entry: dict[str, Any]) -> None:
    """Each irregularity that registry models show gives the sizes it means."""
    parsed = parse_allow_list(entry["tag"])

    assert parsed is not None
    assert list(parsed.sizes) == entry["sizes"]


@pytest.mark.parametrize("entry", MALFORMED, ids=lambda entry: entry["kind"])
def test_every_malformed_tag_is_refused(entry: dict[str, Any]) -> None:
    """A tag that names no sizes is an error with a remedy, never a crash and never "no restriction"."""
    with pytest.raises(ParameterError) as refused:
        parse_allow_list(entry["tag"])

    assert refused.value.remedy


@given(LISTS, SPELLINGS)
def test_spelling_does_not_change_the_list(sizes: list[str], spell: Any) -> None:
    """Python, JSON, blanks, commas, all in one element: the same sizes, in the same order, each once."""
    parsed = parse_allow_list(spell(sizes))

    assert parsed is not None
    assert [size.lower() for size in parsed.sizes] == list(dict.fromkeys(size.lower() for size in sizes))


@given(st.text(max_size=200))
def test_any_text_is_a_list_of_sizes_or_an_error(tag: str) -> None:
    """Whatever the tag holds, parsing ends with at least one size or with a ParameterError."""
    try:
        parsed = parse_allow_list(tag)
    except ParameterError:
        return
    assert parsed is not None
    assert parsed.sizes


@given(ASKED, SIZES)
def test_adding_a_size_never_refuses_another(asked: tuple[str, list[str]], added: str) -> None:
    """What a list allows, a longer list allows."""
    size, sizes = asked
    if check_size(size, AllowList(tuple(sizes))).allowed:
        assert check_size(size, AllowList((*sizes, added))).allowed
        assert check_size(size, AllowList((added, *sizes))).allowed


@given(ASKED, SIZES, SPELLINGS)
def test_adding_a_size_to_a_tag_never_refuses_another(asked: tuple[str, list[str]], added: str, spell: Any) -> None:
    """What a tag allows, it allows with one more size in it, wherever that stands and however it is spelled."""
    size, sizes = asked
    if check_size(size, parse_allow_list(spell(sizes))).allowed:
        for longer in ([*sizes, added], [added, *sizes]):
            assert check_size(size, parse_allow_list(spell(longer))).allowed


@given(ASKED, st.permutations(range(12)), SPELLINGS, SPELLINGS)
def test_order_case_and_spelling_of_a_tag_do_not_matter(
    asked: tuple[str, list[str]], order: list[int], spell: Any, respell: Any
) -> None:
    """Two tags with the same sizes say the same, in any order, case and spelling."""
    size, sizes = asked
    again = [recased(sizes[index], index % 2 == 0) for index in order if index < len(sizes)]

    assert (
        check_size(size, parse_allow_list(spell(sizes))).allowed
        == check_size(size, parse_allow_list(respell(again))).allowed
    )


@given(ASKED, st.permutations(range(24)), st.booleans())
def test_order_case_and_duplicates_do_not_matter(asked: tuple[str, list[str]], order: list[int], upper: bool) -> None:
    """A list says the same when it is shuffled, recased and repeated, and so it does of a size in another case."""
    size, sizes = asked
    twice = [recased(name, upper) for name in sizes * 2]
    rearranged = tuple(twice[index] for index in order if index < len(twice))

    assert check_size(recased(size, not upper), AllowList(rearranged)).allowed is (
        check_size(size, AllowList(tuple(sizes))).allowed
    )


@given(ASKED)
def test_a_list_decides_alone(asked: tuple[str, list[str]]) -> None:
    """With a list, membership is everything; the K80 deny list counts only without one."""
    size, sizes = asked
    member = size.lower() in {name.lower() for name in sizes}

    assert check_size(size, AllowList(tuple(sizes))).allowed is member
    assert check_size(size, None).allowed is (size.lower() not in {name.lower() for name in K80_SIZES})


@given(SIZES, LISTS)
def test_refusal_suggests_only_what_is_allowed(size: str, sizes: list[str]) -> None:
    """Every size that a refusal suggests would have been allowed, and there is always one."""
    decision = check_size(size, AllowList(tuple(sizes)))

    assert decision.allowed or decision.nearest
    assert all(check_size(other, AllowList(tuple(sizes))).allowed for other in decision.nearest)
