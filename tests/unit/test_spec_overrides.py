"""Overriding a spec key by key, as `--set key=value` does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.decide.tasks import TASKS, columns_of, scoring_request
from harness.errors import SpecError
from harness.spec import LifecycleSpec, load_spec

SPECS = sorted((Path(__file__).parents[2] / "samples" / "specs").glob("*.toml"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("2e-5", 2e-5), ("true", True), ("cosine", "cosine"), ("'1'", "1"), ("1\nb = 2", "1\nb = 2")],
)
def test_value_is_read_as_toml_and_else_as_text(text: str, value: object) -> None:
    """A number is a number, a bare word is text, and a value cannot smuggle in another key."""
    spec = LifecycleSpec().with_overrides({"finetune.parameters.p": text})

    assert spec.finetune.parameters == {"p": value}


def test_text_key_takes_a_number_as_it_is_written() -> None:
    """A version 1.10 is not the number 1.1."""
    assert LifecycleSpec().with_overrides({"model.version": "1.10"}).model.version == "1.10"
    assert LifecycleSpec().with_overrides({"finetune.inputs.source_lang": "1"}).finetune.inputs == {"source_lang": "1"}


def test_override_changes_one_key_of_a_table_and_leaves_the_spec_alone() -> None:
    """The other parameters stay, and the spec that was overridden is the same as before."""
    spec = LifecycleSpec()

    changed = spec.with_overrides({"score.parameters.top_p": "0.5"})

    assert changed.score.parameters == {**spec.score.parameters, "top_p": 0.5}
    assert spec == LifecycleSpec()


def test_later_layers_win() -> None:
    """What an option says wins over the file, and the file over the default."""
    spec = LifecycleSpec.model_validate({"data": {"percent": 10, "label": "mine"}})

    changed = spec.with_overrides({"data.percent": "20"})

    assert (changed.data.percent, changed.data.label, changed.data.source) == (
        20,
        "mine",
        "HuggingFaceH4/ultrachat_200k",
    )


def test_several_overrides_that_only_together_make_sense_are_taken_together() -> None:
    """Task and component can be set in one go."""
    spec = LifecycleSpec().with_overrides(
        {"finetune.task": "translation", "finetune.component": "translation_pipeline"}
    )

    assert spec.task.name == "translation"


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("finetune.paramters.x", "1", "there is no key finetune.paramters"),
        ("", "1", "there is no key"),
        ("data.percent", "many", "data.percent has a wrong value; got 'many'"),
        ("data.percent.x", "3", "data.percent has a wrong value"),
        ("data", "3", "data has a wrong value; got 3; expected a table"),
        ("score.seed", "[" * 50_000, "score.seed has a wrong value"),
        ("score.seed", "9" * 50_000, "score.seed has a wrong value"),
    ],
)
def test_wrong_override_is_refused_with_its_key(key: str, value: str, what: str) -> None:
    """An option is checked like a file, and the message stays short."""
    with pytest.raises(SpecError, match=what) as refused:
        LifecycleSpec().with_overrides({key: value})

    assert refused.value.where == "--set"
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_sample_spec_describes_its_task(path: Path) -> None:
    """Every sample spec loads and names its task, and its data hold a row that can be scored."""
    spec = load_spec(path)
    rows = Path(spec.data.source) / f"{spec.data.splits.score}.jsonl"

    assert spec.finetune.task == path.stem
    assert rows.parent.is_dir()
    if spec.task.payload != "messages":
        row = json.loads(rows.read_text(encoding="utf-8").splitlines()[0])
        assert set(columns_of(spec.task, spec.finetune.inputs)) <= set(row)
        assert scoring_request(spec.task, row, spec.finetune.inputs, spec.score.parameters).ground_truth


def test_every_task_has_a_sample_spec() -> None:
    """A lifecycle for each task of the registry is shown."""
    assert {path.stem for path in SPECS} == set(TASKS)
