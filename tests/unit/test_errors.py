"""The error tree: what a message says, which exit code it ends with, and what resembles what."""

from __future__ import annotations

import pickle

import pytest
from azure.core.exceptions import AzureError

from harness import errors

RAISED = [getattr(errors, name) for name in errors.__all__ if isinstance(getattr(errors, name), type)]


def test_message_holds_every_part_in_reading_order() -> None:
    """A message says where, what, got, expected, nearest and the remedy, in this order."""
    error = errors.SpecError(
        "there is no key x", where="a.toml", got="1", expected="y", nearest=["y", "z"], remedy="Correct it."
    )

    assert str(error) == "a.toml: there is no key x; got 1; expected y; nearest: y, z. Correct it."


def test_message_leaves_out_what_is_unknown() -> None:
    """Parts that were not given leave no trace in the message."""
    assert str(errors.JobFailed("the job failed")) == "the job failed"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.ParameterError, 2),
        (errors.ComputeNotAllowed, 2),
        (errors.EnvironmentMissing, 3),
        (errors.Unfinished, 1),
        (errors.VerdictNo, 1),
        (errors.Interrupted, 4),
        (errors.LeftBehind, 1),
    ],
)
def test_exit_code_follows_the_branch(kind: type[errors.HarnessError], code: int) -> None:
    """Wrong use ends with 2, a poor environment with 3, a failure or a no with 1, an interruption with 4."""
    assert kind("x").exit_code == code


@pytest.mark.parametrize("kind", RAISED)
def test_no_error_is_one_that_azure_core_retries(kind: type[Exception]) -> None:
    """Every error is a HarnessError and none is an AzureError, which azure-core would retry."""
    assert issubclass(kind, errors.HarnessError)
    assert not issubclass(kind, AzureError)


@pytest.mark.parametrize("kind", RAISED)
def test_tree_in_the_docstring_is_complete(kind: type[Exception]) -> None:
    """The docstring draws every class of the module."""
    assert f" {kind.__name__} " in str(errors.__doc__)


def test_error_survives_a_process_boundary() -> None:
    """An error keeps its parts when a worker process sends it back."""
    error = errors.DataError("bad row", where="f.jsonl line 3", nearest=["messages"])

    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    ("value", "candidates", "expected"),
    [
        ("paramters", ["inputs", "parameters"], "parameters"),
        ("STANDARD_NC6S_V3", ["Standard_ND40rs_v2", "Standard_NC6s_v3"], "Standard_NC6s_v3"),
        ("chat", ["translation", "chat-completion"], "chat-completion"),
    ],
)
def test_nearest_puts_the_most_similar_first(value: str, candidates: list[str], expected: str) -> None:
    """The candidate most like the value comes first, whatever the case, in the candidates' own spelling."""
    assert errors.nearest(value, candidates)[0] == expected


def test_nearest_of_nothing_similar_is_nothing() -> None:
    """A value that resembles no candidate gets no suggestion."""
    assert errors.nearest("qqqq", ["parameters", "inputs"]) == ()


def test_excerpt_is_bounded() -> None:
    """A value of any length takes at most the limit in a message."""
    assert len(errors.excerpt("x" * 10_000, limit=50)) == 50


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (None, "null"),
        (True, "true"),
        ("it's", '"it\'s"'),
        ({"a": [None, False, 1, 1.5, "x"], "b": ()}, "{'a': [null, false, 1, 1.5, 'x'], 'b': []}"),
        ([[[[[[[[[1]]]]]]]]], "[[[[[[[[...]]]]]]]]"),
        ("x" * 200, "'" + "x" * 116 + "..."),
    ],
)
def test_excerpt_is_as_data_spell_it(value: object, typed: str) -> None:
    """A value is shown as TOML and JSON have it, cut where it is long or deep."""
    assert errors.excerpt(value) == typed
