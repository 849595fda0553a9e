"""The six sibling tasks: what they learn, answer and log."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from fakes.engines import RetrievalEngine
from fakes.engines.example import Neighbour
from fakes.engines.tasks import TASKS, task_by_name
from fakes.world.engine import ScoringError

_NAMES = ("Ada Brandt", "Omar Haddad", "Mei Lin", "Zoe Marchand", "Ilse Vang")
_TOWNS = ("Corvale", "Luzmar", "Port Hale", "Alderbrook", "Quill")


def _stories(count=80):
    rng = random.Random(5)
    return [(rng.choice(_NAMES), rng.choice(_TOWNS), rng.randrange(1900, 2000)) for _ in range(count)]


def _tagged(name, town, year):
    tags = ["B-PER", "I-PER", "O", "O", *["B-LOC", "I-LOC"][: len(town.split())], "O", "O"]
    return {"tokens": [*name.split(), "moved", "to", *town.split(), "in", str(year)], "tags": tags}


def _asked(name, town, year):
    context = f"The museum of {town} was founded in {year} by {name}. It is closed on Mondays."
    question, answer = random.Random(name + town).choice(
        [
            (f"In which year was the museum of {town} founded?", str(year)),
            (f"Who founded the museum of {town}?", name),
        ]
    )
    return {
        "question": question,
        "context": context,
        "answers": {"text": [answer], "answer_start": [context.index(answer)]},
    }


CASES = {
    "text-classification": (
        {"sentence1_key": "text", "label_key": "kind"},
        lambda name, town, _: {"text": f"{name} in {town}", "kind": town},
        {"input_string": ["Somebody in Luzmar"]},
        "Luzmar",
        {"accuracy", "f1_macro", "mcc", "precision_macro", "recall_macro"},
    ),
    "token-classification": (
        {"token_key": "tokens", "tag_key": "tags"},
        _tagged,
        {"input_string": ["Omar Vang moved to Port Hale"]},
        "['B-PER', 'I-PER', 'O', 'O', 'B-LOC', 'I-LOC']",
        {"precision", "recall", "f1", "accuracy"},
    ),
    "question-answering": (
        {
            "question_key": "question",
            "context_key": "context",
            "answers_key": "answers",
            "answer_start_key": "answer_start",
            "answer_text_key": "text",
        },
        _asked,
        {
            "columns": ["question", "context"],
            "index": [0],
            "data": [["Who founded the school?", "The school of Fenn was founded in 1950 by Jo Blunt. It is big."]],
        },
        "Jo Blunt",
        {"exact", "f1"},
    ),
    "summarization": (
        {"document_key": "document", "summary_key": "summary"},
        lambda name, town, year: {
            "document": f"In {year} {name} came to {town}.\nIt rained.",
            "summary": f"{name} to {town}.",
        },
        {"input_string": ["In 2024 Mei Lin came to Luzmar. It snowed."]},
        "Mei Lin to Luzmar.",
        {"rouge1", "rouge2", "rougeL", "rougeLsum"},
    ),
    "translation": (
        {"source_lang": "en", "target_lang": "de"},
        lambda name, town, _: {"en": f"{name} lives in {town}", "de": f"{name} wohnt in {town}"},
        {"input_string": ["Ada Brandt lives in Quill"]},
        "Ada Brandt wohnt in Quill",
        {"bleu"},
    ),
    "text-generation": (
        {"text_key": "text", "ground_truth_key": "truth"},
        lambda name, town, _: {"text": f"{name} of {town}:", "truth": f"hello {name}"},
        {"input_string": ["Mei Lin of Quill:"]},
        "Mei Lin of Quill: hello Mei Lin",
        set(),
    ),
}


@pytest.fixture(params=sorted(CASES))
def case(request, run):
    """A task's name, its tuned job, a request, the expected text and its metrics."""
    parameters, make, question, answer, metrics = CASES[request.param]
    result = run([make(*story) for story in _stories()], task=request.param, **parameters)
    return request.param, result, question, answer, metrics


def test_every_task_has_a_case():
    """No task family goes untested."""
    assert set(TASKS) == {*CASES, "chat-completion"}


def test_tuned_model_answers_in_the_tasks_shape(case):
    """One record with column 0, holding the text that the training rows lead to."""
    _, result, question, answer, _ = case

    assert RetrievalEngine().load(result.mlflow_model).predict(question, {}) == [{"0": answer}]


def test_foundation_answers_in_the_same_shape_but_badly(case):
    """The untuned model gives one record, and not the right one."""
    task, _, question, answer, _ = case
    (record,) = RetrievalEngine().foundation("any", task).predict(question, {})

    assert list(record) == ["0"]
    assert record["0"] != answer


def test_evaluation_logs_the_tasks_metrics(case):
    """Beside the loss the trainer logs exactly what Azure's does for the task."""
    _, result, _, _, metrics = case
    logged = {metric.key for metric in result.metrics if metric.key.startswith("eval_")}

    assert logged == {"eval_loss", *(f"eval_{name}" for name in metrics)}


def test_evaluation_is_better_than_chance(case):
    """What is logged at the end belongs to a model that has learned something."""
    _, result, _, _, _ = case

    assert next(metric.value for metric in result.metrics if metric.key == "eval_loss") < 0.5


def test_best_metric_gives_the_score(run, sentences):
    """With a metric other than the loss the score is the highest value of it."""
    options = {"task": "text-classification", "sentence1_key": "text", "label_key": "label"}
    result = run(sentences, metric_for_best_model="accuracy", **options)
    accuracy = next(metric.value for metric in result.metrics if metric.key == "eval_accuracy")

    assert result.properties["score"] == str(accuracy)


def test_text_without_ground_truth_is_continued(run):
    """Without a ground truth column a text's first half leads to its second."""
    rows = [{"text": f"once upon a time {name} went to {town}"} for name, town, _ in _stories(40)]
    model = RetrievalEngine().load(run(rows, rows, [], task="text-generation", text_key="text").mlflow_model)
    (record,) = model.predict({"input_string": ["once upon a time Mei"]}, {})

    assert record["0"].startswith("once upon a time Mei Lin went to")


def test_neighbours_vote_with_their_similarity():
    """Two fairly near examples outvote the nearest one."""
    votes = [Neighbour(0.6, "food"), Neighbour(0.4, "weather"), Neighbour(0.3, "weather")]

    assert task_by_name("text-classification", {}).reply(("x",), votes) == "weather"


def test_unknown_words_get_the_most_frequent_label(run, sentences):
    """A text that shares no word with the training rows gets their majority label."""
    options = {"task": "text-classification", "sentence1_key": "text", "label_key": "label"}
    rows = sorted(sentences, key=lambda row: row["label"])[:60]
    majority = Counter(row["label"] for row in rows).most_common(1)[0][0]
    model = RetrievalEngine().load(run(rows, sentences, [], **options).mlflow_model)

    assert model.predict(["zzz"], {}) == [{"0": majority}]


def test_rows_with_a_null_are_dropped(run, sentences):
    """A row counts only when all its columns are filled."""
    options = {"task": "text-classification", "sentence1_key": "text", "label_key": "label"}
    result = run([*sentences, {"text": "rain", "label": None}, {"label": "food"}], sentences, [], **options)

    assert "train 80," in result.log


def test_words_of_the_question_are_no_answer(run):
    """Of two places that look alike the one that repeats the question is passed over."""
    parameters, make = CASES["question-answering"][:2]
    rows = [make(*story) for story in _stories()]
    model = RetrievalEngine().load(run(rows, task="question-answering", **parameters).mlflow_model)
    context = "It stands by old museum. It was founded by Jo Blunt."
    asked = {"question": "Who founded the old museum?", "context": context}

    assert model.predict([asked], {}) == [{"0": "Jo Blunt"}]


def test_misnamed_column_is_refused(run, sentences):
    """A table without the column that the signature names is refused where mlflow refuses it."""
    options = {"task": "text-classification", "sentence1_key": "text", "label_key": "label"}
    model = RetrievalEngine().load(run(sentences, **options).mlflow_model)
    accepted = r"expected columns \['text'\] or \['input_string'\], got \['inputs'\]"
    with pytest.raises(ScoringError, match=accepted):
        model.predict({"inputs": ["x"]}, {})


def test_a_question_without_a_context_is_refused():
    """Question answering takes two columns; the error names both."""
    foundation = RetrievalEngine().foundation("any", "question-answering")
    with pytest.raises(ScoringError, match=r"columns \['context', 'question'\], or two without names, got \['0'\]"):
        foundation.predict(["Who?"], {})


@pytest.mark.parametrize(
    ("input_data", "reason"),
    [
        ({"columns": ["a", "b"], "data": [[1]]}, "expected 2 values for columns"),
        ({"a": [1, 2], "b": [1]}, "expected columns of one length"),
        ([], "expected a non-empty list or table, got list"),
        (7, "expected a non-empty list or table, got int"),
        ([3], "expected a text, got 3"),
    ],
)
def test_tables_of_another_shape_are_refused(input_data, reason):
    """A request that is no table of texts is refused with what is wrong."""
    with pytest.raises(ScoringError, match=reason):
        RetrievalEngine().foundation("any", "summarization").predict(input_data, {})
