"""Known values, replaced wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

__all__ = ["Literals"]


class Literals:
    """Replaces words by what stands for them, the longest first. words: hexadecimal ones are found in lower case."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words
        hexadecimal = {word for word in words if re.fullmatch(r"[0-9a-f]{32}", word)}
        others = sorted(set(words) - hexadecimal, key=len, reverse=True)
        self._searches = [re.compile("|".join(map(_bounded, others)))] if others else []
        if hexadecimal:  # there are many, so they are found by their look
            self._searches.append(re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"))

    def replaced(self, text: str) -> str:
        """Return a text with stand-ins."""
        return self._substituted(text, lambda word: self._words.get(word, word))

    def struck(self, text: str) -> str:
        """Return a text of the same length, in which the words are struck out."""
        return self._substituted(text, lambda word: "*" * len(word) if word in self._words else word)

    def _substituted(self, text: str, choose: Callable[[str], str]) -> str:
        for search in self._searches:
            text = search.sub(lambda found: choose(found.group()), text)
        return text


def _bounded(word: str) -> str:
    """Return a word as a regular expression; one of letters and digits alone is no part of a longer one."""
    return rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])" if re.fullmatch(r"[\w ]+", word) else re.escape(word)
