"""Write the sample conversations in the layout of ultrachat_200k: four parquet splits and a card.

The conversations are composed from samples/grammar/chat.json and samples/arithmetic.py. The same questions,
worded differently and answered with the same facts, occur in every split; no question occurs twice.

    python samples/make_samples.py            # rewrites samples/ultrachat_200k
    python samples/make_samples.py --out DIR --seed N
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from arithmetic import EXERCISES, Dialogue

HERE = Path(__file__).parent
SEED = 20240423
SPLIT_ROWS = {"train_sft": 240, "test_sft": 60, "train_gen": 160, "test_gen": 60}

SCHEMA = pa.schema(
    [
        ("prompt", pa.string()),
        ("prompt_id", pa.string()),
        ("messages", pa.list_(pa.struct([("content", pa.string()), ("role", pa.string())]))),
    ]
)

FRAMES = {
    "how": (
        "How do I {ask}?",
        "What is the best way to {ask}?",
        "Could you explain how to {ask}?",
        "I would like to {ask}. Where do I start?",
        "Is there a reliable way to {ask}?",
        "My neighbour asked me how to {ask}. What should I say?",
        "I have never managed to {ask}. What should I do differently?",
    ),
    "why": (
        "Can you explain why {ask}?",
        "Why is it that {ask}?",
        "I have always wondered why {ask}. Do you know?",
        "My daughter wants to know why {ask}. What should I tell her?",
        "What is the reason that {ask}?",
        "Could you tell me in simple words why {ask}?",
        "We were discussing why {ask}. What is the right explanation?",
    ),
    "what": (
        "What is {ask}?",
        "Can you tell me something about {ask}?",
        "I keep reading about {ask}. What does it mean?",
        "How would you describe {ask} to a beginner?",
        "Please explain {ask} in a few sentences.",
        "What should I know about {ask}?",
        "I have never understood {ask}. Can you help?",
    ),
    "write": (
        "Write {ask}.",
        "Please help me write {ask}.",
        "Can you draft {ask} for me?",
        "I need {ask}. Could you write it?",
        "How would you word {ask}?",
        "Give me an example of {ask}.",
        "I am looking for the right words for {ask}.",
    ),
}
OPENERS = (
    "",
    "",
    "",
    "Hello! ",
    "Good morning. ",
    "I am a beginner, so please keep it simple. ",
    "Hi there 👋 ",
)
LINKS = ("", "", "Thank you. ", "That helps. ", "Good to know. ", "Merci ! ")
# Never after a letter, which ends with its signature.
CLOSINGS = ("", "", " Tell me if you would like more detail.", " I hope this helps.", " Good luck!")

Message = dict[str, str]


def compose(subject: dict[str, Any], rng: random.Random) -> Dialogue:
    """One wording of the subject's question with an answer that keeps its facts."""
    question = rng.choice(FRAMES[subject["form"]]).format(ask=rng.choice(subject["asks"]))
    details = list(subject["details"])
    if subject["form"] == "write":
        body = [*sorted(rng.sample(details[:-1], 2), key=details.index), details[-1]]
        answer = "\n\n".join([rng.choice(subject["leads"]), *body])
    else:
        body = sorted(rng.sample(details, rng.choice((2, 3, 3, 4))), key=details.index)
        answer = " ".join([rng.choice(subject["leads"]), *body])
    follow = tuple((question, answer) for question, answer in subject["follow"])
    return Dialogue(question, answer, follow)


def dialogues(rng: random.Random) -> Iterator[Dialogue]:
    """Dialogues without end, every subject once a round, no question a second time."""
    subjects = json.loads((HERE / "grammar" / "chat.json").read_text(encoding="utf-8"))

    makers: list[Callable[[random.Random], Dialogue]] = [*(partial(compose, s) for s in subjects), *EXERCISES]
    asked: set[str] = set()
    while True:
        rng.shuffle(makers)
        for make in makers:
            dialogue = make(rng)
            while dialogue.question in asked:
                dialogue = make(rng)
            asked.add(dialogue.question)
            yield dialogue


def messages_of(dialogue: Dialogue, rng: random.Random, *, ends_with_user: bool) -> list[Message]:
    """Turns of user and assistant; without the last answer when the row ends with the user."""
    follow = rng.sample(dialogue.follow, rng.randint(1 if ends_with_user else 0, len(dialogue.follow)))
    turns = [(rng.choice(OPENERS) + dialogue.question, dialogue.answer)]
    turns += [(rng.choice(LINKS) + question, answer) for question, answer in follow]
    messages = []
    for question, answer in turns:
        messages.append({"content": question, "role": "user"})
        closing = "" if "\n\n" in answer else rng.choice(CLOSINGS)
        messages.append({"content": answer + closing, "role": "assistant"})
    return messages[:-1] if ends_with_user else messages


def make_rows(seed: int = SEED) -> dict[str, list[dict[str, Any]]]:
    """Rows by split. `gen` rows end with the user as often as with the assistant, `sft` rows never."""
    rng = random.Random(seed)
    source = dialogues(rng)
    rows: dict[str, list[dict[str, Any]]] = {}
    for split, count in SPLIT_ROWS.items():
        rows[split] = []
        for number in range(count):
            ends_with_user = split.endswith("_gen") and number % 2 == 1
            messages = messages_of(next(source), rng, ends_with_user=ends_with_user)
            prompt = messages[0]["content"]
            prompt_id = hashlib.sha256(prompt.encode()).hexdigest()
            rows[split].append({"prompt": prompt, "prompt_id": prompt_id, "messages": messages})
    return rows


def card(rows: dict[str, list[dict[str, Any]]]) -> str:
    """The data set card; its `configs:` block names the file of each split."""
    files = "\n".join(f"  - split: {split}\n    path: data/{split}-*" for split in rows)
    table = "\n".join(f"| {split} | {len(rows[split])} |" for split in rows)
    return (
        "---\nlanguage:\n- en\npretty_name: Sample conversations\nconfigs:\n- config_name: default\n"
        f"  data_files:\n{files}\n---\n\n"
        "# Sample conversations\n\n"
        "Small conversations in the layout of HuggingFaceH4/ultrachat_200k: `prompt`, `prompt_id`\n"
        "(SHA-256 of the prompt) and `messages` with `content` and `role`. They are original text, composed\n"
        "by `samples/make_samples.py` from `samples/grammar/chat.json`; run it again for the same rows.\n"
        "`gen` rows end with the user as often as with the assistant, `sft` rows with the assistant.\n\n"
        f"| split | rows |\n|---|---|\n{table}\n"
    )


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE / "ultrachat_200k", help="folder to write")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of every choice")
    options = parser.parse_args()
    rows = make_rows(options.seed)
    data = options.out / "data"
    data.mkdir(parents=True, exist_ok=True)
    for split, of_split in rows.items():
        table = pa.Table.from_pylist(of_split, schema=SCHEMA)
        pq.write_table(table, data / f"{split}-00000-of-00001.parquet", compression="zstd")
    (options.out / "README.md").write_text(card(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
