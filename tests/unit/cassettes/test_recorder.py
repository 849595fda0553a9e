"""What is kept of the traffic that passes."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from exchanges import BEGAN, WORKSPACE, made, recorded, text_of

from harness.cassettes.recording import Recorder
from harness.cassettes.tape import Digest
from harness.doors.messages import Reply


@pytest.mark.parametrize(
    "url",
    [
        "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "https://login.microsoftonline.us/t/v2.0/.well-known/openid-configuration",
        "http://169.254.169.254/metadata/identity/oauth2/token?resource=x",
        "http://127.0.0.1:40342/msi/token?resource=x",
    ],
)
def test_tokens_are_never_recorded(url: str) -> None:
    """Requests for tokens leave no trace."""
    assert recorded([made(url, "POST", b"client_secret=x", {"access_token": "y"})]).interactions == []


def test_repetition_is_one_interaction() -> None:
    """The same request with the same answer is one interaction, unless another answer came between."""
    states = ["Running", "Running", "Done", "Running"]
    kept = recorded([made(answered={"state": state}) for state in states]).interactions

    assert [(json.loads(one.response.body)["state"], len(one.instants)) for one in kept] == [
        ("Running", 2),
        ("Done", 1),
        ("Running", 1),
    ]


def test_polls_between_other_requests_are_one_interaction() -> None:
    """Other requests in between do not part what is repeated."""
    assert len(recorded([made("/poll"), made("/else"), made("/poll")]).interactions) == 2


def test_uploaded_data_are_not_kept() -> None:
    """Rows that are uploaded are told by a digest, however they are sent."""
    kept = recorded(
        [
            made("https://a.blob.core.windows.net/c/x", "PUT", b"rows", headers={"x-ms-blob-type": "BlockBlob"}),
            made("https://a.blob.core.windows.net/c/x?comp=block&blockid=1", "PUT", b"rows"),
            made("https://a.blob.core.windows.net/c/x?comp=blocklist", "PUT", b"<BlockList/>"),
        ]
    ).interactions

    assert [isinstance(one.request.body, Digest) for one in kept] == [True, True, False]


def test_headers_are_those_that_say_something() -> None:
    """Random ids, cookies, limits and dates of a response are left out, and so is who asked."""
    headers = {"x-ms-request-id": "1", "Date": "now", "Set-Cookie": "s=1", "Location": "https://h/x", "ETag": '"1"'}
    (one,) = recorded(
        [made(headers={"User-Agent": "x", "Range": "bytes=0-1", "Accept": "*/*"}, answered_headers=headers)]
    ).interactions

    assert dict(one.request.headers) == {"accept": "*/*", "range": "bytes=0-1"}
    assert dict(one.response.headers) == {"Location": "https://h/x", "ETag": '"1"'}


@pytest.mark.parametrize(("body", "kept"), [(b"", {"Content-Length": "99"}), (b"x", {})])
def test_length_is_kept_after_head_alone(body: bytes, kept: dict[str, str]) -> None:
    """Where no body came with it, the length says something that the body does not."""
    (one,) = recorded([made(method="HEAD", answered=body, answered_headers={"Content-Length": "99"})]).interactions

    assert one.response.headers == kept


def test_metadata_say_what_was_asked_with_what() -> None:
    """Versions of the SDK, api-versions and the workspace are found in the traffic and in the environment."""
    url = f"{WORKSPACE}/jobs/1?api-version=2023-04-01"
    known = recorded([made(url), made("/b", headers={"x-ms-version": "2026-10-06"})]).metadata

    assert {"azure-ai-ml", "azure-core"} <= set(known.sdk)
    assert known.api_versions == ["2023-04-01", "2026-10-06"]
    assert (known.recorded_from, known.recorded, known.began) == ("emulator", "2026-01-01", BEGAN)


def test_who_answered_is_not_kept() -> None:
    """What only a local Azure ML on a socket says is in the metadata, and not in the answers: those are as Azure's."""
    headers = {"Via": "1.1 azureml-emulator", "retry-after-ms": "20", "ETag": "1"}

    assert recorded([made(answered_headers=headers)]).interactions[0].response.headers == {"ETag": "1"}


def test_pinned_values_are_kept_by_name() -> None:
    """What a scenario makes up is in the metadata, and may be made up only once."""
    recorder = Recorder(lambda: BEGAN)

    assert recorder.pinned("run id", lambda: "1715-ab") == "1715-ab"
    with pytest.raises(ValueError, match="run id is pinned already"):
        recorder.pinned("run id", lambda: "other")
    assert recorded([], run_id="1715-ab").metadata.variables == {"run_id": "1715-ab"}


def test_instants_are_those_of_the_clock() -> None:
    """Each exchange has the instant at which its answer was there."""
    instants = iter(BEGAN + timedelta(seconds=second) for second in (0, 7))
    recorder = Recorder(lambda: next(instants))
    recorder.listen("GET", "https://h/a", {}, b"", Reply(200))

    assert recorder.cassette("emulator", BEGAN.date()).interactions[0].at == BEGAN + timedelta(seconds=7)


def test_nothing_private_is_in_a_recording() -> None:
    """The ids of the workspace are in no part of the cassette."""
    text = text_of(recorded([made(WORKSPACE, answered={"id": WORKSPACE})]))

    assert "11111111-2222" not in text
    assert "finance" not in text
