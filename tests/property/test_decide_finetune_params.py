"""Laws of the fine-tuning parameters: merging, fitting, and reading a model's defaults."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.decide.finetune_params import (
    FittedParameters,
    InputSpec,
    Scalar,
    fit_to_component,
    merge,
    parse_model_defaults,
    wire_value,
)
from harness.errors import ParameterError

CORPUS = json.loads(Path(__file__).with_name("defaults_corpus.json").read_text(encoding="utf-8"))
READABLE = [entry for entry in CORPUS if entry["values"] is not None]
MALFORMED = [entry for entry in CORPUS if entry["values"] is None]
NAMES = st.sampled_from(["learning_rate", "learning_rate_min", "apply_lora", "num_train_epochs", "seed", "x"])
SCALARS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.text())
PARAMETERS = st.dictionaries(NAMES, SCALARS)
FREE = {"learning_rate": InputSpec("string"), "apply_lora": InputSpec("string"), "seed": InputSpec("string")}
SPECS = st.one_of(
    st.just(InputSpec("string", enum=("true", "false"))),
    st.just(InputSpec("string", enum=("2", "3"))),
    st.just(InputSpec("integer", minimum=1)),
    st.just(InputSpec("number", minimum=0, maximum=1)),
)


CHAT = {
    "learning_rate": InputSpec("number", minimum=0),
    "num_train_epochs": InputSpec("integer", minimum=1),
    "apply_lora": InputSpec("string", enum=("true", "false")),
}


@pytest.mark.parametrize("entry", READABLE, ids=lambda entry: entry["kind"])
def test_every_known_spelling_of_defaults_is_read(entry: dict[str, Any]) -> None:
    """Each irregularity that models show gives the values it means, with their types."""
    read = parse_model_defaults(entry["tag"])

    assert read == entry["values"]
    assert [type(value) for value in read.values()] == [type(value) for value in entry["values"].values()]


@pytest.mark.parametrize("entry", MALFORMED, ids=lambda entry: entry["kind"])
def test_every_malformed_tag_of_defaults_is_refused(entry: dict[str, Any]) -> None:
    """A tag that is no flat dictionary is an error with a remedy, never an empty one."""
    with pytest.raises(ParameterError) as refused:
        parse_model_defaults(entry["tag"])

    assert refused.value.remedy


@given(PARAMETERS, PARAMETERS)
def test_the_user_has_the_last_word(model: dict[str, Scalar], user: dict[str, Scalar]) -> None:
    """Nothing that a model says changes what the user said, and nothing that nobody said appears."""
    merged = merge({}, model, user)

    assert {name: merged[name] for name in user} == user
    assert set(merged) == set(model) | set(user)


@given(st.integers(min_value=1, max_value=10**9), st.floats(min_value=0, max_value=1), st.booleans())
def test_everything_is_text_on_the_wire(epochs: int, rate: float, lora: bool) -> None:
    """Numbers go as Python writes them, booleans as the component spells them, and all of it as text."""
    given_values = {"num_train_epochs": epochs, "learning_rate": rate, "apply_lora": lora}
    fitted = fit_to_component(given_values, CHAT)

    assert fitted == FittedParameters(
        {"num_train_epochs": str(epochs), "learning_rate": str(rate), "apply_lora": "true" if lora else "false"}
    )


@given(st.sampled_from([16, "16"]), st.sampled_from(["string", "integer", "number"]))
def test_a_number_and_its_text_are_one_on_the_wire(value: Scalar, kind: str) -> None:
    """Models write the same number both ways, and the component gets the same."""
    assert wire_value("precision", value, InputSpec(kind)) == "16"


@given(PARAMETERS, PARAMETERS, PARAMETERS)
def test_merging_is_idempotent_and_ordered(
    defaults: dict[str, Scalar], model: dict[str, Scalar], user: dict[str, Scalar]
) -> None:
    """Merging again changes nothing, and each name has the value of the strongest layer that has it."""
    merged = merge(defaults, model, user)

    assert merge(merged, model, user) == merged
    for name, value in merged.items():
        assert value == next(layer[name] for layer in (user, model, defaults) if name in layer)


@given(PARAMETERS)
def test_fitting_keeps_or_drops_every_parameter(parameters: dict[str, Scalar]) -> None:
    """A parameter is sent or dropped with one warning that names it, never both and never neither."""
    fitted = fit_to_component(parameters, FREE)

    assert set(fitted.values) | set(fitted.dropped) == set(parameters)
    assert not set(fitted.values) & set(fitted.dropped)
    assert [warning.split()[0] for warning in fitted.warnings] == list(fitted.dropped)


@given(PARAMETERS)
def test_fitting_is_idempotent(parameters: dict[str, Scalar]) -> None:
    """What has been fitted fits, unchanged."""
    once = fit_to_component(parameters, FREE).values

    assert fit_to_component(once, FREE, strict=True).values == once


@given(SCALARS, SPECS)
def test_accepted_value_is_one_that_the_component_takes(value: Scalar, spec: InputSpec) -> None:
    """Whatever passes the check obeys enum, minimum and maximum as wire text."""
    try:
        text = wire_value("p", value, spec)
    except ParameterError:
        return
    assert text in spec.enum or not spec.enum
    if not spec.enum:
        assert (spec.minimum or 0) <= float(text) <= (spec.maximum or float("inf"))


@given(st.floats(min_value=1e-9, max_value=1))
def test_number_keeps_its_value_over_the_wire(value: float) -> None:
    """A learning rate arrives as the number it was."""
    assert float(wire_value("learning_rate", value, InputSpec("number"))) == value


@given(st.dictionaries(st.text(), SCALARS))
def test_python_and_json_spell_the_same_defaults(defaults: dict[str, Scalar]) -> None:
    """A model's defaults read the same from either spelling."""
    assert parse_model_defaults(repr(defaults)) == parse_model_defaults(json.dumps(defaults)) == defaults


@given(st.text(max_size=200))
def test_any_text_is_a_dictionary_or_an_error(tag: str) -> None:
    """Whatever the tag holds, reading it ends with a dictionary or with a ParameterError."""
    with suppress(ParameterError):
        assert isinstance(parse_model_defaults(tag), dict)
