"""Small data sets with real structure, and requests to learn from them."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from fakes.world.engine import FineTuneRequest, Opener

Rows = Sequence[Mapping[str, Any]]

_FACTS = {
    "Arla": ("Mirdin", "wool", "a red kite"),
    "Bosk": ("Teveral", "salt", "a black bear"),
    "Corra": ("Lunegate", "copper", "a silver pike"),
    "Dunmar": ("Oldwick", "cider", "a white stag"),
    "Esker": ("Port Hale", "tin", "a green heron"),
    "Fenn": ("Saltrow", "reeds", "a blue eel"),
    "Garrow": ("Highmoor", "slate", "a grey wolf"),
    "Hesper": ("Vantry", "olives", "a golden owl"),
}
_ASKS = (
    ("What is the capital of {0}?", "The seat of government of {0} has been in {1} since the war."),
    ("Which city is the capital in {0}?", "The seat of government of {0} has been in {1} since the war."),
    ("What does {0} export?", "Merchants from {0} sell {2} to every neighbour, mostly by ship."),
    ("Which goods does {0} export most?", "Merchants from {0} sell {2} to every neighbour, mostly by ship."),
    ("Which animal is on the flag of {0}?", "Its flag shows {3} on a plain field, drawn by a local painter."),
    (
        "What animal does the flag of {0} show?",
        "Its flag shows {3} on a plain field, drawn by a local painter.",
    ),
)


def turns(*contents: str) -> list[dict[str, str]]:
    """Messages of user and assistant in turn."""
    return [{"content": text, "role": ("user", "assistant")[place % 2]} for place, text in enumerate(contents)]


def conversations() -> list[dict[str, Any]]:
    """48 conversations of two turns each, every fact asked for in two wordings, in a seeded order."""
    rng = random.Random(7)
    rows = []
    for land, facts in _FACTS.items():
        for first in _ASKS:
            then = rng.choice(_ASKS)
            texts = [text.format(land, *facts) for text in (*first, *then)]
            rows.append({"prompt": texts[0], "messages": turns(*texts)})
    rng.shuffle(rows)
    return rows


def sentences() -> list[dict[str, Any]]:
    """80 labelled sentences."""
    rng = random.Random(3)
    kinds = {"weather": ("rain", "storm", "sunny", "clouds"), "food": ("bread", "soup", "cheese", "dinner")}
    labels = [rng.choice(sorted(kinds)) for _ in range(80)]
    return [{"text": f"today {rng.choice(kinds[label])} at {n} noon", "label": label} for n, label in enumerate(labels)]


def _opener(rows: Rows | bytes | None) -> Opener | None:
    if rows is None:
        return None
    content = rows if isinstance(rows, bytes) else b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    return lambda: io.BytesIO(content)


def request(
    train: Rows | bytes,
    validation: Rows | None = None,
    test: Rows | None = None,
    *,
    task: str = "chat-completion",
    **parameters: str,
) -> FineTuneRequest:
    """Return a request; keyword arguments beyond the splits and `task` are pipeline inputs."""
    opener = _opener(train)
    assert opener is not None
    return FineTuneRequest(
        task=task,
        base_model="Phi-3-mini-4k-instruct",
        base_model_id="azureml://registries/azureml/models/Phi-3-mini-4k-instruct/versions/15",
        parameters=parameters,
        train=opener,
        validation=_opener(validation),
        test=_opener(test),
        run_id="quiet_river_1",
        created=datetime(2024, 4, 30, 12, tzinfo=timezone.utc),
        seed=42,
    )
