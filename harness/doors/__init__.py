"""The doors through which a process's HTTP traffic leaves, to be answered or overheard by whoever stands in them.

They belong to nobody: the emulator answers there, a recording listens there, and its replay answers there again. What
`messages` holds imports nothing; the rest comes with azure-core and requests.
"""

from __future__ import annotations
