"""The catalogue as a whole: eras, VM sizes, environments."""

from __future__ import annotations

import ast
from dataclasses import FrozenInstanceError

import pytest

from fakes.catalogue import ERAS, CatalogueError, VmPrice, VmSize, load_catalogue

WITHOUT_A_SIZE = {"Standard_D32_v2"}  # named by a real allow list, though Azure never had it


def _sizes() -> dict[str, VmSize]:
    return {size.name.lower(): size for size in load_catalogue("2024-04").vm_sizes}


def test_eras_open_in_the_order_they_are_listed() -> None:
    """Each era opens after the one before it."""
    opened = [load_catalogue(era).opened for era in ERAS]

    assert ERAS == ("2024-04", "2024-12", "2025-03", "2026-07")
    assert sorted(opened) == opened


@pytest.mark.parametrize(("unknown", "nearest"), [("2024-4", "2024-04"), ("2026-08", "2026-07"), ("", None)])
def test_an_unknown_era_names_the_nearest(unknown: str, nearest: str | None) -> None:
    """The error says what was asked for, what exists and what is nearest."""
    with pytest.raises(CatalogueError, match=r"expected one of 2024-04, 2024-12, 2025-03, 2026-07") as caught:
        load_catalogue(unknown)

    assert f"unknown era {unknown!r}" in str(caught.value)
    assert nearest is None or f"Did you mean {nearest!r}?" in str(caught.value)


def test_an_era_is_read_once() -> None:
    """The values are immutable, so every world of an era shares them."""
    assert load_catalogue("2024-12") is load_catalogue("2024-12")


def test_a_shared_value_cannot_be_changed() -> None:
    """Neither a field nor a tag can be assigned."""
    model = load_catalogue("2024-12").models[0]

    with pytest.raises(FrozenInstanceError):
        model.version = "99"  # type: ignore[misc]
    with pytest.raises(TypeError):
        model.tags["task"] = "other"  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "gpus"),
    [
        ("standard_nc6", 1),
        ("standard_nc24r", 4),
        ("standard_nc6s_v3", 1),
        ("standard_nc24rs_v3", 4),
        ("standard_nd40rs_v2", 8),
        ("standard_nc4as_t4_v3", 1),
        ("standard_nc64as_t4_v3", 4),
        ("standard_nc24ads_a100_v4", 1),
        ("standard_nc48ads_a100_v4", 2),
        ("standard_nc96ads_a100_v4", 4),
        ("standard_nd96asr_v4", 8),
        ("standard_nd96amsr_a100_v4", 8),
        ("standard_nd96isr_h100_v5", 8),
        ("standard_d12_v2", 0),
    ],
)
def test_gpus_of_a_size(name: str, gpus: int) -> None:
    """The GPU counts are those that Azure reports, whatever the case of the name."""
    assert gpus == _sizes()[name].gpus


@pytest.mark.parametrize("era", ERAS)
def test_every_size_is_there_once(era: str) -> None:
    """All 143 sizes are served in every era."""
    assert len({size.name.lower() for size in load_catalogue(era).vm_sizes}) == 145


def test_every_size_names_compute_types() -> None:
    """The SDK iterates the supported compute types, so no size is without them."""
    assert all("AmlCompute" in size.compute_types for size in _sizes().values())


def test_what_no_source_gives_stays_unknown() -> None:
    """A size whose temporary disk and price are not known says so instead of guessing."""
    size = _sizes()["standard_nv24"]

    assert (size.max_resource_volume_mb, size.prices) == (None, ())


def test_prices_are_per_tier_and_system() -> None:
    """A recorded size has its four prices in USD per hour."""
    assert VmPrice(0.18, "Linux", "Standard") in _sizes()["standard_ds11_v2"].prices
    assert len(_sizes()["standard_ds11_v2"].prices) == 4


@pytest.mark.parametrize("era", ERAS)
def test_every_allowed_size_exists(era: str) -> None:
    """A size in a fine-tune allow list is one that list_sizes returns."""
    lists = [m.tags.get("finetune_compute_allow_list", "[]") for m in load_catalogue(era).models]

    allowed = {name for text in lists for name in ast.literal_eval(text)}
    assert {name for name in allowed if name.lower() not in _sizes()} <= WITHOUT_A_SIZE


@pytest.mark.parametrize(
    ("era", "present"), [("2024-04", False), ("2024-12", False), ("2025-03", False), ("2026-07", True)]
)
def test_the_environment_of_the_steps(era: str, present: bool) -> None:
    """acft-hf-nlp-gpu:112 is served where the steps that run in it are."""
    served = {(e.name, e.version) for e in load_catalogue(era).environments}

    assert present == (("acft-hf-nlp-gpu", "112") in served)


def test_image_of_a_curated_environment() -> None:
    """A curated environment points to the public image of its name and version."""
    images = {(e.name, e.version): e.image for e in load_catalogue("2024-04").environments}

    expected = "mcr.microsoft.com/azureml/curated/sklearn-1.0-ubuntu20.04-py38-cpu:33"
    assert expected == images["AzureML-sklearn-1.0-ubuntu20.04-py38-cpu", "33"]
