"""HTML as values: text is escaped wherever it is put, and only what was built here is taken as HTML."""

from __future__ import annotations

import re
from html import escape

__all__ = ["Markup", "Part", "el", "joined", "visible"]

_VOID = {"br", "hr", "link", "meta"}
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
"""What browsers drop or refuse, and the two overrides that turn what follows around."""

_PICTURES = 0x2400
"""Where Unicode's pictures of the control characters begin."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Part = str | Markup | None


def el(tag: str, /, *parts: Part, **attributes: str | int | None) -> Markup:
    """Return an element; an attribute of None is left out.

    Names of attributes end with "_" where Python has the word, and have "_" for "-" within.
    """
    given = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value is not None)
    opening = "".join(f' {key}="{_safe(str(value))}"' for key, value in given)
    return Markup(f"<{tag}{opening}>" if tag in _VOID else f"<{tag}{opening}>{joined(*parts)}</{tag}>")


def joined(*parts: Part) -> Markup:
    """Return parts one after the other, each escaped unless it is HTML."""
    return Markup("".join(part if isinstance(part, Markup) else _safe(part) for part in parts if part is not None))


def visible(text: str) -> str:
    """Return text with its control characters as pictures: what cannot be seen in an answer may be its fault."""
    return _CONTROLS.sub(_picture, text.replace("\r\n", "\n"))


def _picture(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x20:
        return chr(_PICTURES + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def _safe(text: str) -> str:
    return escape(visible(text), quote=True)
