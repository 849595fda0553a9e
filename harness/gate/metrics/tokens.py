"""Text as tokens, in any script: words where a script parts them by blanks, characters where it does not."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["TOKENS_VERSION", "folded", "tokens"]

TOKENS_VERSION = f"unicode-1/{unicodedata.unidata_version}"
"""For signatures: the rule below, and the Unicode data of this Python."""

_NO_BLANKS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Scripts that part no words by blanks; Korean does."""

_LAST_MARK = 0x1FFFF
_VARIATION_SELECTORS = "\U000e0100-\U000e01ef"
_JOINERS = "\u200c\u200d"


def folded(text: str) -> str:
    """Return text in one form of Unicode (NFKC), without case."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens(text: str) -> list[str]:
    """Return the tokens of a text, folded; punctuation and blanks are none.

    A vowel sign or an accent stays with its letter. On ASCII these are the tokens of rouge_score, `[a-z0-9]+`.
    """
    if text.isascii():
        return _ascii_tokens().findall(text.lower())
    return _unicode_tokens().findall(folded(text))


@lru_cache(maxsize=1)
def _ascii_tokens() -> re.Pattern[str]:
    return re.compile("[a-z0-9]+")


@lru_cache(maxsize=1)
def _unicode_tokens() -> re.Pattern[str]:
    """Python's own `\\w` parts Hindi and Thai at their vowel signs, which are marks and no letters."""
    marks = _marks()
    alone = "".join(f"{chr(first)}-{chr(last)}" for first, last in _NO_BLANKS)
    tail = f"[{marks}{_JOINERS}]*"
    return re.compile(f"(?=[^\\W_])[{alone}]{tail}|(?:(?![{alone}])[^\\W_]{tail})+")


def _marks() -> str:
    """Return Unicode's marks as the inside of a character class."""
    ranges: list[list[int]] = []
    for code in range(0x300, _LAST_MARK):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges) + _VARIATION_SELECTORS
