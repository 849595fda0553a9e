"""The Hugging Face hub: what it says of a data set without a download, and who is to blame when it does not answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from harness.errors import DataError, EnvironmentMissing, HarnessError

__all__ = ["HubData", "describe_hub_data", "is_hub_id", "not_on_the_hub", "told_by"]

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")


@dataclass(frozen=True, slots=True)
class HubData:
    """What a data set's card says: rows by split, columns, and bytes to download; empty and None where it does not."""

    rows: Mapping[str, int]
    columns: tuple[str, ...]
    download_bytes: int | None


def is_hub_id(source: str) -> bool:
    """Return whether `source` can be the id of a data set: a name, or a name after its owner's."""
    return _HUB_ID.fullmatch(source) is not None


def describe_hub_data(source: str, tell: Callable[[str], None]) -> HubData:
    """Ask the hub for a data set's description; DataError or EnvironmentMissing when it gives none."""
    import datasets  # costs a second

    tell(f"asking the Hugging Face hub for {source}")
    try:
        with told_by("huggingface_hub", tell):
            info = datasets.load_dataset_builder(source).info
    except Exception as error:  # `datasets` lets errors of pyarrow, fsspec, httpx and many more through
        raise not_on_the_hub(source, error) from error
    splits = {name: int(split.num_examples or 0) for name, split in (info.splits or {}).items()}
    return HubData(splits, tuple(info.features or ()), info.download_size)


def not_on_the_hub(source: str, error: Exception) -> HarnessError:
    """Tell a wrong id, which `datasets` calls a missing file, from a hub, network or disk that does not serve."""
    unreachable = isinstance(error, OSError) and not isinstance(error, FileNotFoundError)
    unreachable |= type(error).__module__.partition(".")[0] in _NETWORK
    if unreachable:
        return EnvironmentMissing(
            "the Hugging Face hub cannot be reached",
            where=source,
            got=_one_line(error),
            expected="an answer of the hub",
            remedy="Check the network and HF_ENDPOINT, or name local data such as samples/ultrachat_200k with --data.",
        )
    return DataError(
        "the data set cannot be loaded from the Hugging Face hub",
        where=source,
        got=_one_line(error),
        expected="a data set of the hub, such as HuggingFaceH4/ultrachat_200k",
        remedy="Check the id and whether it is public, or name a local folder such as samples/ultrachat_200k.",
    )


_NETWORK = ("httpx", "requests", "urllib3", "aiohttp", "fsspec")
"""Their errors come through `datasets` as they are."""


@contextmanager
def told_by(name: str, tell: Callable[[str], None]) -> Iterator[None]:
    """Pass on, once each, what a library's logger warns of in the block: that it cannot reach somebody, and retries."""
    logger, handler = logging.getLogger(name), _Teller(tell)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Teller(logging.Handler):
    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        text = " ".join(record.getMessage().split())
        if text not in self._told:
            self._told.add(text)
            self._tell(text)


def _one_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
