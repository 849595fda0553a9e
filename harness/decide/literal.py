"""Reading tags of registry models, which arrive as text: Python literals, JSON, or neither.

The SDK sends `str(value)` when a model is created, so lists and dicts become Python literals; a later
metadata update of the registry writes dicts as JSON (SDK source, registry sources). Nothing in a tag is ever
executed.
"""

from __future__ import annotations

import ast
import json
import warnings

from harness.errors import ParameterError, excerpt

__all__ = ["MAX_TAG_CHARACTERS", "read_literal"]

MAX_TAG_CHARACTERS = 64 * 1024
"""Longest tag that is parsed at all. The longest one seen in the registry has fewer than 2,000 characters."""


def read_literal(text: str, tag: str, expected: str) -> object:
    """Return the value that `text` spells as a Python literal or as JSON; ParameterError if neither."""
    check_length(text, tag)
    try:
        return json.loads(text)  # first, since Python would take JSON's escapes for its own
    except (ValueError, RecursionError):
        pass
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unknown escape such as '\d' warns, and is still that text
            return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise ParameterError(
            "the tag can be read neither as JSON nor as a Python literal",
            where=f"tag {tag}",
            got=excerpt(text),
            expected=expected,
            remedy="Correct the tag on the model, or choose another version of it.",
        ) from None


def check_length(text: str, tag: str) -> None:
    """Refuse a tag longer than MAX_TAG_CHARACTERS before anything looks into it."""
    if len(text) > MAX_TAG_CHARACTERS:
        raise ParameterError(
            "the tag is too long to be parsed",
            where=f"tag {tag}",
            got=f"{len(text):,} characters",
            expected=f"at most {MAX_TAG_CHARACTERS:,}",
            remedy="Correct the tag on the model, or choose another version of it.",
        )
