"""The emulator's one application. A request takes the steps of `answer`, top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from fakes.emulator.call import Call
from fakes.emulator.exchange import Exchange, Reply, Request
from fakes.emulator.hosts import HostFamily, Hosts
from fakes.emulator.real_waits import RealWaits
from fakes.emulator.services import FAMILIES
from fakes.emulator.versions import check_api_version
from fakes.emulator.wire import (
    ARM_HEADERS,
    compact_stamp,
    component_of,
    error_reply,
    http_date,
    json_reply,
    operation_identifier,
    rate_limit_headers,
    service_headers,
)
from fakes.emulator.wsgi import serve
from fakes.world.errors import ServiceError
from fakes.world.faults import ConnectionFault, Fault, HttpFault
from fakes.world.world import REGION
from harness.doors.messages import BrokenConnectionError

if TYPE_CHECKING:
    from fakes.world.world import World


class EmulatorClosedError(Exception):
    """A client that outlived its emulator, such as a poller nobody waited for, is stopped instead of let out."""


class InjectedError(ServiceError):
    """An injected HTTP error; its status is the instance's own."""

    def __init__(self, fault: HttpFault) -> None:
        super().__init__(fault.message, code=fault.code)
        self.http_status = fault.status


class App:
    """Answers requests for every host of Azure ML out of one world."""

    def __init__(self, world: World, waits: RealWaits | None = None) -> None:
        self.world = world
        self.waits = waits
        self.hosts = Hosts(FAMILIES)
        self.calls: list[Exchange] = []
        self.closed = False

    def answer(self, request: Request) -> Reply:
        """Answer a request: whose host, which route, who waits, due work, faults, token, version, handler, headers."""
        if self.closed:
            raise EmulatorClosedError(f"the emulator has been closed; {request.method} {request.url} was not sent")
        family, host = self.hosts.resolve(request.host, request.url)
        match = family.routes.match(request.method, request.path)
        if match is None:
            return self._record(request, "(no route)", _unserved(request, family))
        call = Call(request, self.world, family, host, match.route, match.params)
        with self.world.lock:
            if self.waits is not None:
                self.waits.before(request)
            self.world.catch_up()
            reply = self._faced(call)
            if self.waits is not None:
                self.waits.after(request, reply)
            _add_headers(call, reply)
            return self._record(request, call.route.operation, reply)

    def _faced(self, call: Call) -> Reply:
        """Serve a call, unless a fault meets it before or after."""
        try:
            if call.family.name_operation is not None:
                call.route = call.family.name_operation(call)
        except ServiceError as error:
            return _refusal(call, error)
        reply = self._meet_fault("before", call, None)
        if reply is None:
            reply = self._served(call)
            reply = self._meet_fault("after", call, reply) or reply
        return reply

    def _served(self, call: Call) -> Reply:
        try:
            authorise(call)
            if call.family.versioned:
                check_api_version(call)
            return call.route.handler(call)
        except ServiceError as error:
            return _refusal(call, error)

    def _meet_fault(self, when: Any, call: Call, reply: Reply | None) -> Reply | None:
        fault: Fault | None = self.world.faults.take(call.route.operation, when)
        if fault is None:
            return None
        if isinstance(fault, HttpFault):
            return _refusal(call, InjectedError(fault))
        self.calls.append(Exchange(call.request.method, call.request.url, 0, call.route.operation))
        if isinstance(fault, ConnectionFault) and fault.kind == "truncated":
            raise BrokenConnectionError("truncated", reply or self._served(call))
        raise BrokenConnectionError(getattr(fault, "kind", "reset"))

    def _record(self, request: Request, operation: str, reply: Reply) -> Reply:
        self.calls.append(Exchange(request.method, request.url, reply.status, operation))
        return reply

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as a WSGI application, for servers on a socket."""
        return serve(self, environ, start_response)


def authorise(call: Call) -> None:
    """Refuse a caller without a fitting token, where the host family takes tokens of Entra."""
    if call.family.audiences and not call.route.anonymous:
        header = call.request.headers.get("authorization", "")
        call.world.identity.verify(header, call.family.audiences, call.world.clock.now())


def _refusal(call: Call, error: ServiceError) -> Reply:
    if call.family.refuse is not None:
        reply = call.family.refuse(call, error)
    else:
        component = component_of(call.request.path) if call.family.envelope == "dataplane" else ""
        region = call.host.get("region") or REGION
        reply = error_reply(call.world, error, envelope=call.family.envelope, region=region, component=component)
    reply.status = getattr(error, "http_status", reply.status)
    return reply


def _unserved(request: Request, family: HostFamily) -> Reply:
    """Say that nobody knows what Azure answers here; 501 is never retried into silence."""
    message = (
        f"The local Azure ML does not serve {request.method} {request.path} on {family.name} hosts "
        f"(query: {dict(request.query)}). docs/coverage.md lists what it serves."
    )
    return json_reply(501, {"error": {"code": "NotImplemented", "message": message}})


def _add_headers(call: Call, reply: Reply) -> None:
    headers, now, guid = reply.headers, call.world.clock.now(), call.world.ids.guid()
    headers.setdefault("Date", http_date(now))
    if call.family.name == "arm":
        headers.update(ARM_HEADERS)
        headers.update(rate_limit_headers(call.route.operation, call.request.method))
        headers["x-ms-correlation-request-id"] = guid
        headers["x-ms-routing-request-id"] = f"{REGION.upper()}:{compact_stamp(now)}:{guid}"
        if reply.status != 204:  # ARM itself says that there is nothing to delete (recorded 2024, 2025)
            headers["x-ms-operation-identifier"] = operation_identifier(call.world, REGION, guid)
            headers.update(service_headers(call.world))
            headers.setdefault("x-ms-response-type", "standard")
    elif call.family.audiences:  # Azure ML's own hosts, which ARM does not stand before
        headers.update(service_headers(call.world))
        headers.setdefault("x-ms-response-type", "standard")
        headers.setdefault("Connection", "keep-alive")
    else:
        headers.setdefault("x-ms-request-id", guid)
