"""`harness emulator`: the local Azure ML on a socket, for other processes and other languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.paces import Pace

__all__ = ["emulator"]

Command = Callable[[], int]
"""Carries a command out and returns the exit code."""

emulator = typer.Typer(rich_markup_mode=None, help="The local Azure ML for other processes.")

Host = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS", help="The address to listen on; others than loopback let in who is not of this machine."
    ),
]
Port = Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="The port; 0 for any that is free.")]
Catalog = Annotated[
    str | None, typer.Option(metavar="ERA", help="The registries as of 2024-04 (default), 2024-12, 2025-03 or 2026-07.")
]
AtPace = Annotated[Pace | None, typer.Option(help="How long things take, in virtual time (default: recorded).")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="What ids are drawn from (default: 0).")]
Scale = Annotated[
    float, typer.Option(min=0, max=100_000, metavar="K", help="Virtual seconds that pass in each real second.")
]
State = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Resume from this file if it is there, and keep there what is asked."),
]
Cloud = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The cloud's name in its metadata (default: AzureCloud); another one makes it a custom cloud.",
    ),
]
EnvFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the environment there too, once the server listens.")
]
Config = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the workspace's config.json there.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of lines for a shell.")]


@emulator.command(short_help="Serve until Ctrl-C or SIGTERM.")
def serve(
    host: Host = "127.0.0.1",
    port: Port = 0,
    catalog: Catalog = None,
    pace: AtPace = None,
    seed: Seed = None,
    time_scale: Scale = 60.0,
    state: State = None,
    cloud: Cloud = None,
    env_file: EnvFile = None,
    config: Config = None,
    as_json: AsJson = False,
) -> Command:
    """Serve the local Azure ML on a TLS socket until Ctrl-C or SIGTERM, and print the environment for its clients.

    One port is TLS server and proxy: with the printed variables a client asks for
    Azure's own host names, and is answered here. Nothing in it is changed.
    """

    def carry_out() -> int:
        from harness.backends.emulator import ServeRequest
        from harness.cli.serving import Wanted, serve_until_stopped

        chosen = pace.value if pace else None
        request = ServeRequest(host, port, catalog, chosen, seed, cloud, time_scale, state)
        return serve_until_stopped(request, Wanted(env_file, config, as_json))

    return carry_out
