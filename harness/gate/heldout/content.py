"""What a conversation is known by: a hash of its turns, so that neither order nor file nor row number matters."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

__all__ = ["content_id", "prefix_ids"]

Turn = Mapping[str, str]


def content_id(messages: Sequence[Turn]) -> str:
    """Return the sha256, in hexadecimal, of the canonical turns up to the one that is scored.

    Canonical: role and content alone, text in Unicode's NFC, ends of lines as one character, no blanks around it.
    """
    return hashlib.sha256(b"".join(map(_canonical, messages))).hexdigest()


def prefix_ids(messages: Sequence[Turn]) -> Iterator[str]:
    """Yield the id of each beginning of a conversation that ends with the user: all that a row trains an answer to."""
    digest = hashlib.sha256()
    for message in messages:
        digest.update(_canonical(message))
        if message["role"] == "user":
            yield digest.copy().hexdigest()


def _canonical(message: Turn) -> bytes:
    content = unicodedata.normalize("NFC", message["content"].replace("\r\n", "\n").replace("\r", "\n")).strip()
    turn = json.dumps([message["role"], content], ensure_ascii=True, separators=(",", ":"))
    return f"{turn}\n".encode("ascii")
