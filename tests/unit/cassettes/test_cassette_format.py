"""Cassettes as files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from exchanges import BEGAN, cassette, made

from harness.cassettes.format import checksum_of, dump, load, read, write
from harness.cassettes.tape import Cassette, Digest, Interaction
from harness.errors import CassetteUnreadable


def _again(one: Cassette) -> Cassette:
    return load(dump(one))


def test_what_is_written_is_read_back() -> None:
    """Requests, responses, instants and metadata come back as they were."""
    first = made("/a", "PUT", {"x": [1, 2.5, None, "ä"]}, {"y": True}, at=1.5, headers={"range": "bytes=0-3"})
    one = cassette(first, made("/b", answered=b"plain text"), variables={"run id": "r-1"}, workspace={"w": "v"})

    assert _again(one) == replace(one, interactions=list(one.interactions), metadata=_again(one).metadata)
    assert _again(one).metadata.variables == {"run id": "r-1"}


@pytest.mark.parametrize(
    ("body", "written"),
    [
        pytest.param(b'{"a":1}', {"json": {"a": 1}}, id="json"),
        pytest.param(b'{"a": 1}', {"string": '{"a": 1}'}, id="json-with-spaces"),
        pytest.param(b'{"a":1,"a":2}', {"string": '{"a":1,"a":2}'}, id="json-that-would-lose-a-member"),
        pytest.param(b"{oops", {"string": "{oops"}, id="no-json"),
        pytest.param(b"\x93\xff\x00", {"base64": "k/8A"}, id="binary"),
    ],
)
def test_bodies_are_written_as_readably_as_they_can_be(body: bytes, written: object) -> None:
    """JSON is JSON and text is text where not a byte is lost, and the rest is base64."""
    text = dump(cassette(made(answered=body)))

    assert json.loads(text)["interactions"][0]["response"]["body"] == written
    assert load(text).interactions[0].response.body == body


def test_uploaded_data_is_a_digest() -> None:
    """What a request uploaded is told by its digest and its length."""
    one = made()
    digest = Digest("ab" * 32, 1000)
    again = _again(cassette(replace(one, request=replace(one.request, body=digest))))

    assert again.interactions[0].request.body == digest


def test_large_body_is_written_once() -> None:
    """A body that came before is referred to."""
    body = b"x" * 2000
    text = dump(cassette(made("/a", answered=body), made("/b", answered=body)))

    assert text.count("xxxx" * 400) == 1
    assert load(text).interactions[1].response.body == body


def test_repeated_exchange_is_written_once() -> None:
    """Each repetition adds its instant alone."""
    one = made(at=10)
    text = dump(cassette(replace(one, again=(one.at, made(at=25).at))))

    assert json.loads(text)["interactions"][0]["again"] == [0.0, 15.0]
    assert len(load(text).interactions[0].instants) == 3


def test_file_is_yaml_too() -> None:
    """A reader of YAML finds the same in it as one of JSON, also where characters are rare."""
    rare = "\x7f \x85 \u2028 \ufeff 😀 \t \\ \" '"
    text = dump(cassette(made(answered={"text": rare, "n": [-1, 1e-05, True, None]}), made(answered=rare.encode())))

    assert yaml.safe_load(text) == json.loads(text)


def test_interactions_are_what_vcr_expects() -> None:
    """Version, request and response have the names and the layout that vcr gives them."""
    document = json.loads(dump(cassette(made(answered=b"text", headers={"accept": "text/plain"}))))
    entry = document["interactions"][0]

    assert document["version"] == 1
    assert entry["request"] == {
        "method": "GET",
        "uri": "https://management.azure.com/things/1",
        "headers": {"accept": ["text/plain"]},
        "body": None,
    }
    assert entry["response"]["status"] == {"code": 200, "message": "OK"}
    assert entry["response"]["body"] == {"string": "text"}


@pytest.mark.parametrize("change", [("things/1", "things/2"), ("emulator", "live"), ("2026-01-01", "2026-02-02")])
def test_edited_file_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    """Whatever is changed by hand, traffic or metadata, the checksum tells."""
    file = tmp_path / "a.yaml"
    write(cassette(made()), file)
    file.write_text(file.read_text().replace(*change))

    with pytest.raises(CassetteUnreadable, match="edited by hand"):
        read(file)
    assert read(file, trust=True).interactions


def test_written_file_carries_its_checksum(tmp_path: Path) -> None:
    """What was just written is read without a word."""
    file = tmp_path / "deep" / "a.yaml"
    write(cassette(made()), file)

    assert read(file).metadata.checksum == checksum_of(file.read_text())
    assert [path.name for path in file.parent.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2}', '{"version": 1, "metadata": {}, "interactions": []}']
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    """A file that is no cassette is refused by its name."""
    (tmp_path / "a.yaml").write_text(text)

    with pytest.raises(CassetteUnreadable, match=r"a\.yaml: this is no cassette"):
        read(tmp_path / "a.yaml")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that is not there is refused by its name too."""
    with pytest.raises(CassetteUnreadable, match=r"none\.yaml"):
        read(tmp_path / "none.yaml")


def test_exchanges_come_in_the_order_of_time() -> None:
    """Repetitions stand between what happened meanwhile."""
    polled = replace(made("/poll", at=0), again=(made(at=10).at,))
    names = [one.request.url[-4:] for _, one in cassette(polled, made("/else", at=5)).exchanges()]

    assert names == ["poll", "else", "poll"]
    assert isinstance(polled, Interaction)
    assert polled.at == BEGAN
