"""The pipelines that the registries hold in each era."""

from __future__ import annotations

import re

import pytest

from fakes.catalogue import ERAS, RegistryComponent, load_catalogue

CHAT = "chat_completion_pipeline"
FINE_TUNING = {
    CHAT: "chat-completion",
    "text_classification_pipeline": "text-classification",
    "token_classification_pipeline": "token-classification",
    "question_answering_pipeline": "question-answering",
    "summarization_pipeline": "summarization",
    "translation_pipeline": "translation",
    "text_generation_pipeline": "text-generation",
}
BINDING = re.compile(r"\$\{\{parent\.(inputs|outputs|jobs)\.(\w+)")


def _components(era: str, registry: str = "azureml") -> list[RegistryComponent]:
    return [component for component in load_catalogue(era).components if component.registry == registry]


def _latest(era: str, name: str = CHAT, registry: str = "azureml") -> RegistryComponent:
    named = [component for component in _components(era, registry) if component.name == name]
    return max(named, key=lambda component: component.created)


@pytest.mark.parametrize("registry", ["azureml", "azureml-meta"])
@pytest.mark.parametrize(
    ("era", "version"),
    [("2024-04", "0.0.42"), ("2024-12", "0.0.60"), ("2025-03", "0.0.68"), ("2026-07", "0.0.82")],
)
def test_the_newest_created_pipeline(era: str, version: str, registry: str) -> None:
    """label=latest resolves to the version that stood when the era opened, in both registries."""
    assert version == _latest(era, registry=registry).version


@pytest.mark.parametrize("era", ERAS)
def test_the_tutorial_can_name_its_evaluation_compute(era: str) -> None:
    """The latest pipeline of every era takes compute_model_evaluation."""
    assert "compute_model_evaluation" in _latest(era).inputs


def test_two_versions_lack_the_evaluation_compute() -> None:
    """0.0.75 and 0.0.76 exist, and do not take compute_model_evaluation."""
    pipelines = [component for component in _components("2026-07") if component.name == CHAT]

    lacking = {c.version for c in pipelines if "compute_model_evaluation" not in c.inputs}
    assert {"0.0.75", "0.0.76"} == lacking


@pytest.mark.parametrize(("era", "count"), [("2024-04", 67), ("2025-03", 67), ("2026-07", 69)])
def test_number_of_inputs(era: str, count: int) -> None:
    """The pipeline gained finetune_config_path and trust_remote_code in 2026."""
    assert count == len(_latest(era).inputs)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", FINE_TUNING)
def test_fine_tuning_pipelines_say_their_task(name: str, era: str) -> None:
    """Every fine-tuning pipeline is served in every era, with the task it trains for."""
    assert FINE_TUNING[name] == _latest(era, name).task


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", FINE_TUNING)
def test_a_step_writes_the_mlflow_model(name: str, era: str) -> None:
    """Exactly one step of each fine-tuning pipeline writes mlflow_model_folder."""
    steps = _latest(era, name).jobs.values()

    writers = [s for s in steps if "${{parent.outputs.mlflow_model_folder}}" in s.outputs.values()]
    assert len(writers) == 1
    assert writers[0].component.endswith("model_converter")


@pytest.mark.parametrize("era", ERAS)
def test_the_finetune_step_runs_on_its_compute(era: str) -> None:
    """The finetune step binds compute and instance type to the inputs of the pipeline."""
    step = _latest(era).jobs["chat_completion_finetune"]

    assert step.compute == "${{parent.inputs.compute_finetune}}"
    assert step.instance_type == "${{parent.inputs.instance_type_finetune}}"
    assert step.inputs["learning_rate"] == "${{parent.inputs.learning_rate}}"


@pytest.mark.parametrize("era", ERAS)
def test_every_binding_of_a_step_points_to_something(era: str) -> None:
    """A step reads inputs and steps that its pipeline has, and writes outputs that it declares."""
    for pipeline in _components(era):
        known = {"inputs": pipeline.inputs, "outputs": pipeline.outputs, "jobs": pipeline.jobs}
        for step in pipeline.jobs.values():
            texts = (step.compute, step.instance_type, *step.inputs.values(), *step.outputs.values())
            bound = BINDING.findall(" ".join(text for text in texts if text))
            assert bound
            assert all(name in known[kind] for kind, name in bound), (pipeline.name, pipeline.version)


def test_the_steps_of_the_latest_pipeline_resolve() -> None:
    """Every step that 0.0.82 names is served, and takes every input it is handed."""
    served = {(c.name, c.version): c for c in _components("2026-07")}

    for step in _latest("2026-07").jobs.values():
        component = served[step.component, step.version]
        assert component.type == "command"
        assert component.inputs.keys() >= step.inputs.keys()


@pytest.mark.parametrize("era", ERAS)
def test_every_default_is_among_the_enum(era: str) -> None:
    """Where an input has an enum and a default, the default is one of it; all are strings."""
    for component in _components(era):
        for name, spec in component.inputs.items():
            assert all(isinstance(value, str) for value in spec.enum)
            if spec.enum and spec.default is not None:
                assert spec.default in spec.enum, (component.name, component.version, name)


@pytest.mark.parametrize("era", ERAS)
def test_every_numeric_default_is_a_number_above_its_minimum(era: str) -> None:
    """Defaults of integer and number inputs read as such and respect the minimum."""
    parse = {"integer": int, "number": float}
    for component in _components(era):
        for spec in component.inputs.values():
            if spec.default is not None and spec.type in parse:
                assert parse[spec.type](spec.default) >= (float("-inf") if spec.minimum is None else spec.minimum)


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("learning_rate", "2e-05"),
        ("adam_epsilon", "1e-8"),
        ("apply_lora", "false"),
        ("deepspeed_stage", "2"),
        ("precision", "32"),
        ("max_seq_length", "-1"),
        ("compute_finetune", "serverless"),
        ("train_file_path", None),
    ],
)
def test_defaults_are_the_strings_of_the_wire(name: str, default: str | None) -> None:
    """Defaults are spelled as the service returns them."""
    assert default == _latest("2026-07").inputs[name].default


@pytest.mark.parametrize(
    ("era", "default", "enum"),
    [
        ("2024-04", "adamw_hf", ("adamw_hf", "adamw_torch", "adafactor")),
        ("2026-07", "adamw_torch", ("adamw_torch", "adafactor")),
    ],
)
def test_the_same_input_differs_between_versions(era: str, default: str, enum: tuple[str, ...]) -> None:
    """The optimizer adamw_hf was taken, and was the default, until 0.0.74."""
    optimizer = _latest(era).inputs["optim"]

    assert (optimizer.default, optimizer.enum) == (default, enum)


def test_task_name_is_the_only_required_input_of_chat_completion() -> None:
    """All other inputs of the latest chat-completion pipeline are optional."""
    assert [name for name, spec in _latest("2026-07").inputs.items() if not spec.optional] == ["task_name"]


def test_columns_are_required_inputs_of_text_classification() -> None:
    """The sibling for classification must be told the columns."""
    inputs = _latest("2024-04", "text_classification_pipeline").inputs

    required = {name for name, spec in inputs.items() if not spec.optional}
    assert {"task_name", "sentence1_key", "label_key"} == required


@pytest.mark.parametrize("era", ERAS)
def test_model_evaluation_ends_in_2025(era: str) -> None:
    """model_evaluation_pipeline is served until its source was removed."""
    served = "model_evaluation_pipeline" in {component.name for component in _components(era)}

    assert (era != "2026-07") == served


@pytest.mark.parametrize("era", ERAS)
def test_every_component_version_is_served_once(era: str) -> None:
    """A registry holds one content of a version, none of it younger than the era."""
    catalogue = load_catalogue(era)
    keys = [(c.registry, c.name, c.version) for c in catalogue.components]

    assert sorted(set(keys)) == sorted(keys)
    assert all(component.created <= catalogue.opened for component in catalogue.components)


def test_every_input_is_described() -> None:
    """Every input of every component carries a short description."""
    specs = [spec for component in _components("2026-07") for spec in component.inputs.values()]

    assert all(spec.description and len(spec.description) <= 100 for spec in specs)
