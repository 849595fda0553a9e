"""Write the sample rows of the tasks beside chat completion: samples/<task>/{train,validation,test}.jsonl.

Rows are composed from samples/grammar/siblings.json; no row occurs twice. Columns are those of the data sets
that Azure ML's own notebooks use for the task, except where a public set has none.

    python samples/make_sibling_samples.py    # rewrites samples/<task>/
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED = 20240423
SPLIT_ROWS = {"train": 120, "validation": 30, "test": 30}

Row = dict[str, Any]
Grammar = dict[str, Any]


def columns_row(grammar: Grammar, rng: random.Random) -> Row:
    """A template of columns; a slot holds the same value in each, or one value a column."""
    chosen = {slot: rng.choice(values) for slot, values in grammar["slots"].items()}
    template = rng.choice(grammar["templates"])

    def of(column: str) -> dict[str, str]:
        return {s: value[column] if isinstance(value, dict) else value for s, value in chosen.items()}

    return {column: text.format(**of(column)) for column, text in template.items()}


def token_row(grammar: Grammar, rng: random.Random) -> Row:
    """Tokens, and their tags as the text of a JSON list: the form that the component documents."""
    tokens, tags = [], []
    used: set[str] = set()
    for part in rng.choice(grammar["templates"]).split():
        slot = re.fullmatch(r"\{([A-Z]+)2?\}", part)
        if slot is None:
            tokens.append(part)
            tags.append("O")
            continue
        name = rng.choice([n for n in grammar["slots"][slot[1]] if n not in used])
        used.add(name)
        words = name.split()
        tokens += words
        tags += [f"B-{slot[1]}", *[f"I-{slot[1]}"] * (len(words) - 1)]
    return {"tokens": tokens, "ner_tags_str": json.dumps(tags)}


def question_row(grammar: Grammar, rng: random.Random) -> Row:
    """A question in the layout of SQuAD, whose answer is a slot of the context."""
    chosen = {slot: rng.choice(values) for slot, values in grammar["slots"].items()}
    template = rng.choice(grammar["templates"])
    question, slot = rng.choice(template["questions"])
    start = len(template["context"].split(f"{{{slot}}}")[0].format(**chosen))
    return {
        "title": template["title"],
        "context": template["context"].format(**chosen),
        "question": question.format(**chosen),
        "answers": {"text": [chosen[slot]], "answer_start": [start]},
    }


TASKS: dict[str, Callable[[Grammar, random.Random], Row]] = {
    "text-classification": columns_row,
    "token-classification": token_row,
    "question-answering": question_row,
    "summarization": columns_row,
    "translation": columns_row,
    "text-generation": columns_row,
}


def make_rows(task: str, seed: int = SEED) -> dict[str, list[Row]]:
    """Rows by split."""
    grammars = json.loads((HERE / "grammar" / "siblings.json").read_text(encoding="utf-8"))
    rng = random.Random(f"{seed} {task}")
    drawn: dict[str, Row] = {}
    while len(drawn) < sum(SPLIT_ROWS.values()):
        row = TASKS[task](grammars[task], rng)
        drawn.setdefault(json.dumps(row, ensure_ascii=False), row)
    rows = iter(drawn.values())
    return {split: [next(rows) for _ in range(count)] for split, count in SPLIT_ROWS.items()}


def main() -> None:
    """Write the folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE, help="folder that gets one folder a task")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of every choice")
    options = parser.parse_args()
    for task in TASKS:
        folder = options.out / task
        folder.mkdir(parents=True, exist_ok=True)
        for split, rows in make_rows(task, options.seed).items():
            lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / f"{split}.jsonl").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
