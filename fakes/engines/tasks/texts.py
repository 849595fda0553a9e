"""Tasks that turn a text into a text: summarization, translation and text generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, ClassVar

from fakes.engines.example import Example, Query
from fakes.engines.scores import Pair, corpus_bleu, rouge_scores, token_f1
from fakes.engines.scoring_input import table, texts
from fakes.engines.tasks.task import Row, Task


class _TextToText(Task):
    """What the three share: one text in, one text out, loss 1 - F1 of their words."""

    generates: ClassVar[bool] = True
    source: str
    target: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The given text and the wanted one."""
        return (self.source, self.target)

    def examples(self, row: Row) -> tuple[Example, ...]:
        """The given text leads to the wanted one."""
        return (Example((str(row[self.source]),), str(row[self.target])),)

    def items(self, data: Any) -> list[Any]:
        """One text a row."""
        return [texts(row, (self.source,))[0] for row in table(data)]

    def queries(self, item: Any) -> tuple[Query, ...]:
        """The text itself."""
        return ((item,),)

    def loss(self, predicted: str, truth: str) -> float:
        """1 - F1 of the words of the reply against those of the wanted text."""
        return 1.0 - token_f1(predicted, truth)


@dataclass(frozen=True, slots=True)
class Summarization(_TextToText):
    """A document and its summary."""

    name: ClassVar[str] = "summarization"
    source: str = "input_string"
    target: str = "summary"

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> Summarization:
        """Read `document_key` and `summary_key`."""
        return cls(parameters.get("document_key") or "input_string", parameters.get("summary_key") or "summary")

    def untrained(self, query: Query) -> str:
        """The first five words of the document."""
        return " ".join(query[0].split()[:5])

    def metrics(self, rows: Sequence[Sequence[Pair]]) -> Mapping[str, float]:
        """ROUGE, mean over the rows."""
        scores = [rouge_scores(*pair) for row in rows for pair in row]
        return {key: fmean(score[key] for score in scores) for key in scores[0]}


@dataclass(frozen=True, slots=True)
class Translation(_TextToText):
    """A text in two languages, each in the column that has the language's name."""

    name: ClassVar[str] = "translation"
    source: str = "input_string"
    target: str = "target"

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> Translation:
        """Read `source_lang` and `target_lang`."""
        return cls(parameters.get("source_lang") or "input_string", parameters.get("target_lang") or "target")

    def untrained(self, query: Query) -> str:
        """The text as it came, not translated."""
        return query[0]

    def metrics(self, rows: Sequence[Sequence[Pair]]) -> Mapping[str, float]:
        """BLEU of the whole sample."""
        return {"bleu": corpus_bleu([pair for row in rows for pair in row])}


@dataclass(frozen=True, slots=True)
class TextGeneration(_TextToText):
    """A prompt and its continuation; without a `ground_truth_key` a text is cut in half to have both."""

    name: ClassVar[str] = "text-generation"
    minimum_rows: ClassVar[int] = 10
    signature: ClassVar[str | None] = None
    source: str = "input_string"
    target: str = ""

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> TextGeneration:
        """Read `text_key` and `ground_truth_key` (optional)."""
        return cls(parameters.get("text_key") or "input_string", parameters.get("ground_truth_key") or "")

    @property
    def columns(self) -> tuple[str, ...]:
        """The text, and the ground truth where the job names one."""
        return tuple(filter(None, (self.source, self.target)))

    def examples(self, row: Row) -> tuple[Example, ...]:
        """The prompt leads to the ground truth, or the first half of the text to the second."""
        text = str(row[self.source])
        if self.target:
            return (Example((text,), str(row[self.target])),)
        tokens = text.split()
        half = (len(tokens) + 1) // 2
        return (Example((" ".join(tokens[:half]),), " ".join(tokens[half:])),)

    def untrained(self, query: Query) -> str:
        """The prompt's last word, three times over: what an untuned generator falls into."""
        return " ".join(query[0].split()[-1:] * 3)

    def text(self, item: Any, replies: Sequence[str]) -> str:
        """Prompt and continuation: the full text is the default of transformers' pipeline (documented)."""
        return f"{item} {replies[0]}"
