"""Thousands of terminals in one small process: signed requests made before the clock starts; no library on the line.

Run as `python -m bench.callers`. One JSON command a line on standard input, one JSON answer a line on standard output:
`burst` (port, path, count, lines: as fast as they are answered), `pace` (port, path, rate, seconds, lines, and
first, terminals), `quit`.
"""

from __future__ import annotations

import asyncio
import gc
import hmac
import itertools
import json
import sys
import time
from collections import Counter, deque
from typing import Any

import uvloop

from bench.fleet import KEY, name_of

TERMINALS = 1024


class Maker:
    """Makes signed messages; every one has its own msg_id and counter."""

    def __init__(self) -> None:
        self._counter = itertools.count(1)
        self._boot = str(int(time.time())).encode()

    def request(self, path: str, first: int = 1, terminals: int = TERMINALS) -> bytes:
        """One request of the next of so many terminals from the number `first` on, ready to be written."""
        number = next(self._counter)
        terminal, counter = name_of(first + number % terminals).encode(), str(number).encode()
        body = b'{"msg_id":"%s-%d","kind":"sos","battery":77,"text":"pressed"}' % (self._boot, number)
        if path.endswith("heartbeats"):
            body = b'{"battery":77,"signal":-71,"worn":true,"firmware":"2.4.1"}'
        head = b"\n".join((b"POST", path.encode(), terminal, self._boot, counter, body))
        signature = hmac.digest(KEY, head, "sha256").hex().encode()
        return (
            b"POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
            b"X-Terminal: %s\r\nX-Boot: %s\r\nX-Counter: %s\r\nX-Signature: %s\r\n\r\n"
            % (path.encode(), len(body), terminal, self._boot, counter, signature)
        ) + body


class Line(asyncio.Protocol):
    """One connection that sends the next request when the last is answered, or when it is told to."""

    def __init__(self, work: Work) -> None:
        self._work, self._transport = work, None
        self._buffer = b""
        self._sent: deque[float] = deque()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._work.lines.append(self)

    def send(self, request: bytes) -> None:
        transport: Any = self._transport
        self._sent.append(time.perf_counter())
        transport.write(request)

    @property
    def free(self) -> bool:
        return not self._sent

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            self._work.answered(self, int(head[9:12]), time.perf_counter() - self._sent.popleft())

    def connection_lost(self, _error: Exception | None) -> None:
        if self._sent:
            self._work.statuses[0] += len(self._sent)
            self._work.done.set()

    def close(self) -> None:
        transport: Any = self._transport
        transport.close()


class Work:
    """One order under way."""

    def __init__(self, requests: deque[bytes]) -> None:
        self.requests, self.lines = requests, list[Line]()
        self.waits: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.greedy = True
        self.open = len(requests)
        self.done = asyncio.Event()

    def answered(self, line: Line, status: int, seconds: float) -> None:
        self.waits.append(seconds)
        self.statuses[status] += 1
        self.open -= 1
        if self.greedy and self.requests:
            line.send(self.requests.popleft())
        elif not self.open:
            self.done.set()


async def connect(work: Work, port: int, lines: int) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(lines):
        await loop.create_connection(lambda: Line(work), "127.0.0.1", port)


async def burst(maker: Maker, port: int, path: str, count: int, lines: int) -> dict[str, Any]:
    work = Work(deque(maker.request(path) for _ in range(count)))
    await connect(work, port, lines)
    began = time.perf_counter()
    for line in list(work.lines):
        line.send(work.requests.popleft())
    async with asyncio.timeout(120):
        await work.done.wait()
    return told(work, time.perf_counter() - began)


async def pace(
    maker: Maker, port: int, path: str, rate: float, seconds: float, lines: int, **whose: int
) -> dict[str, Any]:
    """Open loop: a request that is due is sent whether or not others are still waiting."""
    work = Work(deque(maker.request(path, **whose) for _ in range(int(rate * seconds))))
    work.greedy = False
    await connect(work, port, lines)
    began, sent, turn = time.perf_counter(), 0, itertools.cycle(work.lines)
    while work.requests:
        due = int((time.perf_counter() - began) * rate)
        while sent <= due and work.requests:
            line = next((one for one in itertools.islice(turn, lines) if one.free), next(turn))
            line.send(work.requests.popleft())
            sent += 1
        await asyncio.sleep(0.001)
    async with asyncio.timeout(60):
        await work.done.wait()
    return told(work, time.perf_counter() - began)


def told(work: Work, seconds: float) -> dict[str, Any]:
    for line in work.lines:
        line.close()
    if work.statuses[0]:
        raise ConnectionError(f"{work.statuses[0]} requests were hung up on")
    waits = sorted(work.waits)
    return {
        "rate": len(waits) / seconds,
        "p50_ms": waits[len(waits) // 2] * 1000,
        "p99_ms": waits[int(len(waits) * 0.99)] * 1000,
        "statuses": {str(status): count for status, count in work.statuses.items()},
    }


async def main() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    maker = Maker()
    gc.disable()
    while line := await reader.readline():
        order = json.loads(line)
        if order.pop("do") == "burst":
            answer = await burst(maker, **order)
        else:
            answer = await pace(maker, **order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main())
