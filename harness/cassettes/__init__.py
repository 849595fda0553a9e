"""Recorded traffic: its format, who may read what in it, how requests find their answer, and whether it still holds."""

from __future__ import annotations

from harness.cassettes.tape import Cassette, Digest, Interaction, Metadata, Request, Response

__all__ = ["Cassette", "Digest", "Interaction", "Metadata", "Request", "Response"]
