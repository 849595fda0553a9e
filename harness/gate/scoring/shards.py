"""A large held-out file in parts: each is asked and measured as the whole would be, and all are put together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import Any

from harness.errors import DataError
from harness.gate.evidence.journal import Journal, read_records
from harness.gate.evidence.records import (
    Answer,
    Attempt,
    Conversation,
    Header,
    Measuring,
    Record,
    Role,
    Scores,
    from_line,
    to_line,
)
from harness.gate.scoring.asking import Asker, ask_missing
from harness.gate.scoring.cache import Cache
from harness.gate.scoring.measures import Choice
from harness.gate.scoring.measuring import measure
from harness.gate.scoring.posting import Post, Target
from harness.gate.scoring.retrying import Patience
from harness.gate.scoring.standing import Standing, read_standing
from harness.gate.scoring.timing import Pace, Timing
from harness.gate.scoring.writing import Writer

__all__ = ["ShardPlan", "merge_shards", "read_plan", "score_shard", "write_shards"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardPlan:
    """What every part has in common. header: of the whole evidence, whose concurrency is that of all nodes together.

    in_flight, rate: questions at a time, and a second, of one node. choices: metrics that need nothing but the harness;
    others are measured when the parts are put together.
    """

    header: Header
    choices: tuple[Choice, ...]
    patience: Patience
    in_flight: int
    rate: float | None
    warmup: int

    def to_json(self) -> str:
        """Return the plan as text."""
        patience = [self.patience.retries, self.patience.timeout_s, self.patience.longest_wait_s]
        return json.dumps(
            {
                "header": to_line(self.header),
                "choices": [[choice.name, choice.reference] for choice in self.choices],
                "patience": patience,
                "in_flight": self.in_flight,
                "rate": self.rate,
                "warmup": self.warmup,
            }
        )


def read_plan(text: str) -> ShardPlan:
    """Return a plan from its text."""
    document: Mapping[str, Any] = json.loads(text)
    header = from_line(document["header"], "the plan")
    if not isinstance(header, Header):
        raise _no_part("the plan", header.kind)
    return ShardPlan(
        header=header,
        choices=tuple(Choice(*pair) for pair in document["choices"]),
        patience=Patience(*document["patience"]),
        in_flight=document["in_flight"],
        rate=document["rate"],
        warmup=document["warmup"],
    )


def write_shards(rows: Iterable[Conversation], folder: Path, size: int) -> int:
    """Write conversations to files of `size` each, and return how many files; names say the place of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    left = iter(rows)
    for number in count():
        part = list(islice(left, size))
        if not part:
            return number
        text = "".join(f"{to_line(conversation)}\n" for conversation in part)
        (folder / f"shard-{number * size:09}.jsonl").write_text(text, encoding="utf-8")
    raise AssertionError("counting does not end")


def score_shard(
    plan: ShardPlan, shard: Path, folder: Path, targets: Mapping[Role, Target], *, post: Post, timing: Timing
) -> Path:
    """Ask and measure one part, and return its evidence; a part that was begun before goes on where it stopped."""
    evidence = folder / f"evidence-{shard.stem.removeprefix('shard-')}.jsonl"
    standing = read_standing(evidence)
    rows = list(_conversations(shard))
    with Journal(evidence, standing.size) as journal:
        if standing.header is None:
            journal.append(plan.header)
        if standing.missing([row.id for row in rows], plan.header.repeats):
            number = standing.attempts + 1
            journal.append(
                Attempt(
                    number=number,
                    started=timing.now().isoformat(),
                    why="resumed" if standing.attempts else "first",
                    conversations=len(rows),
                )
            )
            pace = Pace(timing, plan.rate)
            asker = Asker(plan.header, targets, post, plan.patience, pace, timing, Cache(), number)
            writer = Writer(journal, lambda _: None)
            place = _place(shard)
            ask_missing(iter(rows), standing, asker, writer, in_flight=plan.in_flight, warmup=plan.warmup, start=place)
        measure(evidence, plan.choices, journal, workers=0, told=lambda _done, _all: None)
    return evidence


def merge_shards(
    header: Header,
    standing: Standing,
    parts: Sequence[Path],
    journal: Journal,
    attempt: Attempt,
    told: Callable[[Record], None],
) -> None:
    """Put the parts' evidence together as one file's, in the file's order; `told` is called with what was written.

    What is there already stays, so a merge that was interrupted goes on. Scores are taken over where all parts measured
    alike, and measured again where they did not. DataError for a part of another comparison.
    """
    measuring = _common_measuring(parts)
    if standing.header is None:
        journal.append(header)
    journal.append(attempt, *([measuring] if measuring and not standing.attempts else []))
    for part in sorted(parts):
        records = list(_merged(header, part, standing, attempt.number, measuring))
        journal.append(*records)
        for record in records:
            told(record)


def _merged(
    header: Header, part: Path, standing: Standing, attempt: int, measuring: Measuring | None
) -> Iterator[Record]:
    """Yield what a part adds; all its attempts are one of the whole."""
    for record in read_records(part):
        if isinstance(record, Header):
            if record != header:
                raise _no_part(str(part), f"evidence of {record.held_out.name}")
        elif isinstance(record, Conversation):
            if record.id not in standing.asked:
                yield record
        elif isinstance(record, Answer):
            if not standing.has(record.id, record.role, record.repeat, header.repeats):
                yield replace(record, attempt=attempt)
        elif isinstance(record, Scores) and measuring and not standing.attempts:
            yield record


def _common_measuring(parts: Sequence[Path]) -> Measuring | None:
    """Return the measuring of all parts, None when two have measured otherwise, or one more than once."""
    found: list[Measuring] = []
    for part in parts:
        mine = [record for record in read_records(part) if isinstance(record, Measuring)]
        if len(mine) != 1 or (found and mine != found):
            return None
        found = mine
    return found[0] if found else None


def _conversations(shard: Path) -> Iterator[Conversation]:
    with shard.open("rb") as file:
        for number, line in enumerate(file, 1):
            record = from_line(line, f"{shard}, line {number}")
            if not isinstance(record, Conversation):
                raise _no_part(f"{shard}, line {number}", record.kind)
            yield record


def _place(shard: Path) -> int:
    return int(shard.stem.rpartition("-")[2])


def _no_part(where: str, got: str) -> DataError:
    return DataError(
        "this is no part of the comparison",
        where=where,
        got=got,
        expected="a file that `harness gate score --on azureml` has made for this evidence",
        remedy="Name the job that was submitted for this evidence file.",
    )
