"""What changed between two recordings of one scenario."""

from __future__ import annotations

from exchanges import cassette, made

from harness.cassettes.diff import Change, compare
from harness.cassettes.tape import Cassette, Interaction


def _changes(before: Interaction, after: Interaction) -> list[tuple[str, str, str]]:
    return [(change.field, change.before, change.after) for change in compare(cassette(before), cassette(after))]


def test_same_recording_has_no_changes() -> None:
    """A recording does not differ from itself."""
    one = cassette(made("/a", "PUT", {"x": 1}, {"y": [1, 2]}))

    assert compare(one, one) == []


def test_changed_fields_are_told_one_by_one() -> None:
    """What Azure answers otherwise is told by the path of the field; so is what is new and what is gone."""
    before = made(answered={"properties": {"state": "Ready", "old": 1}, "list": [1, 2]})
    after = made(answered={"properties": {"state": "Done", "new": 2}, "list": [1]})

    assert _changes(before, after) == [
        ("body.properties.state", '"Ready"', '"Done"'),
        ("body.properties.old", "1", ""),
        ("body.properties.new", "", "2"),
        ("body.list[1]", "2", ""),
    ]


def test_status_headers_query_and_request_are_fields_too() -> None:
    """Both directions are compared, down to the values of the query."""
    before = made("/a?api-version=1", "PUT", {"x": 1}, status=200, answered_headers={"Retry-After": "5"})
    after = made("/a?api-version=2", "PUT", {"x": 2}, status=201, answered_headers={"Retry-After": "9"})

    assert [field for field, _, _ in _changes(before, after)] == [
        "request.query",
        "request.body.x",
        "status",
        "headers.retry-after",
    ]


def test_what_differs_each_time_is_left_out() -> None:
    """Instants, private values and names that the scenario made up are no changes, unless asked for exactly."""

    def one(run: str, day: str, guid: str) -> Cassette:
        answer = {"name": f"job-{run}", "at": f"2026-01-{day}T10:00:00.5Z", "id": f"00000000-0000-4000-8000-{guid}"}
        url = f"/jobs/job-{run}?until=2026-01-{day}T10%3A00%3A00Z"
        return cassette(made(url, answered=answer), variables={"run id": run})

    before, after = one("111-aa", "01", "000000000001"), one("222-bb", "02", "000000000007")

    assert compare(before, after) == []
    assert compare(before, after, exact=True) != []


def test_requests_of_one_side_alone_are_told() -> None:
    """A request that came or went is a change of its own."""
    changes = compare(cassette(made("/a"), made("/b")), cassette(made("/a"), made("/c")))

    assert changes == [
        Change("GET management.azure.com/b", "request", "asked 1 times", ""),
        Change("GET management.azure.com/c", "request", "", "asked 1 times"),
    ]


def test_last_answers_are_compared_when_their_number_differs() -> None:
    """More states on the way are told as a number; what it came to is compared."""
    states = [made(answered={"state": state}) for state in ("Queued", "Running", "Failed")]
    changes = compare(cassette(states[0], made(answered={"state": "Completed"})), cassette(*states))

    assert [(change.field, change.before, change.after) for change in changes] == [
        ("different answers", "2", "3"),
        ("body.state", '"Completed"', '"Failed"'),
    ]


def test_moved_versions_are_told() -> None:
    """The SDK and the api-versions that it asks at are part of the comparison."""
    before = cassette(sdk={"azure-ai-ml": "1.34.0"}, api_versions=["2022-05-01", "2023-04-01"])
    after = cassette(sdk={"azure-ai-ml": "1.35.0"}, api_versions=["2023-04-01"], recorded_from="live")

    assert [(change.field, change.after) for change in compare(before, after)] == [
        ("recorded_from", '"live"'),
        ("sdk.azure-ai-ml", '"1.35.0"'),
        ("api_versions", ""),
    ]
