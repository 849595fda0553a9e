"""Recording: what passes the doors becomes a cassette, when the scenario has passed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.cassettes.headers import SECRET_HEADERS, kept_of_request, kept_of_response
from harness.cassettes.matching import key_of
from harness.cassettes.sanitising import Sanitiser, digest_of
from harness.cassettes.sources import answerer, source_of
from harness.cassettes.tape import Cassette, Digest, Interaction, Metadata, Request, Response
from harness.doors.messages import Reply

__all__ = ["PACKAGES", "Recorder", "installed"]

PACKAGES = ("azure-ai-ml", "azure-core", "azure-identity", "azure-storage-blob", "mlflow-skinny")
"""Whose versions shape the traffic."""

_WORKSPACE = re.compile(
    r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\.MachineLearningServices/workspaces/([^/?]+)",
    re.IGNORECASE,
)
_SIGN_IN = re.compile(
    r"https?://(?:login\.[\w.-]+|sts\.windows\.net|169\.254\.169\.254|[^/]+/(?:metadata/identity|msi/token)|[^?]*/oauth2/)"
)
"""Requests for tokens are never recorded: a replay has a credential that makes none."""


class Recorder:
    """Listens at the doors, and keeps what scenarios make up. Safe to use from several threads.

    now: tells the instant of the exchange that is being heard.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._began = now()
        self._lock = threading.Lock()
        self._made: list[Interaction] = []
        self._last: dict[object, int] = {}
        self._secrets: dict[str, None] = {}
        self._variables: dict[str, str] = {}
        self._answerers: set[str] = set()

    def listen(self, method: str, url: str, headers: Mapping[str, str], body: bytes, reply: Reply) -> None:
        """Take an exchange."""
        content = reply.whole()
        request = Request(method.upper(), url, kept_of_request(headers), body)
        if _is_upload(request):
            request = replace(request, body=digest_of(body))
        response = Response(reply.status, kept_of_response(reply.headers, content), content)
        with self._lock:
            for carried in (headers, reply.headers):
                self._secrets |= dict.fromkeys(_secrets_in(carried))
            self._answerers.add(answerer(url, reply.headers))
            if not _SIGN_IN.match(url):
                self._add(Interaction(self._now(), request, response))

    def pinned(self, name: str, make: Callable[[], str]) -> str:
        """Return what `make` makes up, and keep it for the replay; each name once."""
        with self._lock:
            if name in self._variables:
                raise ValueError(f"{name} is pinned already")
            self._variables[name] = value = make()
            return value

    def cassette(self, backend: str, today: date) -> Cassette:
        """Return the recording, sanitised. backend: where it was made; who answered there is seen by the answers."""
        workspace = _workspace_in(self._made)
        texts = {f"variable {name}": value for name, value in self._variables.items()}
        texts |= {f"workspace {name}": value for name, value in workspace.items()}
        sanitiser = Sanitiser(kept=self._variables.values())
        interactions, texts = sanitiser.sanitised(self._made, texts, self._secrets)
        metadata = Metadata(
            recorded_from=source_of(backend, self._answerers),
            recorded=today.isoformat(),
            last_validated=today.isoformat(),
            began=self._began,
            sdk=installed(),
            api_versions=sorted(_api_versions(interactions)),
            variables={name: texts[f"variable {name}"] for name in self._variables},
            workspace={name: texts[f"workspace {name}"] for name in workspace},
        )
        return Cassette(metadata, interactions)

    def _add(self, made: Interaction) -> None:
        """Add an exchange: to the one before of the same key, where it was asked and answered alike."""
        key = key_of(made.request)
        last = self._last.get(key)
        if last is not None:
            before = self._made[last]
            if (before.request, before.response) == (made.request, made.response):
                self._made[last] = replace(before, again=(*before.again, made.at))
                return
        self._last[key] = len(self._made)
        self._made.append(made)


def installed() -> dict[str, str]:
    """Return the versions of the packages that shape the traffic, as they are installed here."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _is_upload(request: Request) -> bool:
    if not request.body or isinstance(request.body, Digest):
        return False
    parts = dict(parse_qsl(urlsplit(request.url).query))
    return "x-ms-blob-type" in request.headers or parts.get("comp") in ("block", "appendblock", "page")


def _secrets_in(headers: Mapping[str, str]) -> Iterable[str]:
    for name, value in headers.items():
        if name.lower() in SECRET_HEADERS and value:
            yield str(value).rpartition(" ")[2]


def _workspace_in(interactions: Sequence[Interaction]) -> dict[str, str]:
    """Return the ids of the first workspace that is asked for; {} when none is."""
    for made in interactions:
        found = _WORKSPACE.search(urlsplit(made.request.url).path)
        if found:
            names = ("subscription_id", "resource_group", "workspace_name")
            return dict(zip(names, map(unquote, found.groups()), strict=True))
    return {}


def _api_versions(interactions: Iterable[Interaction]) -> set[str]:
    found = set()
    for made in interactions:
        found |= {value for name, value in parse_qsl(urlsplit(made.request.url).query) if name == "api-version"}
        found |= {value for name, value in made.request.headers.items() if name == "x-ms-version"}
    return found
