"""The api-version of ARM requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakes.world.errors import Invalid

if TYPE_CHECKING:
    from fakes.emulator.call import Call

_SHAPE = re.compile(r"20(2[0-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(-preview|-dataplanepreview)?")


def check_api_version(call: Call) -> None:
    """Refuse a request without an api-version or with one that cannot be one (code documented, text inferred)."""
    version = call.api_version
    if not version:
        raise Invalid(
            "The api-version query parameter (?api-version=) is required for all requests.",
            code="MissingApiVersionParameter",
        )
    if not _SHAPE.fullmatch(version):
        raise Invalid(f"The api-version '{version}' is invalid.", code="InvalidApiVersionParameter")
