"""LifecycleSpec: defaults, files, overrides, and errors that name file, key and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from harness.errors import SpecError
from harness.spec import LifecycleSpec, load_spec


def write(folder: Path, text: str | bytes) -> Path:
    """Return a spec file with `text`."""
    path = folder / "spec.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_empty_spec_is_the_published_run(tmp_path: Path) -> None:
    """Without a line of its own, a spec describes the run of the published notebook."""
    spec = load_spec(write(tmp_path, ""))

    assert (spec.model.name, spec.model.registry, spec.model.version) == (
        "Phi-3-mini-4k-instruct",
        "azureml",
        None,
    )
    assert (spec.compute.name, spec.compute.size) == ("gpu-cluster-big", "Standard_ND40rs_v2")
    assert (spec.compute.max_instances, spec.compute.tiers) == (2, ["Dedicated", "LowPriority"])
    assert (spec.data.source, spec.data.percent) == ("HuggingFaceH4/ultrachat_200k", 5)
    assert (spec.finetune.task, spec.finetune.component) == ("chat-completion", "chat_completion_pipeline")
    assert (spec.deploy.endpoint_prefix, spec.deploy.deployment) == ("ultrachat-completion", "demo")
    assert (spec.deploy.instance_type, spec.deploy.instance_count) == ("Standard_NC6s_v3", 1)
    assert (spec.deploy.liveness_initial_delay, spec.deploy.request_timeout_ms) == (600, 90000)
    assert spec.score.parameters == {
        "temperature": 0.6,
        "top_p": 0.9,
        "do_sample": True,
        "max_new_tokens": 200,
    }


def test_file_overrides_what_it_names(tmp_path: Path) -> None:
    """A key of the file replaces its default and leaves the others alone."""
    spec = load_spec(write(tmp_path, "[compute]\nsize = 'Standard_NC96ads_A100_v4'\n"))

    assert spec.compute.size == "Standard_NC96ads_A100_v4"
    assert spec.compute.max_instances == 2


@pytest.mark.parametrize("source", ["./rows", "../rows"])
def test_relative_source_is_relative_to_the_file(tmp_path: Path, source: str) -> None:
    """A spec and its data can be moved together."""
    spec = load_spec(write(tmp_path, f"[data]\nsource = '{source}'\n"))

    assert Path(spec.data.source) == (tmp_path / source).resolve()


def test_hub_id_stays_a_hub_id(tmp_path: Path) -> None:
    """A source without a leading dot is taken as it stands."""
    assert load_spec(write(tmp_path, "[data]\nsource = 'a/b'\n")).data.source == "a/b"


def test_spec_cannot_be_changed() -> None:
    """Every part of a spec is frozen."""
    with pytest.raises(ValidationError, match="frozen"):
        LifecycleSpec().compute.size = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("[finetune]\nparamters = {}", "finetune.paramters", "parameters"),
        ("[data.splits]\ntrian = 'x'", "data.splits.trian", "train"),
        ("keep_endpont = true", "keep_endpont", "keep_endpoint"),
        ("percent = 3", "percent", "data.percent"),
        ("[deploys]\nx = 1", "deploys", "deploy"),
    ],
)
def test_unknown_key_is_refused_with_file_key_and_nearest(tmp_path: Path, text: str, key: str, nearest: str) -> None:
    """A misspelled key is never ignored, however deep it stands."""
    path = write(tmp_path, text)

    with pytest.raises(SpecError) as refused:
        load_spec(path)

    assert refused.value.where == str(path)
    assert refused.value.what == f"there is no key {key}"
    assert refused.value.nearest[0] == nearest


@pytest.mark.parametrize(
    ("text", "key", "got", "expected"),
    [
        ("[data]\npercent = 0", "data.percent", "0", "greater than or equal to 1"),
        ("[data]\npercent = 101", "data.percent", "101", "less than or equal to 100"),
        ("[data]\npercent = 0.5", "data.percent", "0.5", "a valid integer"),
        ("[data]\npercent = '5'", "data.percent", "'5'", "a valid integer"),
        ("[data]\npercent = true", "data.percent", "true", "a valid integer"),
        ("data = 3", "data", "3", "a table"),
        ("[data]\nlabel = 5", "data.label", "5", "text in quotes"),
        ("[finetune]\nstrict = 1", "finetune.strict", "1", "true or false"),
        ("[compute]\ntiers = []", "compute.tiers", "[]", "a list of at least 1"),
        ("[compute]\ntiers = true", "compute.tiers", "true", "a list in brackets"),
        ("[finetune]\ninputs = true", "finetune.inputs", "true", "a table"),
        ("[compute]\ntiers = ['Spot']", "compute.tiers.0", "'Spot'", "'Dedicated' or 'LowPriority'"),
        ("[finetune.parameters]\na = [1]", "finetune.parameters.a", "[1]", "text, a number or a boolean"),
    ],
)
def test_wrong_value_is_refused_with_got_and_expected(
    tmp_path: Path, text: str, key: str, got: str, expected: str
) -> None:
    """Type and range are checked, and nothing is converted on the quiet."""
    with pytest.raises(SpecError, match=key) as refused:
        load_spec(write(tmp_path, text))

    assert (refused.value.got, refused.value.expected) == (got, expected)
    assert refused.value.remedy == f"Correct {key}, or leave it out for its default."


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[finetune]\ntask = 'chat'", "finetune.task"),
        ("[finetune]\ntask = 'translation'", "finetune"),
        ("[deploy]\ndeployment = 'my_demo'", "deploy.deployment"),
        ("[compute]\nname = 'gpu_big'", "compute.name"),
        ("[deploy]\nendpoint_prefix = '1st'", "deploy.endpoint_prefix"),
        ("[registration]\nname = '{modle}'", "registration.name"),
    ],
)
def test_rules_of_azure_ml_are_checked_with_the_key(tmp_path: Path, text: str, key: str) -> None:
    """A task, a component of another task, a name or a template that cannot work is refused at once."""
    path = write(tmp_path, text)

    with pytest.raises(SpecError) as refused:
        load_spec(path)

    assert refused.value.where == f"{path}, {key}"
    assert refused.value.expected


@pytest.mark.parametrize(
    ("text", "where", "got"),
    [
        ("[data]\npercent = \n", ", line 2, column 11", "'percent ='"),
        ("a = 1\na = 2\n", ", line 2, column 6", "'a = 2'"),
        ("[data", ", end of document", "'[data'"),
        (b"a = '\xff'", ", byte 5", "0xff"),
        ("a = " + "[" * 50_000, "", "'a = [[["),
    ],
    ids=["no value", "twice", "cut off", "not UTF-8", "nested"],
)
def test_bad_toml_is_refused_with_its_place(tmp_path: Path, text: str | bytes, where: str, got: str) -> None:
    """A file that is no TOML is refused with line, column and what stands there."""
    path = write(tmp_path, text)

    with pytest.raises(SpecError) as refused:
        load_spec(path)

    assert refused.value.where == f"{path}{where}"
    assert refused.value.got.startswith(got)
    assert refused.value.remedy


def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    """A missing file and a folder are wrong use, not a traceback; what lies beside is suggested."""
    write(tmp_path, "")
    for path in (tmp_path / "spce.toml", tmp_path):
        with pytest.raises(SpecError, match=r"cannot be read; got .*; expected a TOML file.* Name a file") as refused:
            load_spec(path)
        assert refused.value.nearest == (("spec.toml",) if path != tmp_path else ())


@pytest.mark.parametrize("source", ["''", "'  '"])
def test_data_without_a_name_are_refused(tmp_path: Path, source: str) -> None:
    """An empty source is neither a folder nor a hub id."""
    with pytest.raises(SpecError, match=r"data\.source: the data have no name.*leave the key out"):
        load_spec(write(tmp_path, f"[data]\nsource = {source}"))


def test_number_in_quotes_gets_the_number(tmp_path: Path) -> None:
    """The nearest valid value of '5' is 5."""
    with pytest.raises(SpecError) as refused:
        load_spec(write(tmp_path, "[data]\npercent = '5'"))

    assert refused.value.nearest == ("5",)
