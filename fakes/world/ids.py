"""Identifiers that Azure would make up, drawn from one seed so that a run can be repeated."""

from __future__ import annotations

import hashlib
import random
import uuid


class Ids:
    """A seeded source of guids, hexadecimal strings and keys."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def guid(self) -> str:
        """Return the next guid, in Azure's lower-case dashed form."""
        digits = f"{self._random.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def hex(self, digits: int) -> str:
        """Return `digits` lower-case hexadecimal digits."""
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def key(self) -> str:
        """Return 32 letters and digits, the shape of an endpoint key."""
        alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return "".join(self._random.choices(alphabet, k=32))


def guid_of(*parts: str) -> str:
    """Return the guid that always stands for these parts, as the service does for equal content."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))
