"""Quotas: unlimited until they are set."""

from __future__ import annotations

import pytest

from fakes.catalogue import load_catalogue
from fakes.world.quotas import Quotas, QuotaUsage

FAMILY = "standardNDSv2Family"


@pytest.fixture
def quotas() -> Quotas:
    """What a new subscription may use."""
    return Quotas(load_catalogue("2024-04"))


def test_every_family_is_unlimited_in_both_tiers(quotas: Quotas) -> None:
    """As it was recorded."""
    usages = list(quotas.usages())

    assert {(usage.used, usage.limit) for usage in usages} == {(0, -1)}
    assert [usage.kind for usage in usages if usage.name == FAMILY] == [
        "vmFamily/dedicatedCores",
        "vmFamily/lowPriorityCores",
    ]


def test_a_limit_is_told_of_its_tier(quotas: Quotas) -> None:
    """The other one stays as it was."""
    quotas.set(FAMILY, 40, used=8, tier="LowPriority")
    found = [(usage.used, usage.limit) for usage in quotas.usages() if usage.name == FAMILY]

    assert found == [(0, -1), (8, 40)]


def test_a_sum_is_told_once_it_is_set(quotas: Quotas) -> None:
    """The list that was recorded holds none."""
    before = len(list(quotas.usages()))
    quotas.set("TotalDedicatedCores", 24)

    assert len(list(quotas.usages())) == before + 1
    assert next(quotas.usages()) == QuotaUsage(
        "TotalDedicatedCores", "Total Cluster Dedicated Regional vCPUs", "totalDedicatedCores", 0, 24
    )


def test_a_quota_that_is_not_there_cannot_be_set(quotas: Quotas) -> None:
    """A test that misspells it would test nothing."""
    with pytest.raises(ValueError, match="there is no quota 'standardNDv2Family'"):
        quotas.set("standardNDv2Family", 0)
