"""Azure ML over HTTP, in this process: `with Emulator() as azure: ...`."""

from fakes.emulator.emulator import Emulator

__all__ = ["Emulator"]
