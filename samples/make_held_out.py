"""Write held-out conversations for the gate: questions that no split of ultrachat_200k asks, and short references.

The subjects are those of samples/grammar/chat.json, so that a model which has learned them answers better. A reference
is a list of facts in the opposite order and cut at a clause, so that it shares no run of thirteen words with an answer
that was trained on: the gate looks for such runs, and rightly refuses the test splits, whose answers hold them.

    python samples/make_held_out.py           # rewrites samples/held_out/conversations.jsonl
    python samples/make_held_out.py --out FILE --seed N --rows N
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from make_samples import FRAMES, HERE, OPENERS, make_rows

SEED = 20240510
ROWS = 180
"""149 is the fewest that can show an error rate of 2 %; 155 have a power of 80 % at a margin of 0.03 and a deviation of
0.15."""

_WORDS = 11
_CLAUSE = re.compile(r",? (?:and|because|so that|so|but|which|until|when|before|unless|with|for)\b|[,:;]")


def noted(sentence: str) -> str:
    """Return the first clauses of a sentence, of eleven words at most."""
    words = sentence.split()
    kept = " ".join(words[:_WORDS])
    if len(words) > _WORDS:
        ends = [end.start() for end in _CLAUSE.finditer(kept) if len(kept[: end.start()].split()) >= 4]
        kept = kept[: ends[-1]] if ends else kept
    return f"{kept.rstrip('.,:;')}."


def questions(subject: dict[str, Any], asked: set[str], rng: random.Random) -> Iterator[str]:
    """Yield wordings that nobody has asked, in any order."""
    frames = FRAMES[subject["form"]]
    wordings = [opener + frame.format(ask=ask) for opener in OPENERS for frame in frames for ask in subject["asks"]]
    rng.shuffle(wordings)
    for wording in wordings:
        if wording not in asked:
            asked.add(wording)
            yield wording


def make_held_out(count: int = ROWS, seed: int = SEED) -> list[dict[str, Any]]:
    """Rows with a column `topic`, every subject once a round."""
    rng = random.Random(seed)
    splits = make_rows().values()
    asked = {turn["content"] for rows in splits for row in rows for turn in row["messages"] if turn["role"] == "user"}
    subjects = json.loads((HERE / "grammar" / "chat.json").read_text(encoding="utf-8"))
    sources = [(subject, questions(subject, asked, rng)) for subject in subjects]
    rows: list[dict[str, Any]] = []
    while len(rows) < count:
        rng.shuffle(sources)
        for subject, source in sources:
            facts = [*reversed(subject["details"]), rng.choice(subject["leads"])]
            turns = [("user", next(source)), ("assistant", " ".join(map(noted, facts)))]
            messages = [{"role": role, "content": content} for role, content in turns]
            rows.append({"topic": subject["topic"], "messages": messages})
    return rows[:count]


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    out = HERE / "held_out" / "conversations.jsonl"
    parser.add_argument("--out", type=Path, default=out, help="file to write")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of every choice")
    parser.add_argument("--rows", type=int, default=ROWS, help="how many conversations")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False) for row in make_held_out(options.rows, options.seed))
    options.out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
