"""The file that stands where the code of a job, which nobody runs here, would have written something."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.world.world import Workspace, World

PLACEHOLDER = "NOT_EXECUTED.txt"
NOT_WRITTEN = b"The local Azure ML does not run user code: no job wrote this, and this file stands in its place.\n"


def write_placeholder(world: World, workspace: Workspace, datastore: str, path: str, *, is_file: bool = False) -> None:
    """Write the file into the folder at `path`, or as `path` itself."""
    store = workspace.datastores[datastore]
    name = path if is_file else f"{path.rstrip('/')}/{PLACEHOLDER}"
    world.blobs.put(store.account, store.container, name, NOT_WRITTEN)
