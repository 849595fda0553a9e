"""Cassettes as files: version 1 of vcr's format, written as JSON, which is YAML and reads fast.

An interaction is three lines: when, the request, the response. Beyond what vcr writes: `metadata`; `at` and `again`,
the instants; a body may be `json` instead of `string` where that loses nothing, `base64` where it is no text, `digest`
where it is not kept, and `same_as` the response of an earlier interaction, counted from 0.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from http.client import responses as reasons
from pathlib import Path
from typing import Any

from harness.cassettes.tape import Cassette, Digest, Interaction, Metadata, Request, Response
from harness.errors import CassetteUnreadable

__all__ = ["VERSION", "checksum_of", "dump", "load", "read", "write"]

VERSION = 1
_LARGE = 512
"""From how many bytes on a body that came before is referred to instead of written again."""

_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What YAML does not take as it is; JSON escapes the rest of it anyway."""

_CHECKSUM = re.compile(r'("checksum": ")sha256:[0-9a-f]*(")')


def read(file: Path, *, trust: bool = False) -> Cassette:
    """Return the cassette in a file; CassetteUnreadable when it is none or, unless trusted, was edited by hand."""
    try:
        text = file.read_text(encoding="utf-8")
        cassette = load(text)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise CassetteUnreadable(
            "this is no cassette",
            where=str(file),
            got=f"{type(error).__name__}: {error}",
            remedy="Record it again with --record-mode=rewrite.",
        ) from error
    if not trust and checksum_of(text) != cassette.metadata.checksum:
        raise CassetteUnreadable(
            "the cassette was edited by hand, so it does not say any more what was recorded",
            where=str(file),
            got=checksum_of(text),
            expected=cassette.metadata.checksum or "a checksum",
            remedy="Restore it, or record it again with --record-mode=rewrite.",
        )
    return cassette


def write(cassette: Cassette, file: Path) -> None:
    """Write a cassette with its checksum, in one step: a reader never sees half of it."""
    text = dump(cassette)
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(_CHECKSUM.sub(rf"\g<1>{checksum_of(text)}\g<2>", text, count=1), encoding="utf-8", newline="\n")
    fresh.replace(file)


def checksum_of(text: str) -> str:
    """Return the checksum of a file's text, in which the one that it holds itself counts as empty."""
    unsigned = _CHECKSUM.sub(r"\1\2", text, count=1)
    return f"sha256:{hashlib.sha256(unsigned.encode()).hexdigest()}"


def dump(cassette: Cassette) -> str:
    """Return the text of a cassette; its checksum is a placeholder."""
    metadata = asdict(cassette.metadata) | {"began": _stamp(cassette.metadata.began), "checksum": "sha256:"}
    shared: dict[bytes, int] = {}
    entries = ",\n".join(_entry(number, made, shared) for number, made in enumerate(cassette.interactions))
    lines = ",\n".join(f"  {_json(name)}: {_json(value)}" for name, value in metadata.items())
    return f'{{"version": {VERSION},\n"metadata": {{\n{lines}}},\n"interactions": [\n{entries}\n]}}\n'


def load(text: str) -> Cassette:
    """Return the cassette that a text holds; ValueError, KeyError and their like when it holds none."""
    document = json.loads(text)
    if document["version"] != VERSION:
        raise ValueError(f"version {document['version']} of the format; known is {VERSION}")
    known = dict(document["metadata"])
    known["began"] = _instant(known["began"])
    responses: list[Response] = []
    interactions = []
    for entry in document["interactions"]:
        response = _response(entry["response"], responses)
        responses.append(response)
        at = _instant(entry["at"])
        again = tuple(at + timedelta(seconds=seconds) for seconds in entry.get("again", ()))
        interactions.append(Interaction(at, _request(entry["request"]), response, again))
    return Cassette(Metadata(**known), interactions)


def _entry(number: int, made: Interaction, shared: dict[bytes, int]) -> str:
    request, response = made.request, made.response
    again = [round((instant - made.at).total_seconds(), 6) for instant in made.again]
    asked = {
        "method": request.method,
        "uri": request.url,
        "headers": {name: [value] for name, value in request.headers.items()},
        "body": _written(request.body) if request.body else None,
    }
    answered = {
        "status": {"code": response.status, "message": reasons.get(response.status, "")},
        "headers": {name: [value] for name, value in response.headers.items()},
        "body": _shared(number, response.body, shared),
    }
    when = f'{{"at": {_json(_stamp(made.at))}' + (f', "again": {_json(again)}' if again else "")
    return f'{when},\n "request": {_json(asked)},\n "response": {_json(answered)}}}'


def _shared(number: int, body: bytes, shared: dict[bytes, int]) -> Mapping[str, Any]:
    if len(body) >= _LARGE:
        first = shared.setdefault(body, number)
        if first != number:
            return {"same_as": first}
    return _written(body)


def _written(body: bytes | Digest) -> Mapping[str, Any]:
    if isinstance(body, Digest):
        return {"digest": body.sha256, "bytes": body.bytes}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
    if text[:1] in ("{", "["):
        try:
            value = json.loads(text, parse_float=_yaml_float)
        except ValueError:
            return {"string": text}
        if _compact(value) == text:
            return {"json": value}
    return {"string": text}


def _yaml_float(text: str) -> float:
    """Read a number; ValueError for one like 1e-05, which YAML takes for a text."""
    if "e" in text and "." not in text:
        raise ValueError(text)
    return float(text)


def _body(written: Any) -> bytes | Digest:
    if written is None:
        return b""
    if isinstance(written, str):  # as vcr itself writes a request's
        return written.encode()
    if "json" in written:
        return _compact(written["json"]).encode()
    if "base64" in written:
        try:
            return base64.b64decode(written["base64"], validate=True)
        except binascii.Error as error:
            raise ValueError(str(error)) from error
    if "digest" in written:
        return Digest(written["digest"], written["bytes"])
    text: str = written["string"]
    return text.encode()


def _request(entry: Mapping[str, Any]) -> Request:
    return Request(entry["method"], entry["uri"], _headers(entry["headers"]), _body(entry["body"]))


def _response(entry: Mapping[str, Any], before: Sequence[Response]) -> Response:
    written = entry["body"]
    body = before[written["same_as"]].body if "same_as" in written else _body(written)
    if isinstance(body, Digest):
        raise ValueError("a response without its body")
    return Response(entry["status"]["code"], _headers(entry["headers"]), body)


def _headers(written: Mapping[str, Any]) -> dict[str, str]:
    return {name: ", ".join(values) if isinstance(values, list) else values for name, values in written.items()}


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _stamp(instant: datetime) -> str:
    return instant.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def _instant(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00"))
