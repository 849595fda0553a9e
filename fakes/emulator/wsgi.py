"""The application behind a WSGI server: any server on a socket can carry the emulator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http.client import responses as reasons
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import get_current_url, get_input_stream

from fakes.emulator.exchange import Request

if TYPE_CHECKING:
    from fakes.emulator.app import App


def serve(app: App, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one WSGI request; the Host header says which host of Azure is meant."""
    headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers |= {
        name.replace("_", "-"): environ[name] for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)
    }
    body = get_input_stream(environ)
    reply = app.answer(Request.from_parts(environ["REQUEST_METHOD"], get_current_url(environ), headers, body))
    listed = [*reply.headers.items()]
    if "Content-Length" not in reply.headers and reply.status not in (204, 304):
        listed.append(("Content-Length", str(reply.content_length())))
    start_response(f"{reply.status} {reasons.get(reply.status, 'Unknown')}", listed)
    return [reply.body] if isinstance(reply.body, bytes) else reply.body
