"""The way of one call, straight off the line and back, without a task or a framework; refuses to wait for anything.

A signed call of a terminal that is about: signature (envelope.py), message (intake/message.py), batch (committer.py),
disk, answer. Anything else (a terminal to be looked up, a wrong signature, other paths) goes the door's way, and is
answered the same. Signs of life stand aside: they are read with what comes, and answered between calls, a little at a
time, so that a call waits for some of them at most, however many there are.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Mapping
from datetime import datetime

from service.errors import ServiceError
from service.intake.assembly import Intake
from service.intake.failpoints import failpoint
from service.intake.letters import Letter, Taken
from service.intake.message import MAX_BYTES
from service.listening import Whole
from service.terminals.alerts import answer_of, can_wait, read_letter, take_alert
from service.terminals.door import refusal, told
from service.terminals.envelope import MAX_HEAD, Answer, Asked, recognise
from service.terminals.heartbeats import hear, refuse_in_a_crowd, take_heartbeats

ALERTS, BEATS = b"/terminals/v1/alerts", b"/terminals/v1/heartbeats"
TAKERS = {ALERTS: take_alert, BEATS: take_heartbeats}
SLICE_S = 0.001
"""So long signs of life are answered before whatever has come meanwhile is read."""
log = logging.getLogger(__name__)


class Hatch:
    """service.listening.Hatch for calls and heartbeats."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._long_ways: set[asyncio.Task[None]] = set()
        self._aside: deque[Whole] = deque()

    def wants(self, url: bytes, head: Mapping[bytes, bytes]) -> bool:
        """Calls and heartbeats of the size that terminals send."""
        length = head.get(b"content-length", b"")
        if url not in TAKERS or not length.isdigit() or int(length) > MAX_BYTES or b"transfer-encoding" in head:
            return False
        return sum(map(len, head)) + sum(map(len, head.values())) <= MAX_HEAD

    def take(self, request: Whole) -> None:
        """Take one request; a call is answered by the committer, once it is on disk."""
        if request.url != BEATS:
            self._read(request)
            return
        if not self._aside:
            asyncio.get_running_loop().call_soon(self._hear_some)
        self._aside.append(request)

    def _hear_some(self) -> None:
        """Answer signs of life for a moment."""
        until, waiting = time.monotonic() + SLICE_S, True
        while waiting:
            self._hear_one(self._aside.popleft())
            waiting = bool(self._aside) and time.monotonic() < until
        if self._aside:
            asyncio.get_running_loop().call_soon(self._hear_some)

    def _hear_one(self, request: Whole) -> None:
        try:
            self._read(request)
        except Exception:
            log.exception("a heartbeat could not be answered")
            request.answer(500, (), b"")

    def _read(self, request: Whole) -> None:
        asked, now = _asked(request), self._intake.clock.now()
        try:
            if request.url == BEATS:
                refuse_in_a_crowd(self._intake)
            envelope = recognise(asked, self._intake, now)
            if envelope is None:
                self._go_the_long_way(asked, request)
            elif request.url == BEATS:
                _send_next(hear(envelope, self._intake, now), request)
            else:
                self._hand_in(read_letter(envelope, now), request, now)
        except ServiceError as error:
            _send(refusal(error), request)

    def _hand_in(self, letter: Letter, request: Whole, now: datetime) -> None:
        self._intake.committer.hand_in(letter, OnTheLine(request), can_wait=can_wait(letter, self._intake, now))

    def _go_the_long_way(self, asked: Asked, request: Whole) -> None:
        task = asyncio.get_running_loop().create_task(self._ask(asked, request))
        self._long_ways.add(task)
        task.add_done_callback(self._long_ways.discard)

    async def _ask(self, asked: Asked, request: Whole) -> None:
        try:
            _send(await told(TAKERS[request.url], asked, self._intake), request)
        finally:
            request.answer(500, (), b"")  # a bug, or the end of the process: no line is left without a word
        if request.url == ALERTS:
            failpoint.reach("after_answer")


class OnTheLine:
    """A caller that waits on the line for what becomes of its letter (committer.Answered)."""

    __slots__ = ("_request",)

    def __init__(self, request: Whole) -> None:
        self._request = request

    def done(self) -> bool:
        """Whether it was answered; who hung up is told nothing, and its letter is kept."""
        return self._request.response_complete

    def set_result(self, taken: Taken, /) -> None:
        """It is on disk."""
        _send(answer_of(taken), self._request)
        failpoint.reach("after_answer")

    def set_exception(self, error: ServiceError, /) -> None:
        """It is not."""
        _send(refusal(error), self._request)


def _asked(request: Whole) -> Asked:
    head = request.head.get
    return Asked(
        method=b"POST",
        path=request.url,
        terminal=head(b"x-terminal", b""),
        boot=head(b"x-boot", b""),
        counter=head(b"x-counter", b""),
        signature=head(b"x-signature", b""),
        body=request.body,
        source=request.source,
    )


def _send_next(given: Answer, request: Whole) -> None:
    """Send it in the loop's next turn: those that came together are all answered together, a fifth less work each."""
    asyncio.get_running_loop().call_soon(_send, given, request)


def _send(given: Answer, request: Whole) -> None:
    if given.status == 200:
        request.line.is_known()
    request.answer(given.status, (*given.headers, (b"content-type", given.media_type.encode())), given.body)
