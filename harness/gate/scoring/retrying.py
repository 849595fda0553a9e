"""One question, with a fixed number of further tries for what may pass: the same for either model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from harness.gate.scoring.outcome import Found, read_reply
from harness.gate.scoring.posting import Post, Reply, Target, UnansweredError
from harness.gate.scoring.timing import Pace, Timing

__all__ = ["Asked", "Patience", "ask", "may_pass", "pause_before"]

_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_UNAUTHORISED = 401
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0


@dataclass(frozen=True, slots=True)
class Patience:
    """retries: tries after the first. timeout_s: for one reply. longest_wait_s: what an endpoint may ask us to wait."""

    retries: int = 2
    timeout_s: float = 120.0
    longest_wait_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a question. status: of the last reply, None without one. latency_s: of the last try alone."""

    found: Found
    status: int | None
    latency_s: float
    tries: int


def ask(post: Post, target: Target, body: bytes, patience: Patience, pace: Pace, timing: Timing) -> Asked:
    """Ask once, and again while the budget lasts and the failure may pass.

    A wait that the endpoint asks for (Retry-After) holds every question back; one that is too long ends the tries.
    """
    for tries in range(1, patience.retries + 2):
        pace.wait()
        headers = target.headers()
        began = timing.tick()
        reply: Reply | None = None
        try:
            reply = post(target.address, headers, body, patience.timeout_s)
            found = read_reply(reply)
        except UnansweredError as error:
            found = Found(error.outcome, detail=error.detail)
        asked = Asked(found, reply.status if reply else None, timing.tick() - began, tries)
        if reply and reply.status == _UNAUTHORISED:
            target.authorisation.forget(headers["Authorization"])
        if tries > patience.retries or not may_pass(found, reply):
            break
        wanted = pause_before(tries, reply, timing.now())
        if wanted > patience.longest_wait_s:
            return replace(asked, found=replace(found, detail=f"{found.detail}, to be repeated after {wanted:.0f} s"))
        if reply and "retry-after" in reply.headers:
            pace.hold(wanted)
        else:
            timing.sleep(wanted)
    return asked


def may_pass(found: Found, reply: Reply | None) -> bool:
    """Tell whether the same question may be answered later: overload, a broken line, a token that has ended.

    What the model itself says is its answer, good or bad, and asking again would be choosing.
    """
    if found.outcome in ("timeout", "connection_error"):
        return True
    if found.outcome != "http_error" or reply is None:
        return False
    inner = reply.headers.get("ms-azureml-model-error-statuscode", "")
    status = int(inner) if reply.status == 424 and inner.isdigit() else reply.status
    return status in _PASSING or status in (424, _UNAUTHORISED)


def pause_before(tries: int, reply: Reply | None, now: datetime) -> float:
    """Return the seconds to wait after so many tries: what the endpoint says, else 1, 2, 4 ... and 30 at most."""
    said = _retry_after(reply.headers if reply else {}, now)
    return min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (tries - 1)) if said is None else said


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read the header in both of its forms, seconds or a date (RFC 9110); None without one that can be read."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or timezone.utc) - now).total_seconds())
