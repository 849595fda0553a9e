"""A TF-IDF index of training examples: fit, search, and its bytes on disk (npz and JSON, never a pickle)."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from fakes.engines.example import Neighbour, Query

AGE_WEIGHT = 0.3
"""Weight of a turn against the one after it; on the sample conversations 0.5 does as well, 0.7 worse."""

_MATRIX_PARTS = ("data", "indices", "indptr")

Row = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TfidfIndex:
    """Unit-length TF-IDF vectors of the learned queries, and the answer that each one leads to."""

    vectorizer: TfidfVectorizer
    matrix: sparse.csr_matrix
    answers: tuple[str, ...]

    @classmethod
    def fit(cls, queries: Sequence[Query], answers: Sequence[str], token_pattern: str) -> TfidfIndex:
        """Learn vocabulary and weights from the queries and index them in the given order."""
        vectorizer = _vectorizer(token_pattern)
        vectorizer.fit(dict.fromkeys(turn for query in queries for turn in query))
        return cls(vectorizer, vectors(vectorizer, queries), tuple(answers))

    def first(self, count: int) -> TfidfIndex:
        """The same index, holding only its first `count` examples."""
        return TfidfIndex(self.vectorizer, self.matrix[:count], self.answers[:count])

    def similarities(self, queries: Sequence[Query]) -> Row:
        """Cosine similarities, one row a query and one column an indexed example."""
        product = vectors(self.vectorizer, queries) @ self.matrix.T
        return np.asarray(product.toarray(), dtype=np.float32)

    def search(self, query: Query, count: int) -> tuple[Neighbour, ...]:
        """The nearest examples, nearest first; none that shares no word, and the earlier one on a tie."""
        row = self.similarities([query])[0]
        nearest = np.argsort(-row, kind="stable")[:count]
        return tuple(Neighbour(float(row[place]), self.answers[place]) for place in nearest if row[place] > 0.0)

    def to_files(self) -> dict[str, bytes]:
        """Relative paths below the model's `data` folder and their content."""
        packed = io.BytesIO()
        parts = {part: getattr(self.matrix, part) for part in _MATRIX_PARTS}
        np.savez(packed, shape=np.asarray(self.matrix.shape), idf=self.vectorizer.idf_, **parts)
        vocabulary = sorted(self.vectorizer.vocabulary_, key=self.vectorizer.vocabulary_.__getitem__)
        tokenizer = {"token_pattern": self.vectorizer.token_pattern, "vocabulary": vocabulary}
        return {
            "model/index.npz": packed.getvalue(),
            "model/answers.json": _json(self.answers),
            "tokenizer/tokenizer.json": _json(tokenizer),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> TfidfIndex:
        """The inverse of `to_files`; KeyError or ValueError where a file is missing or malformed."""
        tokenizer = json.loads(files["tokenizer/tokenizer.json"])
        with np.load(io.BytesIO(files["model/index.npz"]), allow_pickle=False) as packed:
            parts = tuple(packed[part] for part in _MATRIX_PARTS)
            matrix = sparse.csr_matrix(parts, shape=tuple(packed["shape"]))
            vectorizer = _vectorizer(tokenizer["token_pattern"], tokenizer["vocabulary"])
            vectorizer.idf_ = packed["idf"]
        return cls(vectorizer, matrix, tuple(json.loads(files["model/answers.json"])))


def vectors(vectorizer: TfidfVectorizer, queries: Sequence[Query]) -> sparse.csr_matrix:
    """One unit-length row a query: the sum of its turns, each weighing `AGE_WEIGHT` of the one after it."""
    places = {turn: place for place, turn in enumerate(dict.fromkeys(turn for query in queries for turn in query))}
    rows = [row for row, query in enumerate(queries) for _ in query]
    columns = [places[turn] for query in queries for turn in query]
    weights = [AGE_WEIGHT**age for query in queries for age in reversed(range(len(query)))]
    mixture = sparse.csr_matrix((weights, (rows, columns)), shape=(len(queries), len(places)), dtype=np.float32)
    summed = sparse.csr_matrix(mixture @ vectorizer.transform(places))
    lengths = np.sqrt(np.asarray(summed.multiply(summed).sum(axis=1)).ravel())
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0.0)
    return sparse.csr_matrix(sparse.diags(scale.astype(np.float32)) @ summed)


def _vectorizer(token_pattern: str, vocabulary: Sequence[str] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        token_pattern=token_pattern, sublinear_tf=True, dtype=np.float32, vocabulary=vocabulary, norm="l2"
    )


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
