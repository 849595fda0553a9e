"""Reading what was sent to the server's own interface: a refusal names the key, what came, and what was expected."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from fakes.world.errors import Invalid


def only(sent: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse keys that nobody reads."""
    for name in sent:
        if name not in known:
            raise Invalid(f"there is no key '{name}'; expected {', '.join(known)}{nearest(name, known)}")


def number(sent: Mapping[str, Any], name: str, most: float) -> float:
    """Return a number from 0 to `most`."""
    value = sent[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Invalid(f"{name} is {_spelled(value)}; a number from 0 to {most:g} is expected")
    return float(value)


def whole(sent: Mapping[str, Any], name: str, default: int, least: int = -(2**63)) -> int:
    """Return a whole number of at least `least`."""
    value = sent.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        expected = "a whole number" if least < 0 else f"a whole number of at least {least}"
        raise Invalid(f"{name} is {_spelled(value)}; {expected} is expected")
    return value


def text(sent: Mapping[str, Any], name: str, known: Collection[str] = ()) -> str:
    """Return some text, which is one of `known` where any are."""
    value = sent.get(name)
    if not isinstance(value, str) or not value or (known and value not in known):
        expected = f"one of {', '.join(known)}" if known else "some text"
        raise Invalid(f"{name} is {_spelled(value)}; {expected} is expected{nearest(value, known)}")
    return value


def nearest(value: Any, known: Collection[str]) -> str:
    """Return a clause that names what resembles `value`, or nothing."""
    close = get_close_matches(str(value).casefold(), {each.casefold(): each for each in known}, n=1)
    found = next((each for each in known if close and each.casefold() == close[0]), "")
    return f", nearest: {found}" if found else ""


def _spelled(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    spelled = json.dumps(value)
    return spelled if len(spelled) <= 80 else f"{spelled[:77]}..."
