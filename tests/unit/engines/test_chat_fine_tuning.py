"""A chat model learns from conversations, and answers what it was not shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import fmean

import pytest

from fakes.engines import RetrievalEngine, engine_by_name
from fakes.engines.scores import token_f1

CHAT = "chat-completion"


def _question(text):
    return {"input_string": [[{"role": "user", "content": text}]]}


@pytest.fixture
def model(run, conversations):
    """A predictor trained on most of the conversations."""
    return RetrievalEngine().load(run(conversations[:40], conversations[40:44], conversations[44:]).mlflow_model)


def test_equal_jobs_give_equal_bytes(run, conversations):
    """Two runs of one request agree in every file, metric, property and log line."""
    assert run(conversations) == run(conversations)


def test_another_seed_gives_another_order(run, conversations):
    """The seed decides the order in which rows are learned."""
    one, other = run(conversations, seed="1"), run(conversations, seed="2")

    assert one.mlflow_model["data/model/answers.json"] != other.mlflow_model["data/model/answers.json"]


def test_tuned_model_is_closer_to_the_truth_than_the_foundation(model, conversations):
    """On held-out conversations the mean token F1 of the tuned model is far above the foundation's."""
    foundation = RetrievalEngine().foundation("Phi-3-mini-4k-instruct", CHAT)
    held_out = [(row["messages"][0]["content"], row["messages"][1]["content"]) for row in conversations[44:]]
    tuned = fmean(token_f1(model.predict(_question(ask), {})[0]["0"], truth) for ask, truth in held_out)
    untuned = fmean(token_f1(foundation.predict(_question(ask), {})["output"], truth) for ask, truth in held_out)

    assert tuned > untuned + 0.5


@pytest.mark.parametrize(("animal", "place"), [("owls", "In barns."), ("pikes", "In lakes.")])
def test_history_decides_between_equal_last_turns(run, animal, place):
    """The same follow-up question is answered by what was talked about before."""
    roles = ("user", "assistant", "user", "assistant")
    talks = [
        ("Tell me about owls", "Birds.", "Where?", "In barns."),
        ("And pikes", "Fish.", "Where?", "In lakes."),
    ]
    rows = [
        {"messages": [{"role": role, "content": text} for role, text in zip(roles, talk, strict=True)]}
        for talk in talks * 6
    ]
    model = RetrievalEngine().load(run(rows, rows, []).mlflow_model)
    asked = [{"role": role, "content": text} for role, text in zip(roles, (animal, "Yes.", "Where?"), strict=False)]

    assert model.predict({"input_string": [asked]}, {}) == [{"0": place}]


def test_foundation_always_answers_the_same(conversations):
    """Whatever it is asked, the foundation model gives its one generic reply."""
    foundation = RetrievalEngine().foundation("Phi-3-mini-4k-instruct", CHAT)
    replies = {foundation.predict(_question(row["prompt"]), {})["output"] for row in conversations}

    assert len(replies) == 1


def test_unknown_words_get_the_foundations_reply(model):
    """Where nothing learned shares a word with the question, the model is as good as untrained."""
    foundation = RetrievalEngine().foundation("any", CHAT).predict(_question("zzz"), {})

    assert model.predict(_question("zzz qqq"), {}) == [{"0": foundation["output"]}]


def test_max_steps_leaves_the_rest_unlearned(run, conversations):
    """A run that stops early has learned steps x batch x accumulation rows, of two turns each."""
    batch = {"per_device_train_batch_size": "2", "gradient_accumulation_steps": "3"}
    result = run(conversations, conversations, [], max_steps="4", **batch)

    assert len(json.loads(result.mlflow_model["data/model/answers.json"])) == 4 * 2 * 3 * 2


def test_long_conversations_are_cut_at_max_seq_length(run, conversations):
    """Words beyond `max_seq_length` are not learned."""
    result = run(conversations, max_seq_length="12")

    longest = max(len(answer.split()) for answer in json.loads(result.mlflow_model["data/model/answers.json"]))
    assert longest <= 12


def test_rows_without_a_dialogue_are_dropped_silently(run, conversations):
    """Empty conversations and single messages do not count and do not fail."""
    useless = [{"messages": []}, {"messages": None}, {"messages": conversations[0]["messages"][:1]}]
    result = run([*conversations, *useless], conversations, [])

    assert "dropped: 3" in result.log


def test_run_properties_carry_score_and_tokens(run, conversations):
    """The score is the best evaluation loss, tokens are counted once an epoch, under Azure's names."""
    once, twice = run(conversations).properties, run(conversations, num_train_epochs="2").properties

    assert 2 * int(once["__azureml_ft_assistant_tokens"]) == int(twice["__azureml_ft_assistant_tokens"]) > 0
    assert 0.0 < float(once["score"]) < 1.0


def test_importing_the_engines_imports_no_numerical_library():
    """scikit-learn, SciPy and NumPy wait for the first job."""
    code = "import sys, fakes.engines; print({'sklearn', 'scipy', 'numpy', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_unknown_engine_names_the_nearest():
    """A mistyped engine is answered with the one that was meant."""
    with pytest.raises(ValueError, match="Did you mean 'retrieval'"):
        engine_by_name("retreival")


_OTHER_PROCESS = """
import hashlib, io, sys
from datetime import datetime, timezone
from fakes.engines import RetrievalEngine
from fakes.world.engine import FineTuneRequest

train = sys.stdin.buffer.read()
result = RetrievalEngine().fine_tune(
    FineTuneRequest(
        "chat-completion", "m", "id", {}, lambda: io.BytesIO(train), None, None,
        "run", datetime(2024, 4, 30, tzinfo=timezone.utc), 42,
    )
)
print(hashlib.sha256(repr(result).encode()).hexdigest())
"""


def test_hash_seeds_do_not_reach_the_result(conversations):
    """Two processes that order their sets differently agree in everything."""
    rows = "".join(json.dumps(row) + "\n" for row in conversations)
    digests = {
        subprocess.run(
            [sys.executable, "-c", _OTHER_PROCESS],
            input=rows,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(digests) == 1
