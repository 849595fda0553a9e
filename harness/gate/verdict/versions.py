"""With what a verdict was computed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

__all__ = ["installed"]

_PACKAGES = ("azureml-acceptance-harness", "numpy", "scipy")


def installed() -> dict[str, str]:
    """Return the versions of what the numbers come from."""
    return {package: _version(package) for package in _PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
