"""Right or wrong, for tasks that have one answer: the same text, or the same final number."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from harness.gate.metrics.metric import Metric, Sample, signed
from harness.gate.metrics.tokens import TOKENS_VERSION, folded

__all__ = ["exact_match", "last_number", "number_match"]

_NUMBER = re.compile(r"[-+]?\d+(?:[.,\u066b\u066c'\u2019\u00a0\u202f ]\d+)*")
_GROUPS = re.compile(r"\d{1,3}(?:([,\u066c'\u2019\u00a0\u202f ])\d{3})(?:\1\d{3})*(?:[.,\u066b]\d+)?")
_POINT_GROUPS = re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+")


def exact_match() -> Metric:
    """Return 1 for the reference's text: NFKC, without case, each run of blanks as one."""
    signature = signed("exact_match", 1, fold="nfkc+casefold", unicode=unicodedata.unidata_version)
    return Metric("exact_match", _exact, "higher", 0.0, 1.0, 0.0, "binary", signature)


def number_match() -> Metric:
    """Return 1 when the last number of the answer is that of the reference; without one there, when neither has one."""
    signature = signed("number_match", 1, takes="last", unicode=TOKENS_VERSION)
    return Metric("number_match", _number, "higher", 0.0, 1.0, 0.0, "binary", signature)


def _exact(sample: Sample) -> float:
    return float(_plain(sample.answer) == _plain(sample.reference))


def _plain(text: str) -> str:
    return " ".join(folded(text).split())


def _number(sample: Sample) -> float:
    return float(last_number(sample.answer) == last_number(sample.reference))


def last_number(text: str) -> Decimal | None:
    """Return the last number of a text in any script's digits, None without one.

    Thousands may be parted by commas, blanks, apostrophes, or by points where that is the only reading (1.234.567).
    """
    found = None
    for match in _NUMBER.finditer(unicodedata.normalize("NFKC", text).replace("\u2212", "-")):
        found = match
    return _value(found.string, found.start(), found.group()) if found else None


def _value(text: str, start: int, spelled: str) -> Decimal:
    """Read a number; a sign after a letter or digit is a hyphen (page 3-4)."""
    sign = -1 if spelled[0] == "-" and not text[:start][-1:].isalnum() else 1
    spelled = spelled.lstrip("+-")
    if not (_GROUPS.fullmatch(spelled) or _POINT_GROUPS.fullmatch(spelled)):
        parts = re.split(r"[ '\u2019\u00a0\u202f]", spelled)
        spelled = parts[-1]  # several numbers beside each other: the last one
    digits = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in spelled)
    return sign * Decimal(_with_point(digits))


def _with_point(digits: str) -> str:
    """Leave one point, that of the decimals."""
    digits = re.sub(r"[\u066c'\u2019\u00a0\u202f ]", "", digits).replace("\u066b", ".")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits):
        return digits.replace(",", "")
    if _POINT_GROUPS.fullmatch(digits):
        return digits.replace(".", "").replace(",", ".")
    parts = re.split("[.,]", digits)
    return ".".join(parts) if len(parts) == 2 else parts[-1]  # 1.2.3 is no number, but a list or a version
