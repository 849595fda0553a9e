"""Requests on a rung: through the endpoint, whose traffic decides who answers, and to its deployments by their names.

A request that names a deployment is not copied to another one (documented), so both kinds are asked in turn: the first
makes the copies and shows what callers get, the second shows how the candidate does meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from harness.gate.rollout.records import Observed, Stream
from harness.gate.scoring.outcome import read_reply
from harness.gate.scoring.posting import DEPLOYMENT_HEADER, Authorisation, Post, UnansweredError

__all__ = ["Probe", "Probed", "asked_by", "in_turn"]

_UNAUTHORISED = 401


class Probed(NamedTuple):
    """What came of a request. outcome: as in the evidence. answered_by: what the reply says, or ""."""

    outcome: str
    latency_s: float
    answered_by: str
    detail: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Asks an endpoint. bodies: requests, taken in turn; tick: seconds of a clock that only goes forward."""

    post: Post
    address: str
    authorisation: Authorisation
    bodies: Sequence[bytes]
    timeout_s: float
    tick: Callable[[], float]

    def ask(self, number: int, deployment: str = "") -> Probed:
        """Send request `number` to a deployment, or to whom the traffic leads. Nothing is asked again: errors count.

        But for a token that has ended meanwhile, which is nobody's error.
        """
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if deployment:
            headers[DEPLOYMENT_HEADER] = deployment
        body = self.bodies[number % len(self.bodies)]
        for renewed in (False, True):
            key = self.authorisation.value()
            began = self.tick()
            try:
                reply = self.post(self.address, {**headers, "Authorization": key}, body, self.timeout_s)
            except UnansweredError as error:
                return Probed(error.outcome, self.tick() - began, "", error.detail)
            took = self.tick() - began
            if reply.status != _UNAUTHORISED or renewed:
                break
            self.authorisation.forget(key)
        found = read_reply(reply)
        return Probed(found.outcome, took, reply.headers.get(DEPLOYMENT_HEADER, ""), found.detail)


def in_turn(streams: Sequence[Stream], each: int, seen: Sequence[Observed]) -> Iterator[tuple[int, Stream]]:
    """Yield what is left to ask until each stream has so many requests: in turn, and every other time backwards.

    seen: requests that count already, such as those before a crash.
    """
    done = Counter(observed.stream for observed in seen)
    for number in range(each):
        for stream in streams if number % 2 == 0 else streams[::-1]:
            if number >= done[stream]:
                yield number, stream


def asked_by(
    questions: Iterator[tuple[int, Stream]],
    ask: Callable[[int, Stream], Observed],
    take: Callable[[Observed], bool],
    in_flight: int,
) -> None:
    """Ask with so many requests in flight; `take` gets each result, one at a time, and returns whether to go on.

    What is in flight when it says no, or when something is raised, is neither waited for nor taken.
    """
    if in_flight == 1:
        for question in questions:
            if not take(ask(*question)):
                return
        return
    pool = ThreadPoolExecutor(in_flight)
    try:
        running: set[Future[Observed]] = {pool.submit(ask, *question) for question in islice(questions, in_flight)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                if not take(future.result()):
                    return
            running |= {pool.submit(ask, *question) for question in islice(questions, len(done))}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
