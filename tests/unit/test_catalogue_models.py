"""The foundation models that the registries hold in each era."""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from datetime import datetime, timezone

import pytest

from fakes.catalogue import ERAS, RegistryModel, load_catalogue

TUTORIAL_MODEL = "Phi-3-mini-4k-instruct"
ALLOW_LIST = "finetune_compute_allow_list"
A100 = [
    "Standard_NC24ads_A100_v4",
    "Standard_NC48ads_A100_v4",
    "Standard_NC96ads_A100_v4",
    "Standard_ND96asr_v4",
    "Standard_ND96amsr_A100_v4",
]


def _versions(era: str, name: str, registry: str = "azureml") -> list[RegistryModel]:
    return [m for m in load_catalogue(era).models if (m.registry, m.name) == (registry, name)]


def _latest(era: str, name: str = TUTORIAL_MODEL) -> RegistryModel:
    return max(_versions(era, name), key=lambda model: model.created)


def _all_latest(era: str) -> list[RegistryModel]:
    return [_latest(era, name) for name in {model.name for model in load_catalogue(era).models}]


@pytest.mark.parametrize(
    ("era", "version"), [("2024-04", "5"), ("2024-12", "14"), ("2025-03", "15"), ("2026-07", "15")]
)
def test_the_newest_created_version_of_the_tutorials_model(era: str, version: str) -> None:
    """label=latest resolves to the version that stood when the era opened."""
    assert version == _latest(era).version


@pytest.mark.parametrize(
    ("era", "sizes"), [("2024-04", ["Standard_ND40rs_v2", *A100]), ("2024-12", A100), ("2025-03", A100)]
)
def test_allow_list_of_the_tutorials_model(era: str, sizes: list[str]) -> None:
    """Standard_ND40rs_v2 is allowed in 2024-04 only."""
    assert sizes == ast.literal_eval(_latest(era).tags[ALLOW_LIST])


def test_nd40_left_the_allow_list_with_version_6() -> None:
    """Versions 1 to 5 of the tutorial's model allow Standard_ND40rs_v2, and no later version does."""
    allowing = [m.version for m in _versions("2025-03", TUTORIAL_MODEL) if "ND40rs_v2" in m.tags[ALLOW_LIST]]

    assert allowing == ["1", "2", "3", "4", "5"]


def test_no_latest_version_has_an_allow_list_in_2026_07() -> None:
    """After the migration of June 2026 no model's latest version carries the allow-list tag."""
    assert [model.name for model in _all_latest("2026-07") if ALLOW_LIST in model.tags] == []


@pytest.mark.parametrize(
    ("era", "bounds"), [("2024-04", False), ("2024-12", False), ("2025-03", True), ("2026-07", True)]
)
def test_defaults_with_keys_that_the_pipeline_does_not_take(era: str, bounds: bool) -> None:
    """learning_rate_min and learning_rate_max are in model_specific_defaults since 2025-03."""
    defaults = ast.literal_eval(_latest(era).tags["model_specific_defaults"])

    assert bounds == (defaults.keys() >= {"learning_rate_min", "learning_rate_max"})
    assert bounds == ("learning_rate_min" in defaults)


def test_defaults_are_a_python_literal_at_publication() -> None:
    """The first revision of a version shows str() of the YAML value."""
    text = _latest("2025-03").tags["model_specific_defaults"]

    assert text.startswith("{'apply_deepspeed': 'true', 'deepspeed_stage': 2,")
    assert "'learning_rate': '5e-6'" in text


def test_defaults_are_json_after_a_metadata_update() -> None:
    """A later revision of the same version shows the dict as JSON, with the learning rate as a number."""
    defaults = json.loads(_latest("2026-07").tags["model_specific_defaults"])

    assert tuple(defaults[k] for k in ("learning_rate", "learning_rate_min", "learning_rate_max")) == (
        5e-06,
        5e-07,
        5e-05,
    )


def test_a_metadata_update_keeps_the_properties() -> None:
    """Tags are replaced and properties only added to, so the recommended sizes outlive the allow list."""
    assert ", ".join(A100) == _latest("2026-07").properties["finetune-recommended-sku"]


@pytest.mark.parametrize("era", ERAS)
def test_the_tutorials_model_is_archived_in_2026_only(era: str) -> None:
    """Phi-3 models were archived on 2026-06-02, with every version."""
    assert {era == "2026-07"} == {model.archived for model in _versions(era, TUTORIAL_MODEL)}


@pytest.mark.parametrize("era", ERAS)
def test_no_version_is_younger_than_the_era(era: str) -> None:
    """Nothing was created after the era opened, and every date is in UTC."""
    opened = load_catalogue(era).opened

    assert all(m.created <= opened and m.created.tzinfo is timezone.utc for m in load_catalogue(era).models)


@pytest.mark.parametrize("era", ERAS)
def test_latest_is_never_a_tie(era: str) -> None:
    """The versions of a model have distinct creation dates, in the order of their numbers."""
    dates: defaultdict[tuple[str, str], list[tuple[int, datetime]]] = defaultdict(list)
    for model in load_catalogue(era).models:
        dates[model.registry, model.name].append((int(model.version), model.created))

    for versions in dates.values():
        created = [date for _, date in sorted(versions)]
        assert sorted(set(created)) == created


@pytest.mark.parametrize("era", ERAS)
def test_every_model_version_is_served_once(era: str) -> None:
    """A registry holds one state of a version."""
    keys = [(m.registry, m.name, m.version) for m in load_catalogue(era).models]

    assert sorted(set(keys)) == sorted(keys)


@pytest.mark.parametrize("era", ERAS)
def test_tags_are_strings_a_caller_can_parse(era: str) -> None:
    """Every allow list and every set of defaults is a literal, whichever spelling it has."""
    for model in load_catalogue(era).models:
        assert all(isinstance(value, str) for value in (*model.tags.values(), *model.properties.values()))
        for key, shape in ((ALLOW_LIST, list), ("model_specific_defaults", dict)):
            assert isinstance(ast.literal_eval(model.tags.get(key, repr(shape()))), shape)


def test_a_rolled_back_version_is_not_latest() -> None:
    """Phi-3.5-mini-instruct went from version 7 back to 6 days before 2025-03 opened."""
    assert _latest("2025-03", "Phi-3.5-mini-instruct").version == "6"


@pytest.mark.parametrize("name", ["Llama-2-7b", "Llama-2-13b", "Llama-2-70b"])
@pytest.mark.parametrize("era", ERAS)
def test_llama_is_in_both_registries(era: str, name: str) -> None:
    """Meta's models are found in azureml-meta as in azureml."""
    versions = [m.version for m in _versions(era, name)]

    assert versions
    assert versions == [m.version for m in _versions(era, name, "azureml-meta")]


def test_names_have_the_registrys_case() -> None:
    """Names are the real ones, not those of the folders that hold the specifications."""
    names = {model.name for model in load_catalogue("2024-04").models}

    assert names >= {"mistralai-Mistral-7B-v01", "Llama-2-7b", "Phi-3-mini-4k-instruct", "gpt2"}
    assert len({name.lower() for name in names}) == len(names)


def test_a_model_with_only_its_last_allow_list_known_is_served_in_2025_03() -> None:
    """t5-base stands with the list of its last tagged version, and in no era before."""
    assert [m.version for m in _versions("2025-03", "t5-base") if ALLOW_LIST in m.tags] == ["17"]
    assert _versions("2024-12", "t5-base") == []
