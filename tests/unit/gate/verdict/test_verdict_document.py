"""verdict.json: bytes that are the same everywhere, a schema that holds, and where two verdicts differ first."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from harness.errors import DataError
from harness.gate.evidence.records import Leakage
from harness.gate.verdict.document import first_difference, read_verdict, schema, verdict_bytes, verdict_from
from tests.unit.gate.comparison import FAULT, SCORE, Made, policy_of, scores_of

PROMOTED = Made({"score": scores_of(300)})
FULL = Made(
    {"score": scores_of(300), "length": scores_of(300, -0.1), "leak": (np.zeros(300), np.zeros(300))},
    facts={"score": SCORE, "length": SCORE, "leak": FAULT},
    slices=[{"language": "de" if row < 40 else "en"} for row in range(300)],
    failed={("candidate", 2): "timeout"},
)
FULL_POLICY = policy_of(
    guardrail=[{"metric": "length"}],
    hard=[{"metric": "leak"}],
    slice=[{"by": "language"}],
    operations={"latency_p95_s": 2.0, "latency_p99_s": 2.0, "tokens_ratio": 1.2, "gpu_seconds_per_conversation": 2.0},
)
VERDICTS = {
    "promote": PROMOTED.verdict(),
    "full": FULL.verdict(FULL_POLICY),
    "invalid": Made({"score": scores_of(300)}, header={"leakage": Leakage(exact=1, ngram13=0)}).verdict(),
    "inconclusive": Made({"score": scores_of(40, sd=0.4)}).verdict(),
    "tiny": Made({"score": ([0.5], [0.5])}).verdict(),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_every_verdict_is_as_its_schema_says(name: str) -> None:
    """Verdicts of all kinds are documents of the schema."""
    jsonschema.Draft202012Validator(schema()).validate(json.loads(verdict_bytes(VERDICTS[name])))


def test_the_schema_is_one() -> None:
    """The schema that ships is a schema of its draft, and refuses what it does not know."""
    jsonschema.Draft202012Validator.check_schema(schema())
    document = {**json.loads(verdict_bytes(VERDICTS["promote"])), "more": 1}

    assert not jsonschema.Draft202012Validator(schema()).is_valid(document)


@pytest.mark.parametrize("name", VERDICTS)
def test_a_verdict_that_was_read_is_written_as_it_was(name: str) -> None:
    """From bytes to a verdict and back nothing changes."""
    written = verdict_bytes(VERDICTS[name])

    assert verdict_bytes(verdict_from(json.loads(written), "here")) == written


def test_the_same_evidence_has_the_same_bytes() -> None:
    """Deciding twice gives one document."""
    assert verdict_bytes(FULL.verdict(FULL_POLICY)) == verdict_bytes(VERDICTS["full"])


def test_numbers_have_ten_digits_and_no_infinity() -> None:
    """What two libraries disagree on is rounded away; what is infinite is null, and no zero is negative."""
    rule = replace(VERDICTS["promote"].rules[-1], estimate=1 / 3, lower=float("-inf"), upper=-1e-300 * 1e-300, p=0.1)
    document = json.loads(verdict_bytes(replace(VERDICTS["promote"], rules=(rule,))))["rules"][0]

    assert (document["estimate"], document["lower"], str(document["upper"])) == (0.3333333333, None, "0.0")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"outcome": "BLOCK"}, "outcome: recorded 'BLOCK', computed 'PROMOTE'"),
        ({"conversations": 301, "alpha": 0.06}, "alpha: recorded 0.06, computed 0.05"),
        ({"policy_sha256": "0" * 64, "alpha": 0.06}, "policy_sha256: recorded '000"),
        ({"reasons": ["x"]}, "reasons.0: recorded 'x'"),
        ({"rules": []}, "rules: recorded []"),
        ({"attempts": 1.0}, "attempts: recorded 1.0, computed 1"),
    ],
)
def test_the_first_difference_is_named(change: dict[str, Any], said: str) -> None:
    """Another policy or other evidence comes first, then the keys in their order, with both values."""
    computed = verdict_bytes(VERDICTS["promote"])
    document = {**json.loads(computed), **change}
    recorded = (json.dumps(document, sort_keys=True, indent=2) + "\n").encode()

    assert first_difference(recorded, computed).startswith(said)
    assert bool(first_difference(recorded, computed)) == bool(change)


@pytest.mark.parametrize("recorded", [b"x", b"[1]"])
def test_what_is_no_verdict_differs(recorded: bytes) -> None:
    """Bytes that are no document of the kind differ, too."""
    assert first_difference(recorded, verdict_bytes(VERDICTS["promote"])) != ""


def test_equal_values_in_another_form_are_a_difference() -> None:
    """A file that was written anew is not the file that was recorded."""
    computed = verdict_bytes(VERDICTS["promote"])

    assert "edited" in first_difference(json.dumps(json.loads(computed)).encode(), computed)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"outcome": "PROMOTE"}', b"\xff", b"[" * 100_000])
def test_a_file_that_is_no_verdict_is_refused(tmp_path: Path, content: bytes) -> None:
    """What cannot be a verdict is refused with where and what to do."""
    path = tmp_path / "verdict.json"
    path.write_bytes(content)

    with pytest.raises(DataError, match=r"verdict\.json") as refused:
        read_verdict(path)

    assert refused.value.remedy
