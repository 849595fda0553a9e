"""Whether an answer is in the writing, and as far as small words tell in the language, of what was asked."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from harness.gate.metrics.metric import Metric, Sample, digest_of, signed
from harness.gate.metrics.tokens import TOKENS_VERSION, tokens

__all__ = ["language", "language_of", "script", "scripts"]

_SMALL_WORDS: dict[str, str] = {
    "en": "the and of to is that it for was with you this are have not be",
    "de": "der die das und ist nicht ein eine zu mit von den ich sie auf sich",
    "fr": "le les des et est une dans que pour qui vous pas sur avec ce au",
    "es": "el los las y es una que por para con del se lo como más su",
    "it": "il di che è un una per non sono con della gli nel questo anche si",
    "pt": "o os que é um uma não com para por do da em você mais se",
    "nl": "de het een en van is dat niet op te met voor zijn ik je aan",
    "pl": "i w nie na jest to się z do że jak co dla czy ale są",
    "tr": "ve bir bu için ile da de çok ne gibi daha olarak var mi o ama",
    "ru": "и в не на что это я с как по для из но он она вы",
    "uk": "і в не на що це я з як та для із але він вона ви",
}
_ENOUGH = 3
"""Small words below which nothing is said about a language."""


def script() -> Metric:
    """Return the share of letters whose script agrees with the prompt's last turn or the reference, the better one."""
    signature = signed("script", 1, unicode=unicodedata.unidata_version)
    return Metric("script", _scripts_agree, "higher", 0.0, 1.0, 0.0, "continuous", signature)


def language() -> Metric:
    """Return 0 where small words show another language than the reference's, 1 otherwise and where they do not tell."""
    words = digest_of(f"{language} {words}" for language, words in _SMALL_WORDS.items())
    signature = signed("language", 1, words=words, enough=_ENOUGH, tokens=TOKENS_VERSION)
    return Metric("language", _languages_agree, "higher", 0.0, 1.0, 0.0, "binary", signature)


def scripts(text: str) -> Mapping[str, float]:
    """Return the share of each script among the letters of a text, by Unicode's names; nothing without letters."""
    found = Counter(_script(char) for char in unicodedata.normalize("NFKC", text) if char.isalpha())
    return {script: number / found.total() for script, number in found.items()}


def language_of(text: str) -> str:
    """Return the language with the most small words in a text, "" when they are few or two languages tie."""
    counts = Counter(tokens(text))
    scores = sorted(
        ((sum(counts[word] for word in words), language) for language, words in _words().items()), reverse=True
    )
    (most, language), (second, _) = scores[:2]
    return language if most >= _ENOUGH and most > second else ""


def _scripts_agree(sample: Sample) -> float:
    said = scripts(sample.answer)
    expected = [found for found in (scripts(sample.asked), scripts(sample.reference)) if found]
    if not said or not expected:
        return 1.0
    return min(1.0, max(sum(min(said.get(name, 0.0), share) for name, share in found.items()) for found in expected))


def _languages_agree(sample: Sample) -> float:
    said, wanted = language_of(sample.answer), language_of(sample.reference)
    return float(not said or not wanted or said == wanted)


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    """The first word of a letter's name: LATIN, CJK, HIRAGANA, DEVANAGARI. Python has no table of scripts."""
    return unicodedata.name(char, "OTHER").split(" ")[0]


@lru_cache(maxsize=1)
def _words() -> Mapping[str, tuple[str, ...]]:
    return {language: tuple(words.split()) for language, words in _SMALL_WORDS.items()}
