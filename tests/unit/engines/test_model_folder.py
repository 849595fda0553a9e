"""The folder of a fine-tuned model is an MLflow model, and says only what is true of it."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import yaml

from fakes.engines import RetrievalEngine
from fakes.engines.mlflow_loader import _load_pyfunc

CONVERSATION = [{"role": "user", "content": "What does Bosk export?"}]


@pytest.fixture
def result(run, conversations):
    """A finished chat job."""
    return run(conversations, learning_rate="5e-6")


@pytest.fixture
def saved(result, tmp_path):
    """Its model folder on disk."""
    for path, content in result.mlflow_model.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tmp_path


def test_folder_has_the_layout_of_azures_converter(result):
    """MLmodel, environments and the data folder with model, tokenizer and config; nothing is pickled."""
    expected = {"MLmodel", "conda.yaml", "python_env.yaml", "requirements.txt", "data/config/config.json"}
    expected |= {"data/model/index.npz", "data/model/answers.json", "data/tokenizer/tokenizer.json"}

    assert set(result.mlflow_model) == expected


def test_mlmodel_tells_where_the_model_comes_from(result):
    """Flavors, lineage and creation time are those of the request."""
    model = yaml.safe_load(result.mlflow_model["MLmodel"])

    assert set(model["flavors"]) == {"hftransformersv2", "python_function"}
    assert model["metadata"]["is_finetuned_model"] is True
    assert model["metadata"]["base_model_name"] == "Phi-3-mini-4k-instruct"
    assert model["metadata"]["base_model_asset_id"].endswith("/Phi-3-mini-4k-instruct/versions/15")
    assert model["utc_time_created"] == "2024-04-30 12:00:00.000000"


def test_chat_has_no_signature_and_classification_has_one(result, run, sentences):
    """Azure's converter writes signatures for the sibling tasks only."""
    options = {"task": "text-classification", "sentence1_key": "text", "label_key": "label"}
    sibling = yaml.safe_load(run(sentences, **options).mlflow_model["MLmodel"])

    assert "signature" not in yaml.safe_load(result.mlflow_model["MLmodel"])
    assert sibling["signature"]["inputs"] == '[{"name": "input_string", "type": "string"}]'


def test_mlflow_loads_the_folder_and_answers_alike(saved, result):
    """mlflow.pyfunc.load_model gives the engine's own answer as a data frame."""
    import mlflow

    request = {"input_string": [CONVERSATION]}
    frame = mlflow.pyfunc.load_model(str(saved)).predict(request)

    assert RetrievalEngine().load(result.mlflow_model).predict(request, {}) == frame.to_dict(orient="records")


def test_mlflow_enforces_the_signature_of_a_sibling(run, sentences, tmp_path):
    """A data frame with the signature's column is answered with one label a row."""
    import mlflow

    options = {"task": "text-classification", "sentence1_key": "text", "label_key": "label"}
    for path, content in run(sentences, **options).mlflow_model.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    asked = pd.DataFrame({"input_string": ["rain and storm", "bread and cheese"]})

    assert list(mlflow.pyfunc.load_model(str(tmp_path)).predict(asked)["0"]) == ["weather", "food"]


def test_pyfunc_model_takes_parameters(saved):
    """Parameters beside the input reach the model, as a managed endpoint passes them."""
    frame = _load_pyfunc(str(saved / "data")).predict([CONVERSATION], {"max_new_tokens": 2})

    assert list(frame["0"]) == ["Merchants from"]


def test_pytorch_folder_keeps_the_arguments(result):
    """The arguments of the run are beside the model."""
    assert json.loads(result.pytorch_model["finetune_args.json"])["learning_rate"] == "5e-6"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"MLmodel": None}, "Not an MLflow model"),
        ({"MLmodel": b"flavors: {}"}, "names no python_function.loader_module"),
        ({"MLmodel": b"a: [b"}, "names no python_function.loader_module"),
        (
            {"MLmodel": b"flavors: {python_function: {loader_module: mlflow.sklearn}}"},
            "this model is one of mlflow.sklearn",
        ),
        ({"data/model/index.npz": None}, "'model/index.npz' is missing"),
        ({"data/config/config.json": b"{"}, "Cannot load the model"),
        ({"data/model/index.npz": b"PK"}, "Cannot load the model"),
    ],
)
def test_a_folder_that_is_not_the_engines_own_is_refused(result, change, reason):
    """What is missing or malformed is a ValueError that says so."""
    folder = {path: content for path, content in {**result.mlflow_model, **change}.items() if content is not None}
    with pytest.raises(ValueError, match=reason):
        RetrievalEngine().load(folder)
