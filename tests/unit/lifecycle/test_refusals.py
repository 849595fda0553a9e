"""Reading what Azure said when it said no."""

from __future__ import annotations

import json
from typing import Any

import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.mgmt.core.exceptions import ARMErrorFormat

from harness.lifecycle.refusals import is_transient, may_recover, reason


class _Response:
    """As much of a response as an error looks at."""

    status_code, reason, headers = 400, "Bad Request", {"content-type": "application/json"}

    def __init__(self, body: Any) -> None:
        self._body = json.dumps(body)

    def text(self, encoding: str | None = None) -> str:
        return self._body.encode().decode(encoding or "utf-8")


def refused(**error: Any) -> HttpResponseError:
    """The error that the SDK makes of this body."""
    return HttpResponseError(response=_Response({"error": error}), error_format=ARMErrorFormat)


def test_code_and_message_are_told() -> None:
    """The final stop is dropped: the sentence goes on."""
    assert reason(refused(code="UserError", message="Unknown compute target.")) == "UserError: Unknown compute target"


def test_a_code_that_is_missing_is_left_out() -> None:
    """Failed deployments have a null code, and the machine's code in front of the message (quoted)."""
    assert reason(refused(code=None, message="ResourceNotReady: crashed")) == "ResourceNotReady: crashed"


def test_details_that_say_more_are_added() -> None:
    """The inferencing service hides its reason there (quoted)."""
    details = [{"code": "InferencingClientCallFailed", "message": "There is already an endpoint"}]
    error = refused(code="BadRequest", message="The request is invalid.", details=details)

    assert reason(error) == (
        "BadRequest: The request is invalid.; InferencingClientCallFailed: There is already an endpoint"
    )


def test_an_answer_without_a_body_is_told_by_its_status() -> None:
    """A missing compute is a 404 without a body (recorded)."""
    error = HttpResponseError("Operation returned an invalid status 'Not Found'")
    error.status_code = 404

    assert reason(error) == "HTTP 404: Operation returned an invalid status 'Not Found'"


def test_a_long_answer_is_one_line_that_ends() -> None:
    """Some errors carry a whole stack trace."""
    told = reason(AzureError("line\n" * 1000))

    assert "\n" not in told
    assert told.endswith("...")


@pytest.mark.parametrize(("status", "passes"), [(409, True), (429, True), (503, True), (400, False), (403, False)])
def test_conflicts_and_busy_services_pass(status: int, passes: bool) -> None:
    """A refusal of what is asked does not."""
    error = HttpResponseError("no")
    error.status_code = status

    assert is_transient(error) is passes


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ServiceRequestError("no route"), True),
        (ServiceResponseError("reset"), True),
        (IncompleteReadError("2 bytes read, 2 more expected"), True),
        (HttpResponseError("no status"), True),
        (ClientAuthenticationError("no credential"), False),
        (AzureError("no"), False),
    ],
)
def test_a_broken_connection_passes_and_a_refusal_of_the_sdk_does_not(error: AzureError, passes: bool) -> None:
    """Without a status nothing was answered, except that credentials and values are refused before a request."""
    assert is_transient(error) is passes


@pytest.mark.parametrize(("status", "passes"), [(None, True), (503, True), (401, False)])
def test_a_token_that_nobody_refused_may_be_had_later(status: int | None, passes: bool) -> None:
    """azure-identity raises the same error for a network that is gone, and then there is no status."""
    error = ClientAuthenticationError("Authentication failed")
    error.status_code = status

    assert may_recover(error) is passes
