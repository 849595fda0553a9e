"""The ledger of a run that goes on: what is on disk, and when."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from ledgers import PLACE, RUN, book, lines, states

from harness.errors import EnvironmentMissing
from harness.ledger import CreatedResource


def full_disk(*_: Any) -> int:
    """A write that finds no space."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_intent_is_on_disk_before_the_request(tmp_path: Path) -> None:
    """Whoever reads the file when the request is sent finds the resource, and whose it is."""
    with book(tmp_path).creating("endpoint", "e", bills=True):
        head, line = lines(tmp_path)

    assert (head["run"], head["workspace"]) == (RUN, PLACE)
    assert line == {
        "at": "2024-05-10T12:00:00Z",
        "state": "intended",
        "kind": "endpoint",
        "name": "e",
        "bills": True,
    }


def test_outcome_is_written_after_the_request(tmp_path: Path) -> None:
    """What came up is said to be created."""
    with book(tmp_path).creating("endpoint", "e", bills=True):
        pass

    assert states(tmp_path) == [("intended", "e"), ("created", "e")]


@pytest.mark.parametrize("trouble", [ValueError("no"), KeyboardInterrupt()])
def test_request_that_fails_leaves_a_doubt(tmp_path: Path, trouble: BaseException) -> None:
    """Whatever ends the request, the resource may be there: it stays in the list and in the file."""
    ledger = book(tmp_path)
    with pytest.raises(type(trouble)), ledger.creating("job", "j", bills=True):
        raise trouble

    assert ledger.created == [CreatedResource("job", "j", bills=True)]
    assert states(tmp_path)[-1] == ("doubtful", "j")


def test_nothing_is_created_that_cannot_be_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk the request is not sent, and nothing is listed."""
    ledger = book(tmp_path)
    monkeypatch.setattr(os, "write", full_disk)

    with pytest.raises(EnvironmentMissing, match="got No space left"), ledger.creating("endpoint", "e"):
        pytest.fail("the request was sent")
    assert ledger.created == []


def test_outcome_that_cannot_be_noted_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file then says more than there is, and the run is told so."""
    ledger = book(tmp_path)
    with ledger.creating("endpoint", "e", bills=True) as endpoint:
        monkeypatch.setattr(os, "write", full_disk)
    ledger.removed(endpoint)
    ledger.close()

    assert (states(tmp_path), endpoint.deleted) == ([("intended", "e")], True)
    assert ledger.unwritten is not None


def test_endpoint_takes_its_deployments_with_it(tmp_path: Path) -> None:
    """Those of another endpoint stay."""
    ledger = book(tmp_path)
    for kind, name in (("endpoint", "e"), ("deployment", "e/blue"), ("deployment", "f/blue")):
        with ledger.creating(kind, name, bills=True):  # type: ignore[arg-type]
            pass
    ledger.removed(ledger.created[0])

    assert [resource.deleted for resource in ledger.created] == [True, True, False]
    assert states(tmp_path)[-2:] == [("gone", "e"), ("gone", "e/blue")]


def test_run_that_left_nothing_closes_its_ledger(tmp_path: Path) -> None:
    """A job that has ended and a cluster that is to stay are nothing that is left."""
    ledger = book(tmp_path)
    with ledger.creating("job", "j", bills=True) as job, ledger.creating("compute", "c"):
        ledger.ended(job)
    ledger.close()

    assert states(tmp_path)[-1] == ("closed", "")


@pytest.mark.parametrize(("kind", "bills"), [("endpoint", True), ("compute", False)])
def test_run_that_left_something_does_not(tmp_path: Path, kind: Any, bills: bool) -> None:
    """What bills is left, and so is a cluster that was to go."""
    ledger = book(tmp_path, keep_compute=False)
    with ledger.creating(kind, "x", bills=bills):
        pass
    ledger.close()

    assert states(tmp_path)[-1] == ("created", "x")


def test_run_that_creates_nothing_has_no_file(tmp_path: Path) -> None:
    """A refused run leaves no trace."""
    ledger = book(tmp_path / "ledger")
    ledger.prove()
    ledger.close()

    assert list((tmp_path / "ledger").iterdir()) == []


def test_tags_name_the_run_and_its_end(tmp_path: Path) -> None:
    """They are the same for everything that the run creates."""
    assert book(tmp_path).tags == {"harness-run": RUN, "harness-expires": "2024-05-10T18:00:00Z"}
