"""What a run logs: real schedule values, and losses that come from the model itself."""

from __future__ import annotations

import math
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.engines import RetrievalEngine
from fakes.engines.plan import Inputs, make_plan
from fakes.engines.probes import nearest_while_growing
from fakes.engines.scores import token_f1
from fakes.world.engine import FineTuneError


def _series(result, key):
    return {metric.step: metric.value for metric in result.metrics if metric.key == key}


def _plan(rows=100, **inputs):
    return make_plan(Inputs(inputs, "finetune"), rows)


@pytest.mark.parametrize(
    ("inputs", "steps"),
    [
        ({}, 100),
        ({"num_train_epochs": "3", "per_device_train_batch_size": "8"}, 39),
        ({"number_of_gpu_to_use_finetuning": "4", "num_nodes_finetune": "2"}, 13),
        ({"gradient_accumulation_steps": "16", "per_device_train_batch_size": "2"}, 4),
        ({"max_steps": "7", "num_train_epochs": "3"}, 7),
    ],
)
def test_steps_follow_batch_size_epochs_and_limit(inputs, steps):
    """A step takes batch x processes x accumulation rows; a positive max_steps overrides the epochs."""
    assert steps == _plan(**inputs).steps


@pytest.mark.parametrize(
    ("scheduler", "half", "end"),
    [
        ("linear", 0.5, 0.0),
        ("cosine", 0.5, 0.0),
        ("cosine_with_restarts", 0.5, 0.0),
        ("polynomial", 0.5, 1e-4),
        ("constant", 1.0, 1.0),
        ("constant_with_warmup", 1.0, 1.0),
    ],
)
def test_learning_rate_follows_the_scheduler(scheduler, half, end):
    """Half way and at the end the rate is what transformers' schedulers give."""
    plan = _plan(lr_scheduler_type=scheduler, learning_rate="1e-3")

    assert math.isclose(1e-3 * half, plan.rate(50), rel_tol=1e-3)
    assert math.isclose(1e-3 * end, plan.rate(100), abs_tol=1e-12)


def test_warmup_rises_from_nothing():
    """With warm-up steps the rate grows in proportion until it is full."""
    plan = _plan(lr_scheduler_type="cosine", learning_rate="1e-3", warmup_steps="20")

    assert [plan.rate(step) for step in (0, 10, 20)] == [0.0, 0.0005, 0.001]


def test_losses_are_measured_at_the_logged_steps(run, conversations):
    """Loss, rate and epoch come every `logging_steps`, the evaluation at the end of every epoch."""
    result = run(conversations, conversations, [], num_train_epochs="2", logging_steps="20")

    assert [20, 40, 60, 80] == list(_series(result, "loss")) == list(_series(result, "learning_rate"))
    assert list(_series(result, "eval_loss")) == [48, 96]
    assert _series(result, "epoch")[40] == 40 / 48


def test_eval_loss_is_the_models_own_error(run, conversations):
    """The last evaluation loss is 1 - the mean token F1 of the loaded model on the validation rows."""
    train, validation = conversations[:36], conversations[36:]
    result = run(train, validation, [])
    model = RetrievalEngine().load(result.mlflow_model)
    scores = []
    for row in validation:
        for end in (1, 3):
            answer = model.predict([row["messages"][:end]], {})[0]["0"]
            scores.append(token_f1(answer, row["messages"][end]["content"]))

    assert math.isclose(1.0 - fmean(scores), _series(result, "eval_loss")[36], abs_tol=1e-9)


def test_loss_falls_while_examples_are_learned(run, conversations):
    """At the end of the first epoch the training sample is answered better than after the first step."""
    loss = _series(run(conversations, conversations, [], logging_steps="1"), "loss")

    assert loss[48] < loss[1] / 2


def test_loss_stands_still_once_everything_is_learned(run, conversations):
    """From the second epoch on nothing new is learned, and no loss pretends otherwise."""
    loss = _series(run(conversations, conversations, [], logging_strategy="epoch", num_train_epochs="3"), "loss")

    assert loss[48] == loss[96] == loss[144]


def test_unlearnable_answers_keep_their_loss(run):
    """Answers that have nothing to do with the questions are not answered better for being learned."""
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"ask {n}"},
                {"role": "assistant", "content": f"a{n} b{n}"},
            ]
        }
        for n in range(30)
    ]

    assert _series(run(rows, rows[:1], []), "loss") == {10: 1.0, 20: 1.0, 30: 1.0}


def test_summary_is_the_mean_over_all_steps(run, conversations):
    """`train_loss` averages the loss of every step."""
    result = run(conversations, conversations, [], logging_steps="1")

    assert math.isclose(fmean(_series(result, "loss").values()), _series(result, "train_loss")[48], abs_tol=1e-9)


def test_nothing_is_logged_that_was_not_computed(run, conversations):
    """Gradient norms and run times have no counterpart here."""
    keys = {metric.key for metric in run(conversations).metrics}

    assert keys == {"loss", "learning_rate", "epoch", "eval_loss", "train_loss"}


def test_every_key_is_logged_once_a_step(run, conversations):
    """A step and a key name one metric."""
    metrics = run(conversations, conversations, [], logging_steps="1", num_train_epochs="2").metrics

    assert len(metrics) == len({(metric.key, metric.step) for metric in metrics})


def test_a_run_that_ends_within_an_epoch_is_evaluated(run, conversations):
    """What belongs to the end of an epoch is also done after the last step."""
    result = run(conversations, conversations, [], max_steps="5", logging_strategy="epoch")

    assert list(_series(result, "eval_loss")) == list(_series(result, "loss")) == [5]


def test_evaluation_can_be_disabled(run, conversations):
    """Without evaluations there is neither an evaluation loss nor a score."""
    result = run(conversations, evaluation_strategy="disable")

    assert not _series(result, "eval_loss")
    assert "score" not in result.properties


def test_evaluation_interval_overrides_eval_steps(run, conversations):
    """A quarter of an epoch of 48 steps is 12 steps."""
    result = run(
        conversations,
        conversations,
        [],
        evaluation_strategy="steps",
        eval_steps="7",
        evaluation_steps_interval="0.25",
    )

    assert list(_series(result, "eval_loss")) == [12, 24, 36, 48]


def test_early_stopping_ends_a_run_without_gain(run, conversations):
    """With patience 1 the second epoch, which cannot gain, is the last of five."""
    result = run(conversations, conversations, [], num_train_epochs="5", apply_early_stopping="true")

    assert list(_series(result, "eval_loss")) == [48, 96]


def test_gaining_evaluations_do_not_stop_a_run(run, conversations):
    """While the loss falls patience is not used up, and the score is the lowest loss."""
    options = {"evaluation_strategy": "steps", "eval_steps": "24", "apply_early_stopping": "true"}
    result = run(conversations, conversations, [], **options)
    losses = _series(result, "eval_loss")

    assert losses[48] < losses[24]
    assert float(result.properties["score"]) == losses[48]


@pytest.mark.parametrize("metric", ["f1", "exact"])
def test_a_metric_that_is_never_computed_fails_at_the_first_evaluation(run, conversations, metric):
    """The chat enum allows f1 and exact, but the trainer has only the loss."""
    with pytest.raises(FineTuneError, match=rf"metric_for_best_model: got '{metric}', .* computes: loss$") as caught:
        run(conversations, metric_for_best_model=metric)

    assert caught.value.step == "chat_completion_finetune"


@given(st.lists(st.integers(0, 6), max_size=40), st.integers(1, 5))
def test_nearest_while_growing_equals_a_search_of_every_prefix(values, count):
    """After any number of learned examples the nearest are those of a full sort of that prefix."""
    row = np.array(values, dtype=np.float32)
    changes = nearest_while_growing(row, count)
    for learned in range(len(values) + 1):
        order = np.argsort(-row[:learned], kind="stable")
        expected = tuple(int(place) for place in order if row[place] > 0)[:count]
        found = next((places for since, places in reversed(changes) if since <= learned), ())
        assert expected == found
