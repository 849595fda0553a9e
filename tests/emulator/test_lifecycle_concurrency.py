"""Two lifecycles at once, in one process and one workspace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lifecycle_spec import bills, run_small

from fakes.emulator import Emulator
from fakes.world.faults import HttpFault


def test_two_lifecycles_at_once_both_succeed(azure: Emulator, tmp_path: Path) -> None:
    """What the SDK and `datasets` keep for the whole process does not mix the runs."""
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda folder: run_small(azure, folder), [tmp_path / "a", tmp_path / "b"])

    assert (first.error, second.error) == (None, None)
    assert (first.warnings, second.warnings) == ([], [])
    assert first.run_id != second.run_id
    assert bills(azure) == []


def test_rows_that_another_run_uploads_meanwhile_are_used(azure: Emulator, tmp_path: Path) -> None:
    """That the blob exists by now is no failure: the job is submitted once more."""
    azure.faults.on("BlockBlob_Upload", HttpFault(409, "BlobAlreadyExists", "The specified blob already exists."))

    assert run_small(azure, tmp_path).error is None
