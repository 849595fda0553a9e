"""Which VM sizes a model may be fine-tuned or deployed on.

A registry model can carry the list of allowed sizes as a tag. Its key and its spelling vary from model to
model; both are read tolerantly here, and the decision itself ignores case, order and duplicates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harness.decide.literal import check_length, read_literal
from harness.errors import ParameterError, excerpt, nearest

__all__ = [
    "K80_SIZES",
    "AllowList",
    "Purpose",
    "SizeDecision",
    "check_size",
    "find_allow_list",
    "parse_allow_list",
]

Purpose = Literal["finetune", "inference"]

TAGS: Mapping[Purpose, tuple[str, ...]] = {
    "finetune": ("finetune_compute_allow_list", "finetune_computes_allow_list", "computes_allow_list"),
    "inference": (
        "inference_compute_allow_list",
        "inference_computes_allow_list",
        "inference-compute-allowlist",
    ),
}
"""Tag keys by purpose, the one that wins first: a model that carries an old and a new key means the new."""

K80_SIZES = ("Standard_NC6", "Standard_NC12", "Standard_NC24", "Standard_NC24r")
"""Sizes with K80 GPUs, which the fine-tuning images cannot use; refused when a model has no list."""

_EXPECTED = "a list of VM sizes such as ['Standard_NC24ads_A100_v4']"
_SIZE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_NOT_SIZES = frozenset({"none", "null", "true", "false"})


@dataclass(frozen=True, slots=True)
class AllowList:
    """The sizes that a tag allows, each once, in its order and spelling; `tag` is the key they come from."""

    sizes: tuple[str, ...]
    tag: str = "finetune_compute_allow_list"


@dataclass(frozen=True, slots=True)
class SizeDecision:
    """Whether `size` may be used, why, and when it may not, the allowed sizes that resemble it most."""

    allowed: bool
    reason: str
    size: str
    nearest: tuple[str, ...] = ()


def find_allow_list(tags: Mapping[str, str], purpose: Purpose) -> AllowList | None:
    """Return the list that `tags` hold for `purpose`, by the precedence of TAGS; None without any key."""
    for key in TAGS[purpose]:
        if key in tags:
            return parse_allow_list(tags[key], key)
    return None


def parse_allow_list(tag: str | None, key: str = "finetune_compute_allow_list") -> AllowList | None:
    """Read the value of an allow-list tag; None when there is no tag.

    Taken: a Python or JSON list, names separated by commas or blanks, several names in one element,
    duplicates, a trailing comma. Anything else raises ParameterError: an absent list means "no restriction",
    so one that cannot be read must not be taken for an absent one.
    """
    if tag is None:
        return None
    check_length(tag, key)
    elements = _elements(tag.strip(), key)
    names = [name for element in elements for name in element.replace(",", " ").split()]
    for name in names:
        if not _SIZE.fullmatch(name) or name.casefold() in _NOT_SIZES:
            raise _unreadable(f"holds {excerpt(name)}, which is no VM size", tag, key)
    if not names:
        raise _unreadable("names no VM size", tag, key)
    first_spelling: dict[str, str] = {}
    for name in names:
        first_spelling.setdefault(name.casefold(), name)
    return AllowList(tuple(first_spelling.values()), key)


def check_size(size: str, allow_list: AllowList | None) -> SizeDecision:
    """Decide on `size` by the model's list, or by the K80 deny list when the model has none."""
    wanted = size.strip()
    if allow_list is None:
        if wanted.casefold() in {name.casefold() for name in K80_SIZES}:
            reason = f"{wanted} has K80 GPUs, which the fine-tuning images cannot use ({', '.join(K80_SIZES)})"
            return SizeDecision(False, reason, wanted)
        return SizeDecision(True, f"the model has no allow list, and {wanted} has no K80 GPUs", wanted)
    for name in allow_list.sizes:
        if name.casefold() == wanted.casefold():
            return SizeDecision(True, f"{name} is in the model's {allow_list.tag}", name)
    close = nearest(wanted, allow_list.sizes) or tuple(sorted(allow_list.sizes)[:3])
    reason = f"{wanted} is not among the {len(allow_list.sizes)} sizes of the model's {allow_list.tag}"
    return SizeDecision(False, f"{reason}; nearest allowed: {', '.join(close) or 'none'}", wanted, close)


def _elements(text: str, key: str) -> list[str]:
    """Return the raw elements of a tag: those of a list literal, or the whole text when it is no literal."""
    if not text.startswith(("[", "(", "{", "'", '"')):
        return [text]
    value = read_literal(text, key, _EXPECTED)
    if not isinstance(value, list | tuple) or not all(isinstance(element, str) for element in value):
        raise _unreadable("is no list of names", text, key)
    return list(value)


def _unreadable(what: str, tag: str, key: str) -> ParameterError:
    return ParameterError(
        f"the allow list {what}",
        where=f"tag {key}",
        got=excerpt(tag),
        expected=_EXPECTED,
        remedy="Correct the tag on the model, or choose another version of it.",
    )
