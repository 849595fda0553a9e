"""Resident memory that the upload of a large blob costs, measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from azure.storage.blob import BlobServiceClient

from bench.line import Line
from bench.peak import peak_resident
from fakes.emulator import Emulator

MEBIBYTE = 1024 * 1024
SIZE = 512 * MEBIBYTE


def measure() -> list[Line]:
    """Return the line of a 512 MiB upload."""
    program = "from bench.memory import extra_resident; print(extra_resident())"
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=root)
    extra = int(done.stdout) / MEBIBYTE
    return [Line("upload of 512 MiB, extra memory", extra, 200, "MiB", "peak resident set, beyond an 8 MiB upload")]


def extra_resident() -> int:
    """Upload 8 MiB, then 512 MiB, through the real client; return by how many bytes the peak grew."""
    with Emulator() as azure, tempfile.TemporaryFile() as content:
        home = azure.world.home
        account = f"https://{home.storage_account}.blob.core.windows.net"
        container = BlobServiceClient(account, azure.credential).get_container_client(home.default_container)
        content.truncate(8 * MEBIBYTE)
        container.upload_blob("small", content)
        before = peak_resident()
        content.seek(0)
        content.truncate(SIZE)
        container.upload_blob("large", content)
        after = peak_resident()
        if container.get_blob_client("large").get_blob_properties().size != SIZE:
            raise RuntimeError("the upload did not arrive whole")
        return after - before
