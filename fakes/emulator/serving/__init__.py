"""The local Azure ML on a socket, for other processes and other languages."""

from fakes.emulator.serving.environment import as_exports
from fakes.emulator.serving.journal import Head, Journal
from fakes.emulator.serving.server import Server
from fakes.emulator.serving.site import AzureSite, Resumed, Settings

__all__ = ["AzureSite", "Head", "Journal", "Resumed", "Server", "Settings", "as_exports"]
