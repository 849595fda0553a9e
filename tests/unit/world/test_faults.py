"""What goes wrong, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.world.faults import COMPUTE, DEPLOYMENT, JOB, LIVENESS_FAILURE, Failure, Faults, HttpFault, Stuck

FAULT = HttpFault(503)


def test_nothing_goes_wrong_by_itself() -> None:
    """Without a fault every call is served."""
    assert Faults().take("Compute_Get") is None


@given(st.integers(1, 20))
def test_a_fault_strikes_exactly_once_at_its_turn(nth: int) -> None:
    """The nth call meets the fault, no call before or after it does."""
    faults = Faults()
    faults.on("Compute_Get", FAULT, nth=nth)
    struck = [faults.take("Compute_Get") for _ in range(nth + 20)]

    assert [number for number, fault in enumerate(struck, 1) if fault] == [nth]


def test_other_operations_do_not_count() -> None:
    """Only calls of the operation itself bring a fault nearer."""
    faults = Faults()
    faults.on("Compute_Get", FAULT, nth=2)

    assert [faults.take(name) for name in ("Compute_Get", "Compute_List", "Jobs_Get", "Compute_Get")][-1] is FAULT


@pytest.mark.parametrize(("when", "other"), [("before", "after"), ("after", "before")])
def test_before_and_after_are_apart(when, other) -> None:
    """A fault after the work does not strike before it, and the other way round."""
    faults = Faults()
    faults.on("Compute_Get", FAULT, when=when)

    assert [faults.take("Compute_Get", other), faults.take("Compute_Get", when)] == [None, FAULT]


def test_faults_count_from_when_they_are_set() -> None:
    """Calls made before a fault was set do not count."""
    faults = Faults()
    faults.on("Compute_Get", HttpFault(500), nth=9)
    faults.take("Compute_Get")
    faults.on("Compute_Get", FAULT, nth=1)

    assert faults.take("Compute_Get") is FAULT


def test_of_two_on_the_same_call_the_first_strikes() -> None:
    """Two faults that meet the same call strike it once, and neither is left over."""
    faults = Faults()
    faults.on("Compute_Get", FAULT)
    faults.on("Compute_Get", HttpFault(500))

    assert [faults.take("Compute_Get") for _ in range(3)] == [FAULT, None, None]


def test_there_is_no_zeroth_time() -> None:
    """Counting begins at one."""
    with pytest.raises(ValueError, match="nth is 0; the first time is 1"):
        Faults().on("Compute_Get", FAULT, nth=0)


def _fail_job(faults: Faults) -> None:
    faults.fail_job("CUDA out of memory", step="finetune")


def _refuse_compute(faults: Faults) -> None:
    faults.refuse_compute("no quota", code="QuotaExceeded")


@pytest.mark.parametrize(
    ("short", "operation", "expected"),
    [
        (_fail_job, JOB, Failure("CUDA out of memory", "UserError", "finetune")),
        (Faults.stick_job, JOB, Stuck("Preparing")),
        (Faults.fail_deployment, DEPLOYMENT, Failure(LIVENESS_FAILURE, "")),
        (Faults.fail_compute, COMPUTE, Failure("Provisioning failed.", "ProvisioningFailed")),
        (_refuse_compute, "Compute_CreateOrUpdate", HttpFault(400, "QuotaExceeded", "no quota")),
    ],
    ids=["fail_job", "stick_job", "fail_deployment", "fail_compute", "refuse_compute"],
)
def test_short_forms(short, operation: str, expected: object) -> None:
    """Each short form is a fault on one operation."""
    faults = Faults()
    short(faults)

    assert faults.take(operation) == expected
