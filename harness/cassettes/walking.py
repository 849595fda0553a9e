"""Walking through traffic: every value that a rule finds is handed over, however it is wrapped.

Unwrapped are JSON, JSON inside of strings, forms, queries, XML, base64 and gzip, one within the other. What is not
changed comes back as it was, to the byte.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from harness.cassettes.literals import Literals
from harness.cassettes.rules import MEMBERS, PARAMETERS, PATTERNS, PLAIN, Member, Pattern, is_private_name

__all__ = ["Replace", "Walk"]

Replace = Callable[[int, str, str], str]
"""Is handed the number of a rule, the kind and the value that it found, and returns what shall stand there."""

_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>\\`]+", re.IGNORECASE)
_ENCODED = re.compile(r"(?<![\w+/=%-])[A-Za-z0-9+/_-]{20,}={0,2}(?![\w+/=-])")
_ELEMENT = re.compile(r"(<(?:\w+:)?(\w+)(?: [^<>]*)?>)([^<>]+)(?=</)")
_STRUCTURED = re.compile(r"(?i)(?:^|[?&;])(?:sig|AccountKey|SharedAccessKey|InstrumentationKey|Password|Pwd)=")
"""Secrets that have parts, of which a client reads the others: a SAS, a connection string."""

_READABLE = re.compile(rb"[\t\n\r\x20-\x7e]{6,}")
_GZIP = b"\x1f\x8b"
_DEPTH = 6
_REMEMBERED = 4096
"""How many texts, and of what length at most, are remembered with what became of them: traffic repeats itself."""


class Walk:
    """Applies the rules to text, JSON, URLs, headers and bodies, and lets `replace` decide about what they find."""

    def __init__(self, replace: Replace, literals: Literals | None = None) -> None:
        self._replace = replace
        self._literals = literals or Literals({})
        self._seen: dict[str, str] = {}

    def body(self, content: bytes, content_type: str = "") -> bytes:
        """Return a body; what is no text keeps its length."""
        if not content:
            return content
        if content.startswith(_GZIP):
            return self._unzipped(content)
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return self._binary(content)
        if "x-www-form-urlencoded" in content_type:
            return self._pairs(text).encode()
        return self.value(text).encode()

    def value(self, text: str, depth: int = 0) -> str:
        """Return a text that may be JSON or encoded as a whole."""
        if text[:1] in ("{", "[", '"') and depth < _DEPTH:
            try:
                document = json.loads(text)
            except ValueError:
                return self.text(text, depth)
            walked = self.json(document, depth + 1)
            return text if walked == document else _as_before(text, document, walked)
        return self.text(text, depth)

    def json(self, value: Any, depth: int = 0) -> Any:
        """Return a JSON value."""
        if isinstance(value, dict):
            named = value.get("name") or value.get("key")
            return {
                self.text(name, depth): self._member(
                    str(named) if name.lower() == "value" and isinstance(named, str) else name, item, depth
                )
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [self.json(item, depth) for item in value]
        return self.value(value, depth) if isinstance(value, str) else value

    def url(self, url: str, depth: int = 0) -> str:
        """Return a URL with its query looked through by name."""
        parts = urlsplit(url)
        query = self._pairs(parts.query, depth) if parts.query else parts.query
        return self.text(urlunsplit(parts._replace(query=query)) if query != parts.query else url, depth, urls=False)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return headers; those that hold nothing but secrets are not kept at all, and not walked here."""
        return {name: self._named(name, value, MEMBERS) for name, value in headers.items()}

    def text(self, text: str, depth: int = 0, *, urls: bool = True) -> str:
        """Return a text."""
        known = self._seen.get(text) if urls else None
        if known is not None:
            return known
        walked = self._literals.replaced(text)
        if PLAIN.fullmatch(text):
            return walked
        if urls and "://" in walked:
            walked = _URL.sub(lambda found: self._query_of(found.group(), depth), walked)
        if "</" in walked:
            walked = _ELEMENT.sub(lambda found: found[1] + self._named(found[2], found[3], MEMBERS), walked)
        for rule in PATTERNS:
            walked = self._applied(rule, walked)
        if depth < _DEPTH:
            walked = _ENCODED.sub(lambda found: self._decoded(found.group(), depth + 1), walked)
        if urls and len(text) < _REMEMBERED and len(self._seen) < _REMEMBERED:
            self._seen[text] = walked
        return walked

    def _query_of(self, url: str, depth: int) -> str:
        head, mark, query = url.partition("?")
        return head + mark + self._pairs(query, depth) if mark else url

    def _pairs(self, text: str, depth: int = 0) -> str:
        """Return a query or a form; each value is looked at decoded, under its name."""
        walked = []
        for pair in text.split("&"):
            name, mark, value = pair.partition("=")
            plain = unquote(value.replace("+", " ")) if mark else ""
            found = self._named(unquote(name), plain, (*PARAMETERS, *MEMBERS), depth) if plain else plain
            walked.append(pair if found == plain else f"{name}={quote(found, safe='')}")
        return "&".join(walked)

    def _member(self, name: str, value: Any, depth: int) -> Any:
        return self._named(name, value, MEMBERS, depth) if isinstance(value, str) else self.json(value, depth)

    def _named(self, name: str, value: str, members: Iterable[Member], depth: int = 0) -> str:
        rule = _rule_for(name, tuple(members))
        if rule is None or not value or (rule.kind == "user" and not is_private_name(value)):
            return self.value(value, depth)
        if rule.kind == "secret" and _STRUCTURED.search(value):
            return self.text(value, depth)
        return self._replace(rule.number, rule.kind, value)

    def _applied(self, rule: Pattern, text: str) -> str:
        def found(match: re.Match[str]) -> str:
            whole, group = match.group(), "v" if "v" in rule.regex.groupindex else 0
            value = match.group(group)
            if rule.accept is not None and not rule.accept(value):
                return whole
            start, end = match.start(group) - match.start(), match.end(group) - match.start()
            return whole[:start] + self._replace(rule.number, rule.kind, value) + whole[end:]

        return rule.regex.sub(found, text)

    def _decoded(self, token: str, depth: int) -> str:
        """Return a token of base64 whose content has been walked through, where it has any that is text."""
        plain = token.replace("-", "+").replace("_", "/")
        try:
            content = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
            zipped = content.startswith(_GZIP)
            text = (gzip.decompress(content) if zipped else content).decode()
        except (binascii.Error, ValueError, OSError, EOFError, zlib.error):
            return token
        walked = self.value(text, depth)
        if walked == text:
            return token
        data = gzip.compress(walked.encode(), mtime=0) if zipped else walked.encode()
        encoded = base64.urlsafe_b64encode(data) if set("-_") & set(token) else base64.b64encode(data)
        return encoded.decode() if token.endswith("=") or len(token) % 4 == 0 else encoded.decode().rstrip("=")

    def _unzipped(self, content: bytes) -> bytes:
        try:
            plain = gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return self._binary(content)
        walked = self.body(plain)
        return content if walked == plain else gzip.compress(walked, mtime=0)

    def _binary(self, content: bytes) -> bytes:
        """Return bytes in which what is found is struck out; a stand-in would not have the same length."""
        return _READABLE.sub(lambda run: self._run(run.group().decode("ascii")).encode("ascii"), content)

    def _run(self, text: str) -> str:
        text = self._literals.struck(text)
        for rule in PATTERNS:
            text = self._struck(rule, text)
        return text

    def _struck(self, rule: Pattern, text: str) -> str:
        def found(match: re.Match[str]) -> str:
            group = "v" if "v" in rule.regex.groupindex else 0
            value = match.group(group)
            if rule.accept is not None and not rule.accept(value):
                return match.group()
            if self._replace(rule.number, rule.kind, value) == value:
                return match.group()
            start, end = match.start(group) - match.start(), match.end(group) - match.start()
            return match.group()[:start] + "*" * len(value) + match.group()[end:]

        return rule.regex.sub(found, text)


@lru_cache(maxsize=4096)
def _rule_for(name: str, members: tuple[Member, ...]) -> Member | None:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return next((member for member in members if member.names.fullmatch(plain)), None)


def _as_before(text: str, document: Any, walked: Any) -> str:
    """Return walked JSON as the text was written: compact, or with the spaces that Python writes."""
    styles: tuple[dict[str, Any], ...] = (
        {"ensure_ascii": False, "separators": (",", ":")},
        {"separators": (",", ":")},
        {"ensure_ascii": False},
        {},
        {"ensure_ascii": False, "indent": 2},
    )
    style = next((style for style in styles if json.dumps(document, **style) == text), styles[0])
    return json.dumps(walked, **style)
