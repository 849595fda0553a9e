"""The foundation models of the registries, as they stood on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fakes.catalogue.datafile import created, read_data, stands
from fakes.catalogue.entries import RegistryModel

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def models_on(day: str) -> tuple[RegistryModel, ...]:
    """Every version of every model that existed on the day (YYYY-MM-DD), with the tags it had then."""
    data = read_data("models.json")
    tags = _Sets(data["tag_sets"], data["texts"])
    properties = _Sets(data["property_sets"], data["texts"])
    return tuple(
        RegistryModel(
            registry=registry,
            name=model["name"],
            version=version["version"],
            created=created(version),
            tags=tags[state["tags"]],
            properties=properties[state["properties"]],
            model_type="mlflow_model",
            archived=state.get("archived", False),
            description=None,
            flavors=_NOTHING,
        )
        for model, version, state in _states(data["models"], day)
        for registry in model.get("registries", ("azureml",))
    )


def _states(models: Sequence[Any], day: str) -> Iterator[tuple[Any, Any, Any]]:
    for model in models:
        for version in model["versions"]:
            for state in version["states"]:
                if stands(state, "from", day):
                    yield model, version, state


class _Sets:
    """Tag sets by number, built on first use; a number instead of a value points into the shared texts."""

    def __init__(self, sets: Sequence[Mapping[str, str | int]], texts: Sequence[str]) -> None:
        self._sets = sets
        self._texts = texts
        self._built: dict[int, Mapping[str, str]] = {}

    def __getitem__(self, number: int) -> Mapping[str, str]:
        if number not in self._built:
            plain = {k: self._texts[v] if isinstance(v, int) else v for k, v in self._sets[number].items()}
            self._built[number] = MappingProxyType(plain)
        return self._built[number]
