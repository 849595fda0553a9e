"""Laws of the sanitiser: joins are preserved, different values stay different, and a second time changes nothing."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.rules import PATTERNS, PLAIN, Pattern
from harness.cassettes.sanitising import Sanitiser, find_private, mask
from harness.cassettes.standins import is_stand_in, make_stand_in
from harness.cassettes.tape import Interaction, Request, Response

GUIDS = st.uuids(version=4).map(str)
EMAILS = st.from_regex(r"[a-z]{3,8}\.[a-z]{3,8}@(contoso|fabrikam)\.com", fullmatch=True)
ACCOUNTS = st.from_regex(r"st[a-z]{6,10}[0-9]{3}", fullmatch=True)
SECRETS = st.binary(min_size=24, max_size=48).map(lambda key: base64.b64encode(key).decode())
PRIVATE = st.one_of(GUIDS, EMAILS)
KINDS = ("guid", "secret", "jwt", "pem", "sig", "email", "user", "account", "endpoint", "group", "ip", "domain")


def _wrapped(value: str) -> dict[str, Any]:
    """Return a value in the forms in which traffic carries it."""
    return {
        "plain": value,
        "text": f"seen {value}.",
        "path": f"/x/{value}/y",
        "url": quote(f"https://x/{value}/y?z", safe=""),
        "list": [value],
        value: "as a name",
        "json": json.dumps({"inner": json.dumps({"deep": value})}),
        "base64": base64.b64encode(f"it is {value}, yes".encode()).decode(),
    }


def _made(value: Any, url: str = "https://h/a") -> Interaction:
    body = json.dumps(value).encode()
    at = datetime(2026, 1, 1, tzinfo=timezone.utc)
    return Interaction(at, Request("PUT", url, {}, body), Response(200, {"X": "y"}, body))


def _sanitised(*made: Interaction) -> list[Interaction]:
    return Sanitiser().sanitised(made, {})[0]


def _forms(document: dict[str, Any]) -> list[str]:
    name = next(key for key, value in document.items() if value == "as a name")
    inner = json.loads(json.loads(document["json"])["inner"])["deep"]
    decoded = base64.b64decode(document["base64"]).decode()
    return [
        document["plain"],
        document["text"].removeprefix("seen ").removesuffix("."),
        document["path"].split("/")[2],
        unquote(document["url"]).split("/")[3],
        document["list"][0],
        name,
        inner,
        decoded.removeprefix("it is ").removesuffix(", yes"),
    ]


@given(PRIVATE)
def test_joins_are_preserved(value: str) -> None:
    """In every form the same value has the same stand-in, in what was asked and in what was answered."""
    (done,) = _sanitised(_made(_wrapped(value)))
    assert isinstance(done.request.body, bytes)
    forms = [*_forms(json.loads(done.response.body)), *_forms(json.loads(done.request.body))]

    assert len(set(forms)) == 1
    assert is_stand_in(forms[0])


@given(st.lists(st.one_of(PRIVATE, SECRETS), min_size=2, max_size=6, unique_by=str.lower))
def test_different_values_stay_different(values: list[str]) -> None:
    """No two values share a stand-in, whatever their kinds are."""
    (done,) = _sanitised(_made([{"password": value} for value in values]))
    stand_ins = [item["password"] for item in json.loads(done.response.body)]

    assert len(set(stand_ins)) == len(values)
    assert not set(stand_ins) & set(values)


@given(st.lists(st.one_of(PRIVATE, ACCOUNTS.map("https://{}.blob.core.windows.net".format)), max_size=5))
def test_second_time_changes_nothing(values: list[str]) -> None:
    """What is sanitised stays as it is, and nothing is found in it."""
    once = _sanitised(*(_made(_wrapped(value), f"https://h/{number}?x={value}") for number, value in enumerate(values)))

    assert _sanitised(*once) == once
    assert find_private(once) == []


@given(st.lists(GUIDS, min_size=1, max_size=4, unique=True), st.integers(1, 3))
def test_stand_ins_that_are_there_already_are_not_given_again(values: list[str], number: int) -> None:
    """A value that looks like a stand-in keeps its place, and no other value gets it."""
    taken = make_stand_in("guid", "", number)
    (done,) = _sanitised(_made([*values, taken]))
    found = json.loads(done.response.body)

    assert found[-1] == taken
    assert len(set(found)) == len(values) + 1


@given(st.sampled_from(KINDS), st.integers(1, 5000), st.one_of(GUIDS, SECRETS, st.just("2603:1::5"), st.just("x y")))
def test_stand_ins_are_recognised(kind: str, number: int, value: str) -> None:
    """Every stand-in that is made is taken for one, and two numbers make two."""
    stand_in = make_stand_in(kind, value, number)

    assert is_stand_in(stand_in)
    assert stand_in != make_stand_in(kind, value, number + 1)


@given(PRIVATE, PRIVATE)
def test_masks_are_alike_where_kinds_are(left: str, right: str) -> None:
    """Two texts have one mask exactly when they differ in private values of the same kinds."""
    alike = ("@" in left) == ("@" in right)

    assert (mask(json.dumps(_wrapped(left))) == mask(json.dumps(_wrapped(right)))) == (alike or left == right)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=12), st.lists, max_leaves=8))
def test_traffic_without_private_values_is_untouched(value: Any) -> None:
    """Any JSON in which no rule finds anything comes back as it was, to the byte."""
    made = _made(value)
    if not find_private([made]) and not re.search("stand-in|example", str(value)):
        assert _sanitised(made) == [made]


@pytest.mark.parametrize("rule", PATTERNS, ids=[rule.name for rule in PATTERNS])
@given(data=st.data())
def test_what_a_pattern_finds_is_no_short_word(rule: Pattern, data: st.DataObject) -> None:
    """So short words need not be looked through."""
    text = data.draw(st.from_regex(rule.regex))

    assert not PLAIN.fullmatch(text.rstrip("\n"))
