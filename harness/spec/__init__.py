"""What to run: the LifecycleSpec document, loaded from TOML and overridden key by key."""

from __future__ import annotations

from harness.spec.document import LifecycleSpec, load_spec

__all__ = ["LifecycleSpec", "load_spec"]
