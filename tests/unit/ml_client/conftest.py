"""The fixtures that teams use, for the double's own tests, and a folder of files that users upload."""

from __future__ import annotations

from pathlib import Path

import pytest
from local_files import write_files

from fakes.ml_client.fixtures import fake_azure, fake_ml_client

__all__ = ["fake_azure", "fake_ml_client"]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the scenarios upload; it is the current one."""
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
