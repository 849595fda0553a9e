"""Certificates for the hosts of Azure, from an authority that is made at start and trusted by nobody else."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Collection

import trustme


class Certificates:
    """A certificate authority, and a TLS context for each host that a client names.

    own: names and addresses of the server itself, which share one certificate. kept: certificate and key of the
    authority of an earlier start, as `authority` and `key` returned them; None for a new one.
    """

    def __init__(self, own: Collection[str], kept: tuple[str, str] | None = None) -> None:
        self._own = tuple(own)
        self._authority = (
            trustme.CA(organization_name="Local Azure ML")
            if kept is None
            else trustme.CA.from_pem(kept[0].encode(), kept[1].encode())
        )
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    @property
    def authority(self) -> str:
        """The authority's certificate as PEM: what clients must trust."""
        return self._authority.cert_pem.bytes().decode()

    @property
    def key(self) -> str:
        """The authority's private key as PEM."""
        return self._authority.private_key_pem.bytes().decode()

    def context(self, host: str) -> ssl.SSLContext:
        """Return the context of a host; a client that names another one in its handshake gets that one's."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self._made(host)
            return self._contexts[host]

    def _made(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        names = self._own if host in self._own else (host,)
        self._authority.issue_cert(*names).configure_cert(context)
        context.set_alpn_protocols(["http/1.1"])
        context.sni_callback = self._named
        return context

    def _named(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _initial: ssl.SSLContext) -> None:
        if name:
            connection.context = self.context(name.lower())
