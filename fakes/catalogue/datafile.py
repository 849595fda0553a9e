"""Reading the data files: JSON, dates without a zone that mean UTC, strings that sort as dates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

UNDATED = datetime(2023, 1, 1, tzinfo=timezone.utc)
"""What `created` says where the date of an asset is not known (inferred: older than every era)."""

_DATA = Path(__file__).with_name("data")


def read_data(name: str) -> Any:
    """The content of one file of the data folder."""
    return json.loads((_DATA / name).read_bytes())


def created(record: Mapping[str, Any]) -> datetime:
    """When the asset was created, in UTC."""
    known = record.get("created")
    return datetime.fromisoformat(known).replace(tzinfo=timezone.utc) if known else UNDATED


def stands(record: Mapping[str, Any], start: str, day: str) -> bool:
    """Whether the record holds on the day: from its field `start` on, before its field `until` (if any)."""
    return str(record.get(start, "")) <= day < str(record.get("until", "9999"))
