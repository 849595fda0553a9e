"""A CI job is one only with every variable that it needs to prove who it is."""

from __future__ import annotations

import pytest

from harness.decide.ci_job import CI_SERVICES, find_ci_job


@pytest.mark.parametrize("service", CI_SERVICES)
def test_a_job_with_all_its_variables_is_found(service: str) -> None:
    """The service is named, and its values come in the order of its variables."""
    environ = {variable: f"value of {variable}" for variable in CI_SERVICES[service]}

    job = find_ci_job({**environ, "UNRELATED": "1"})

    assert job is not None
    assert (job.service, job.values) == (service, tuple(environ.values()))


@pytest.mark.parametrize(("service", "lacking"), [(s, v) for s, names in CI_SERVICES.items() for v in names])
def test_a_job_that_lacks_a_variable_is_none(service: str, lacking: str) -> None:
    """One variable that is not set, or is empty, leaves the job to other credentials."""
    environ = dict.fromkeys(CI_SERVICES[service], "x")

    assert find_ci_job({**environ, lacking: ""}) is None
    assert find_ci_job({name: value for name, value in environ.items() if name != lacking}) is None


@pytest.mark.parametrize("service", CI_SERVICES)
def test_a_secret_that_is_set_wins(service: str) -> None:
    """A service principal's secret is used where there is one, as the local Azure ML's is inside of a CI job."""
    environ = dict.fromkeys(CI_SERVICES[service], "x")

    assert find_ci_job({**environ, "AZURE_CLIENT_SECRET": "s"}) is None
