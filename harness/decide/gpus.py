"""How many GPUs one node of a VM size has; the fine-tuning job starts one process for each."""

from __future__ import annotations

from collections.abc import Iterable

from harness.errors import ComputeNotAllowed, nearest

__all__ = ["gpus_of"]


def gpus_of(size: str, sizes: Iterable[tuple[str, int | str | None]]) -> int:
    """Return the GPUs of `size` by the workspace's (name, gpus) rows, whatever the case of the name.

    ComputeNotAllowed names the nearest sizes with a GPU when the size is not offered, has none, or is listed
    without a number (on the wire the count can be absent, or text; SDK source).
    """
    offered = {name.casefold(): (name, int(gpus or 0)) for name, gpus in sizes}
    name, gpus = offered.get(size.strip().casefold(), (size, None))
    if gpus:
        return gpus
    with_gpu = [offered_name for offered_name, count in offered.values() if count]
    if gpus is None:
        what = f"{size} is not among the {len(offered)} VM sizes that the workspace offers"
    else:
        what = f"{name} has no GPU, or is listed without a number of GPUs"
    raise ComputeNotAllowed(
        what,
        where="compute size",
        expected="a size with at least one GPU",
        nearest=nearest(size, with_gpu) or sorted(with_gpu)[:3],
        remedy="Set compute.size to one of them, or use a workspace in a region that offers the size.",
    )
