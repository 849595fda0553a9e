"""Finding registry assets: by label or version, and what is said when there is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from azure.ai.ml.exceptions import ErrorCategory, ErrorTarget, ValidationException
from azure.core.exceptions import ServiceRequestError
from standins import Answers, refusal

from harness.errors import ParameterError
from harness.lifecycle.model import find_asset, find_model
from harness.spec.document import ModelSection


def asset(name: str, version: str) -> Any:
    """A registry asset."""
    return SimpleNamespace(
        name=name, version=version, id=f"azureml://registries/r/models/{name}", tags={"task": "chat"}
    )


def operations(get: Answers, *listed: Any) -> Any:
    """A registry's operations."""
    return SimpleNamespace(get=get, list=lambda *name: [one for one in listed if not name or one.name in name])


def no_such_label() -> ValidationException:
    """What the SDK raises when a label finds nothing."""
    text = "Asset Phi-3-mini does not exist in registry azureml."
    return ValidationException(
        message=text,
        no_personal_data_message=text,
        target=ErrorTarget.MODEL,
        error_category=ErrorCategory.USER_ERROR,
    )


def test_the_newest_version_is_found_by_its_label() -> None:
    """Without a version the label `latest` is asked for, and name, version and id are told."""
    get = Answers(asset("Phi-3-mini-4k-instruct", "5"))

    found = find_model(SimpleNamespace(models=operations(get)), ModelSection())

    assert get.calls == [("Phi-3-mini-4k-instruct", "latest")]
    assert list(found.facts) == ["name", "version", "id"]


def test_a_version_is_asked_for_as_it_is() -> None:
    """The spec's version is no label."""
    get = Answers(asset("Phi-3-mini-4k-instruct", "3"))
    find_model(SimpleNamespace(models=operations(get)), ModelSection(version="3"))

    assert get.calls == [("Phi-3-mini-4k-instruct", "3")]


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    """The registry's own names are looked through for similar ones."""
    known = operations(Answers(no_such_label()), asset("Phi-3-mini-4k-instruct", "5"), asset("gpt2", "1"))

    with pytest.raises(ParameterError) as failure:
        find_asset(known, "model", "Phi-3-mini", None)

    assert failure.value.nearest == ("Phi-3-mini-4k-instruct",)


def test_an_unknown_version_gets_the_versions_that_there_are() -> None:
    """A name that exists is not suggested to itself."""
    known = operations(Answers(refusal(404)), asset("gpt2", "2"), asset("gpt2", "1"))

    with pytest.raises(ParameterError, match=r"no model gpt2 version 9; .*expected one of the versions 2, 1"):
        find_asset(known, "model", "gpt2", "9")


@pytest.mark.parametrize("error", [refusal(403), ServiceRequestError("no route to host")])
def test_a_registry_that_does_not_answer_is_no_missing_model(error: Exception) -> None:
    """A refusal or a broken connection is left to be told as what it is."""
    with pytest.raises(type(error)):
        find_asset(operations(Answers(error)), "model", "gpt2", "1")


def test_names_that_cannot_be_listed_cost_the_suggestion_only() -> None:
    """The model is still said to be missing."""
    known = SimpleNamespace(get=Answers(refusal(404)), list=Answers(refusal(403)))

    with pytest.raises(ParameterError, match="no model gpt2"):
        find_asset(known, "model", "gpt2", "1")
