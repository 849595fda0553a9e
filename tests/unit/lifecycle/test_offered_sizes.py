"""What a workspace offers: cores and prices, in the spelling of either SDK, and nothing that is not listed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from harness.decide.cost import OfferedPrice
from harness.errors import ComputeNotAllowed
from harness.lifecycle.estimate import estimate_run
from harness.lifecycle.sizes import ClusterPlan, OfferedSize, offered_sizes, refuse_too_few_nodes
from harness.spec import LifecycleSpec

WIRE = {
    "billingCurrency": "USD",
    "unitOfMeasure": "OneHour",
    "values": [{"retailPrice": 22.032, "osType": "Linux", "vmTier": "Standard"}],
}
ATTRIBUTES = {
    "billing_currency": "USD",
    "unit_of_measure": "OneHour",
    "values": [{"retail_price": 22.032, "os_type": "Linux", "vm_tier": "Standard"}],
}
PRICE = OfferedPrice(22.032, "USD", "Standard")


def size(**members: Any) -> Any:
    """A size as the SDK hands it out: members that this version does not fill are None."""
    return SimpleNamespace(**{"name": "Standard_ND40rs_v2", "gpus": 8, "family": "F", "v_cp_us": None, **members})


def offered(*sizes: Any) -> Any:
    """The sizes of a workspace."""
    return offered_sizes(SimpleNamespace(compute=SimpleNamespace(list_sizes=lambda: list(sizes))))


@pytest.mark.parametrize(
    "members",
    [{"vCPUs": 40, "estimatedVMPrices": WIRE}, {"v_cp_us": 40, "estimated_vm_prices": ATTRIBUTES}],
    ids=["since 1.35", "before"],
)
def test_cores_and_prices_are_read_in_either_spelling(members: dict[str, Any]) -> None:
    """The SDK has spelled them as on the wire since 1.35."""
    assert offered(size(**members)) == [OfferedSize("Standard_ND40rs_v2", 8, "F", 40, (PRICE,))]


@pytest.mark.parametrize(
    "prices",
    [
        None,
        {},
        {"values": None},
        {"values": [{"osType": "Linux"}]},
        {"values": [{"retailPrice": "22", "osType": "Linux"}]},
    ],
)
def test_a_price_that_is_not_listed_is_none(prices: Any) -> None:
    """Nor is one that is no number."""
    (found,) = offered(size(estimatedVMPrices=prices))

    assert (found.prices, found.vcpus) == ((), None)


@pytest.mark.parametrize(("nodes", "most", "good"), [(2, 2, True), (3, 2, False), (9, None, True)])
@pytest.mark.parametrize("exists", [True, False])
def test_a_job_may_not_want_more_nodes_than_there_can_be(
    nodes: int, most: int | None, good: bool, exists: bool
) -> None:
    """It would wait for them for ever; the remedy for a cluster that exists is another one."""
    plan = ClusterPlan("c", "S", 8, exists, "", max_nodes=most)
    if good:
        refuse_too_few_nodes(plan, nodes)
        return
    with pytest.raises(ComputeNotAllowed, match="the job wants 3 nodes, and cluster c has 2 at most") as failure:
        refuse_too_few_nodes(plan, nodes)
    assert ("compute.name" in failure.value.remedy) is exists


def plan(exists: bool = False) -> ClusterPlan:
    """A cluster of a size with a price."""
    return ClusterPlan("c", "Standard_ND40rs_v2", 8, exists, "")


def test_node_hours_are_told_where_the_price_is_not_known() -> None:
    """The cost is said to be unknown, and of which size; nothing is made up."""
    facts = estimate_run(LifecycleSpec(), plan(), 2, []).facts

    assert facts["cluster"] == (
        "2 x Standard_ND40rs_v2, about 1.44 node-hours at an unknown price (the size list has no price for it)"
    )
    assert facts["cost"] == "unknown, without a price of Standard_ND40rs_v2 and Standard_NC6s_v3"


def test_what_the_user_expects_is_not_said_to_be_inferred() -> None:
    """Neither is a cluster that is there, which takes no time."""
    spec = LifecycleSpec().with_overrides({"budget.job_hours": "2"})
    facts = estimate_run(spec, plan(exists=True), 1, []).facts

    assert facts["time"] == "about 2 h 12 min, by the limits at most 8 h 30 min"


def test_an_endpoint_that_is_kept_bills_on() -> None:
    """What an hour of it costs is told beside the run's own cost."""
    spec = LifecycleSpec().with_overrides({"keep_endpoint": "true", "prices.Standard_NC6s_v3": "3"})

    assert estimate_run(spec, plan(), 1, []).facts["afterwards"] == "3.00 USD an hour ([prices] of the spec)"
