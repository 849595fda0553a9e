"""What may be promoted: the GatePolicy document, loaded from TOML."""

from __future__ import annotations

from harness.gate.policy.document import GatePolicy, load_policy

__all__ = ["GatePolicy", "load_policy"]
