"""Laws of the file format: what is written is read back, by readers of JSON and of YAML alike."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.cassettes.format import dump, load
from harness.cassettes.tape import Cassette, Digest, Interaction, Metadata, Request, Response

NUMBERS = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
COMPACT = JSON.map(
    lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
)
BODIES = st.binary(max_size=40) | COMPACT | COMPACT.map(lambda text: text * 300)
DIGESTS = st.builds(Digest, st.from_regex("[0-9a-f]{64}", fullmatch=True), st.integers(0, 10**9))
HEADERS = st.dictionaries(st.from_regex("[a-z-]{1,8}", fullmatch=True), st.text(max_size=8), max_size=2)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=timezone.utc))


@st.composite
def interactions(draw: st.DrawFn) -> Interaction:
    """Draw an exchange with any bodies."""
    at = draw(INSTANTS)
    later = draw(st.lists(st.integers(0, 10**6), max_size=2).map(sorted))
    request = Request("PUT", "https://h/" + draw(st.text(max_size=6)), draw(HEADERS), draw(BODIES | DIGESTS))
    response = Response(draw(st.integers(100, 599)), draw(HEADERS), draw(BODIES))
    return Interaction(at, request, response, tuple(at + timedelta(seconds=seconds) for seconds in later))


@given(st.lists(interactions(), max_size=4), INSTANTS)
def test_what_is_written_is_read_back(made: list[Interaction], began: datetime) -> None:
    """Every byte of every body, every header and every instant comes back."""
    again = load(dump(Cassette(Metadata("live", "2026-01-01", "2026-01-01", began), made)))

    assert again.interactions == made
    assert again.metadata.began == began


@given(st.lists(interactions(), max_size=2))
def test_every_file_is_yaml(made: list[Interaction]) -> None:
    """A reader of YAML finds what a reader of JSON finds."""
    began = datetime(2026, 1, 1, tzinfo=timezone.utc)
    text = dump(Cassette(Metadata("live", "2026-01-01", "2026-01-01", began), made))

    assert yaml.safe_load(text) == json.loads(text)
