"""The state file itself: what is none is refused and left alone, and a full disk spoils nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from states import ENVIRONMENT, States, ask

from fakes.emulator.serving import Journal
from harness.errors import EnvironmentMissing, UsageError


@pytest.fixture
def states(tmp_path: Path) -> Iterator[States]:
    """State files of the test's own."""
    states = States(tmp_path)
    with states.stack:
        yield states


@pytest.mark.parametrize(
    "content",
    [b"no state at all\n", b'{"journal": "local Azure ML", "format": 1}\n', b"[1, 2]\n", b"\xff\xfe\n", b"cut short"],
    ids=["text", "half", "list", "bytes", "cut"],
)
def test_another_file_is_refused(states: States, content: bytes) -> None:
    """A file that is no state is left as it is, and the refusal says what to do."""
    states.file.write_bytes(content)

    with pytest.raises(UsageError, match="a first line that does not say which world it is of") as refused:
        states.open()
    assert "Name another file to begin anew" in refused.value.remedy
    assert states.file.read_bytes() == content


def test_a_file_of_another_format_is_refused(states: States) -> None:
    """A later version's file is not guessed at."""
    states.open()

    with pytest.raises(UsageError, match="format 2"):
        states.after_a_kill(lambda whole: whole.replace(b'"format": 1', b'"format": 2', 1))


@pytest.mark.parametrize(
    ("part", "instead", "said"),
    [
        (b'{"kind": "answer"', b'{"kind" "answer"', "no record at byte"),
        (b'{"kind": "answer"', b'{"kinds": "answer"', "no record at byte"),
        (b'{"kind": "answer"', b'{"kind": "wish"', "no record at byte"),
        (b'"at": "2024', b'"at": "20x4', "no record at byte"),
        (b'"method"', b'"methods"', "no record at byte"),
        (b'"length": 30', b'"length": 29', "a body of another length at byte"),
    ],
    ids=["no JSON", "no kind", "other kind", "no instant", "no method", "length"],
)
def test_a_file_that_is_damaged_in_the_middle_is_refused(
    states: States, part: bytes, instead: bytes, said: str
) -> None:
    """What is no record and is not the end is no kill: nothing after it is guessed at, and nothing is cut off."""
    site = states.open()
    ask(site, "PUT", "/environments/e/versions/1", ENVIRONMENT)
    ask(site, "GET", "")
    assert part in states.file.read_bytes()

    with pytest.raises(UsageError, match=said):
        states.after_a_kill(lambda whole: whole.replace(part, instead, 1))
    assert instead in states.file.read_bytes()


def test_an_empty_file_is_a_new_one(states: States) -> None:
    """A file that was made beforehand is as good as none."""
    states.file.touch()

    assert states.open().resumed is None


def test_one_file_serves_one_server(states: States) -> None:
    """A second server is kept away: two would write over each other."""
    states.open()

    with pytest.raises(EnvironmentMissing, match="another server uses this state file"):
        states.open()


@pytest.mark.parametrize("name", ["none/state", "."], ids=["no folder", "a folder"])
def test_a_place_that_takes_no_file_is_refused(tmp_path: Path, name: str) -> None:
    """The refusal says what the system says."""
    with pytest.raises(UsageError, match="the state file cannot be opened"):
        Journal(tmp_path / name)


def test_only_the_owner_may_read_it(states: States) -> None:
    """It holds the authority's key."""
    states.open()

    assert states.file.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_spoils_nothing(states: States, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be noted is not carried out, and the file stays readable."""
    site = states.open()
    whole = states.file.read_bytes()

    def half(journal: Journal, data: bytes) -> None:
        journal._file.write(data[:7])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "_put", half)
    with pytest.raises(OSError, match="No space"):
        ask(site, "PUT", "/environments/e/versions/1", ENVIRONMENT)

    assert states.file.read_bytes() == whole
    assert site.world.home.assets.find("environments", "e", "1") is None


def test_another_version_s_answers_are_counted(states: States) -> None:
    """A request that is answered otherwise than it was is told: the file is of another version."""
    ask(states.open(), "GET", "")
    again = states.after_a_kill(lambda whole: whole.replace(b'"status": 401', b'"status": 200'))

    assert again.resumed is not None
    assert again.resumed.otherwise == 1
