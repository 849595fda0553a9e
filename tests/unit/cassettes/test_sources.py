"""Who answered what was recorded, by what the answers themselves say."""

from __future__ import annotations

import pytest

from harness.cassettes.sources import answerer, source_of

AZURE = "https://management.azure.com/x"


@pytest.mark.parametrize(
    ("url", "headers", "who"),
    [
        (AZURE, {}, ""),
        (AZURE, {"Via": "1.1 azureml-emulator"}, "emulator (socket)"),
        (AZURE, {"via": "1.1 proxy.contoso.com, 1.1 azureml-emulator"}, "emulator (socket)"),
        (AZURE, {"Via": "1.1 proxy.contoso.com"}, ""),
        (AZURE, {"Via": "1.1 not-azureml-emulator"}, ""),
        ("https://localhost:8443/x", {}, "emulator"),
        ("https://127.0.0.1:1/x", {}, "emulator"),
        (AZURE, {"azureml-served-by-cluster": "vienna-local-01"}, "emulator"),
        (AZURE, {"azureml-served-by-cluster": "vienna-eastus2-02"}, ""),
    ],
)
def test_local_azure_is_recognised(url: str, headers: dict[str, str], who: str) -> None:
    """A local Azure ML is told by its name among the proxies, by its host, or by its cluster."""
    assert answerer(url, headers) == who


@pytest.mark.parametrize(
    ("backend", "answerers", "source"),
    [
        ("live", {""}, "live"),
        ("live", {"", "emulator (socket)"}, "emulator (socket)"),
        ("live", {"", "emulator"}, "emulator"),
        ("live", set(), "nobody"),
        ("emulator", set(), "nobody"),
        ("emulator", {""}, "emulator"),
    ],
)
def test_live_is_said_only_where_azure_answered(backend: str, answerers: set[str], source: str) -> None:
    """One answer of a local Azure ML is enough to say so, and where nothing was asked nobody answered."""
    assert source_of(backend, answerers) == source
