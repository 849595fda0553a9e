"""An endpoint on a socket of this machine, and a scoring of it in a process of its own."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from harness.gate.evidence.records import Side
from harness.gate.scoring.posting import DEPLOYMENT_HEADER, Authorisation, HttpPost, Reply, Target
from harness.gate.scoring.request import Compared
from harness.gate.scoring.score import score
from harness.lifecycle.waiting import RealClock

Answering = Callable[[dict[str, str], bytes], Reply]
"""Answers headers, with names in lower case, and a body."""


@contextmanager
def listening(answer: Answering) -> Iterator[str]:
    """Answer requests on a port of the loopback inside the block, and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reply = answer({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/score"
    finally:
        server.shutdown()
        server.server_close()


def compared_at(address: str, deployment: str) -> Compared:
    """Return a deployment behind an address."""
    side = Side(endpoint="chat", deployment=deployment, model=f"azureml:m:{deployment}", version="1", digest="0" * 64)
    key = Authorisation(lambda: SimpleNamespace(primary_key="k"), RealClock().now)
    return Compared(side, Target(address, deployment, key))


def main(address: str, held_out: str, evidence: str) -> None:
    """Score two deployments behind an address, four questions at a time."""
    import time

    from harness.gate.scoring.timing import Timing
    from tests.unit.gate.scoring.endpoints import request

    clock = RealClock()
    score(
        request(Path(held_out), evidence=Path(evidence), concurrency=4, warmup=1),
        compared_at(address, "blue"),
        compared_at(address, "green"),
        post=HttpPost(),
        timing=Timing(clock.now, clock.sleep, time.perf_counter),
    )


__all__ = ["DEPLOYMENT_HEADER", "compared_at", "listening"]

if __name__ == "__main__":
    main(*sys.argv[1:])
