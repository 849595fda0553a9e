"""What is wrong with a job's data or settings: the rules are Azure's, the words our own."""

from __future__ import annotations

import json

import pytest

from fakes.engines.rows import cut_splits
from fakes.world.engine import FineTuneError

PREPROCESS = "chat_completion_datapreprocess"


def _failure(run, *splits, **options):
    with pytest.raises(FineTuneError) as caught:
        run(*splits, **options)
    return caught.value


@pytest.mark.parametrize(
    ("rows", "given", "expected"),
    [
        (100, (False, False), (80, 10, 10)),
        (100, (False, True), (80, 20, 7)),
        (100, (True, False), (80, 7, 20)),
        (100, (True, True), (100, 7, 7)),
        (13, (False, False), (10, 2, 1)),
    ],
)
def test_missing_splits_are_cut_off_the_training_rows(rows, given, expected):
    """80/10/10 with train alone, 80/20 with one other split, boundaries rounded to the nearest row."""
    other = [{"n": -1}] * 7
    cut = cut_splits([{"n": n} for n in range(rows)], *(other if is_given else None for is_given in given))

    assert expected == tuple(map(len, cut))


def test_cuts_are_slices_in_file_order():
    """Validation follows the training rows in the file, and test ends it."""
    cut = cut_splits([{"n": n} for n in range(20)], None, None)

    assert [part[0]["n"] for part in cut] == [0, 16, 18]


def test_too_few_training_rows(run, conversations):
    """Eleven rows leave nine to train on once validation is cut off."""
    error = _failure(run, conversations[:11])

    assert error.message.startswith("train data: got 9 usable training rows, expected at least 10. Add rows")
    assert (error.code, error.step) == ("UserError", PREPROCESS)


def test_thirteen_rows_are_enough_for_chat(run, conversations):
    """Ten of thirteen rows remain for training."""
    assert "train 10, validation 3" in run(conversations[:13], None, conversations[:1]).log


def test_other_tasks_need_fifty_rows(run, sentences):
    """A classifier wants fifty training rows."""
    options = {"task": "text-classification", "sentence1_key": "text", "label_key": "label"}
    error = _failure(run, sentences[:49], sentences, [], **options)

    assert "got 49 usable training rows, expected at least 50" in error.message
    assert error.step == "text_classification_datapreprocess"


def test_missing_messages_column(run):
    """The error names the file, its columns, and the column that is wanted."""
    error = _failure(run, [{"prompt": "x"}] * 20, train_file_path="azureml://train.jsonl")

    assert error.message == (
        "azureml://train.jsonl: got columns ['prompt'], expected ['messages'] among them. "
        "Spell the columns as the task and the job's inputs name them."
    )


def test_missing_key_column(run, sentences):
    """A column named by an input of a sibling pipeline must be there too."""
    error = _failure(run, sentences, task="text-classification", sentence1_key="sentence", label_key="label")

    assert "expected ['sentence', 'label'] among them." in error.message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"messages": [', "not valid JSON"),
        (b"[1]", "expected a JSON object, got list"),
        (b"\xff", "not valid JSON"),
    ],
)
def test_broken_line_is_named(run, conversations, line, reason):
    """A line that is no JSON object fails the job with its number, and the error says how a row is written."""
    good = "\n".join(json.dumps(row) for row in conversations).encode()
    error = _failure(run, good + b"\n" + line + b"\n")

    assert error.message.startswith(f"train data, line {len(conversations) + 1}: {reason}")
    assert error.message.endswith(". Write every row as one JSON object on a line of its own.")


def test_unreadable_tags_name_file_and_column(run):
    """A tag column that holds no list fails the preprocessing step."""
    rows = [{"tokens": ["a"], "tags": "O"}] * 80
    error = _failure(run, rows, task="token-classification", token_key="tokens", tag_key="tags", train_file_path="t")

    assert error.message == "t: tags: expected a list, got the text 'O'"
    assert (error.code, error.step) == ("UserError", "token_classification_datapreprocess")


@pytest.mark.parametrize("content", [b"", b"\n\n", b'{"messages": []}\n' * 20])
def test_no_usable_rows(run, content):
    """A file that holds nothing, or nothing usable, leaves no examples."""
    error = _failure(run, content)

    assert error.message.startswith("train data: nothing usable for the train split; expected rows with a value in")
    assert "['messages']" in error.message


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ("hello", "messages: expected a list of objects, got str"),
        (["hi", "ho"], "messages[0]: expected an object"),
        ([{"role": "user", "content": "x"}, {"role": "assistant"}], "messages[1].content: expected a string"),
    ],
)
def test_malformed_messages(run, conversations, messages, reason):
    """A conversation of the wrong form is named by its row."""
    error = _failure(run, [*conversations[:20], {"messages": messages}], conversations, [])

    assert error.message.startswith(f"train row 21 of those that are used: {reason}")


def test_no_assistant_tokens_after_truncation(run, conversations):
    """A `max_seq_length` that ends before every answer leaves nothing to learn."""
    error = _failure(run, conversations, max_seq_length="2")

    assert error.message.startswith("train data: got no answer to learn in 38 rows, expected at least one")
    assert "Raise max_seq_length" in error.message


def test_deepspeed_does_not_go_with_auto_find_batch_size(run, conversations):
    """The training step refuses the combination."""
    error = _failure(run, conversations, apply_deepspeed="true", auto_find_batch_size="true")

    assert error.message.startswith("apply_deepspeed, auto_find_batch_size: got true for both, expected at most one")
    assert error.step == "chat_completion_finetune"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("learning_rate", "fast", "learning_rate: expected a number, got 'fast'"),
        ("num_train_epochs", "1.5", "num_train_epochs: expected a whole number, got '1.5'"),
        ("max_seq_length", "long", "max_seq_length: expected a whole number, got 'long'"),
        ("precision", "8", "precision: expected 32 or 16, got '8'"),
        (
            "lr_scheduler_type",
            "cosin",
            "lr_scheduler_type: expected one of constant, constant_with_warmup, cosine, cosine_with_restarts, "
            "linear, polynomial, got 'cosin'",
        ),
    ],
)
def test_unreadable_setting_is_named(run, conversations, name, value, reason):
    """An input that is no number, or no known choice, is a user error that names it."""
    assert reason in _failure(run, conversations, **{name: value}).message


def test_unknown_task_is_refused(run, conversations):
    """The known task families are listed."""
    assert "chat-completion" in _failure(run, conversations, task="image-classification").message


def test_text_without_words_cannot_be_learned(run):
    """Questions of punctuation only end in a user error, not in scikit-learn's."""
    rows = [{"messages": [{"role": "user", "content": "?!"}, {"role": "assistant", "content": "Yes."}]}] * 20

    assert "Nothing to learn from the training data" in _failure(run, rows).message


def test_lone_surrogates_are_learned_like_any_text(run, conversations):
    """JSON may escape half of a surrogate pair; the model folder still can be written."""
    broken = {"messages": [{"role": "user", "content": "\ud83d x"}, {"role": "assistant", "content": "\udc00 y"}]}

    assert run([*conversations, broken], conversations, []).mlflow_model
