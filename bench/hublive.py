"""A call from the button to the desks over PostgreSQL, intake and hub apart: how long, and what a storm does to it."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bench.cluster import DISTRICTS, found, key_of, role, tickets
from bench.effort import Effort
from bench.postgres import postgres
from bench.programs import Program, program
from service.terminals.signature import sign

HOMES = 4000
PATH = "/terminals/v1/alerts"
A_SECOND = 50


@dataclass(frozen=True)
class Press:
    """One call: when it was sent, when answered, and its event's number."""

    sent: float
    acked: float
    seq: int


class Line:
    """One kept connection to the intake."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def press(self, home: int) -> Press:
        """The button of one home, once. Raises RuntimeError for anything but 200."""
        if self._streams is None:
            host, port = self._address.split(":")
            self._streams = await asyncio.open_connection(host, int(port))
        reader, writer = self._streams
        terminal, body = f"B-{home}", b'{"msg_id":"m1","kind":"sos"}'
        signature = sign(key_of(terminal), "POST", PATH, terminal, "1", "1", body)
        head = f"POST {PATH} HTTP/1.1\r\nHost: {self._address}\r\nContent-Length: {len(body)}\r\n"
        head += f"X-Terminal: {terminal}\r\nX-Boot: 1\r\nX-Counter: 1\r\nX-Signature: {signature}\r\n\r\n"
        sent = time.monotonic()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        told = await reader.readexactly(length)
        acked = time.monotonic()
        if b" 200 " not in answer[:20]:
            raise RuntimeError(f"a call was answered {answer[:20]!r} {told[:200]!r}")
        return Press(sent, acked, int(json.loads(told)["seq"]))

    def hang_up(self) -> None:
        """Let the connection go."""
        if self._streams is not None:
            self._streams[1].close()


class Calls:
    """Presses one home after the other, so many a second, over eight lines."""

    def __init__(self, address: str) -> None:
        self._lines = [Line(address) for _ in range(8)]
        self._home = 0

    async def pour(self, count: int, a_second: float = A_SECOND) -> list[Press]:
        """Evenly; a line that waits makes the others no slower."""
        free: asyncio.Queue[Line] = asyncio.Queue()
        for line in self._lines:
            free.put_nowait(line)

        async def one() -> Press:
            line = await free.get()
            self._home += 1
            try:
                return await line.press(self._home)
            finally:
                free.put_nowait(line)

        began, pressing = time.monotonic(), []
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / a_second - time.monotonic()))
            pressing.append(asyncio.create_task(one()))
        return list(await asyncio.gather(*pressing))

    def hang_up(self) -> None:
        """Let all lines go."""
        for line in self._lines:
            line.hang_up()


def at(share: float, times: list[float]) -> float:
    """A quantile, in the unit of `times`."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def acks(presses: list[Press]) -> list[float]:
    """How long each call waited for its answer, ms."""
    return [(press.acked - press.sent) * 1000 for press in presses]


async def spread(crowd: Program, calls: Calls, count: int, desks: int, a_second: float) -> list[str]:
    """G5 and G6: each call goes to the desks of its own district."""
    await calls.pour(20)
    presses = await calls.pour(count, a_second)
    firsts, lasts, after = [], [], []
    for press in presses:
        heard = await crowd.does("wait", seq=press.seq, count=desks, seconds=3)
        if len(heard["times"]) != desks:
            raise RuntimeError(f"event {press.seq} reached {len(heard['times'])} of {desks} desks")
        firsts.append((heard["times"][0] - press.sent) * 1000)
        lasts.append((heard["times"][-1] - press.sent) * 1000)
        after.append((heard["times"][0] - press.acked) * 1000)
    waits = acks(presses)
    return [
        f"| {desks} | {a_second:.0f} | {at(0.5, waits):.1f} / {at(0.99, waits):.1f} "
        f"| {at(0.5, firsts):.1f} / {at(0.999, firsts):.1f} | {at(0.5, lasts):.1f} / {at(0.99, lasts):.1f} "
        f"| {at(0.5, after):+.1f} |"
    ]


async def storm(url: str, hub: str, crowd: Program, calls: Calls, count: int, resume: bool) -> str:
    """G10: everybody is cut off and comes back at once, while calls go on."""
    calm = await calls.pour(A_SECOND * 8)
    passes = await tickets(url, count)
    await crowd.does("drop")
    pouring = asyncio.create_task(calls.pour(A_SECOND * 8))
    opened = await crowd.does("open", address=hub, tickets=passes, at_once=count, resume=resume, seconds=60)
    during = await pouring
    bare = await bare_storm(count)
    how = "by cursor" if resume else "with nothing"
    away = f"; the first that were sent away: {opened['ends']}" if opened["ends"] else ""
    busy, quiet = at(0.99, acks(during)), at(0.99, acks(calm))
    return (
        f"{count:,} consoles come back at once {how}: {opened['live']:,} are live after {opened['seconds']:.1f} s "
        f"({opened['seconds'] / bare:.0f} x a bare handshake and hello){away}. The calls' answers meanwhile: "
        f"p99 {busy:.1f} ms, {busy / quiet:.2f} x the calm {quiet:.1f} ms."
    )


async def bare_storm(count: int) -> float:
    """Seconds that the bound takes for as many."""
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(program("bench.hubsite", "bound"))
        crew = await stack.enter_async_context(program("bench.crowd"))
        address = (await site.says())["address"]
        bare = await crew.does("open", address=address, tickets=["x"] * count, at_once=count, seconds=60)
        return float(bare["seconds"])


async def everything(effort: Effort) -> list[str]:
    """One town, one intake process, one hub process, one crowd."""
    size = 1 if effort.quick else 3
    with postgres() as url:
        await found(url, HOMES)
        async with AsyncExitStack() as stack:
            intake = await stack.enter_async_context(role("intake", url))
            hub = await stack.enter_async_context(role("hub", url))
            crowd = await stack.enter_async_context(program("bench.crowd"))
            calls = Calls(intake)
            stack.callback(calls.hang_up)
            opened = await crowd.does("open", address=hub, tickets=await tickets(url, 1000), seconds=60)
            lines = [
                f"Intake and hub as processes of their own on PostgreSQL; {opened['live']} consoles in {DISTRICTS} "
                "districts, every call goes to the consoles of its own. No heartbeats meanwhile.",
                "",
                "| desks a call | calls a second | answered, ms: p50 / p99 | first desk, ms: p50 / p99.9 "
                "| last desk, ms: p50 / p99 | first desk after the answer, p50 |",
                "|---|---|---|---|---|---|",
                *await spread(crowd, calls, 200 * size, 1000 // DISTRICTS, A_SECOND),
                "",
            ]
            await crowd.does("drop")
            await crowd.does("open", address=hub, tickets=await tickets(url, 2000), seconds=60)
            lines.append(await storm(url, hub, crowd, calls, 2000, resume=True))
            lines += ["", await storm(url, hub, crowd, calls, 2000, resume=False)]
    return lines


def measure(effort: Effort) -> list[str]:
    """The whole measurement."""
    return asyncio.run(everything(effort))
