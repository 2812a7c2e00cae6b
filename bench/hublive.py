"""A call from the button to the desks over PostgreSQL, intake and hub apart: how long, and what a storm does to it."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

from bench.cluster import DISTRICTS, found, key_of, role, tickets
from bench.effort import Effort
from bench.hub import side
from bench.postgres import postgres
from bench.programs import Program, program
from service.terminals.signature import sign

HOMES, ONE_DISTRICTS, FLEET = 10_000, 6000, 30_000
"""Every home presses once; from the second number on they do so for the district that all desks watch. So many more
only send heartbeats: 60 a minute are taken of a terminal, and a second's all have a row of their own to be written."""
BEAT_LINES = 4096
"""Enough that none has to wait for an earlier answer on its line, as no terminal with a line of its own does."""
PATH, BEATS = "/terminals/v1/alerts", "/terminals/v1/heartbeats"
A_SECOND, A_SECOND_TO_ALL, BEATS_A_SECOND = 50, 10, 8333


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

    def __init__(self, address: str, first: int = 1, step: int = 1) -> None:
        self._lines = [Line(address) for _ in range(8)]
        self._home, self._step = first - step, step

    async def pour(self, count: int, a_second: float = A_SECOND) -> list[Press]:
        """Evenly; a line that waits makes the others no slower."""
        free: asyncio.Queue[Line] = asyncio.Queue()
        for line in self._lines:
            free.put_nowait(line)

        async def one() -> Press:
            line = await free.get()
            self._home += self._step
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


@dataclass(frozen=True)
class Spread:
    """How long calls took to be answered, and to reach the first and the last of their desks, ms; `beats` a second."""

    desks: int
    a_second: float
    beats: float
    acked: list[float]
    first: list[float]
    last: list[float]
    after: list[float]
    put_off: float = 0.0
    """Share of the heartbeats that were told to come later: calls go first."""

    def row(self) -> str:
        """A line of the table."""
        return (
            f"| {self.desks} | {self.a_second:.0f} | {self.beats:,.0f} "
            f"| {at(0.5, self.acked):.1f} / {at(0.99, self.acked):.1f} "
            f"| {at(0.5, self.first):.1f} / {at(0.999, self.first):.1f} "
            f"| {at(0.5, self.last):.1f} / {at(0.99, self.last):.1f} | {at(0.5, self.after):+.1f} |"
        )

    def beyond(self) -> float:
        """By how much the last desk's p99 lies beyond the answer's, ms."""
        return at(0.99, self.last) - at(0.99, self.acked)


async def spread(crowd: Program, calls: Calls, count: int, desks: int, a_second: float) -> Spread:
    """G5 and G6: each call goes to the desks of its own district."""
    await calls.pour(20, a_second)
    presses = await calls.pour(count, a_second)
    firsts, lasts, after = [], [], []
    for press in presses:
        heard = await crowd.does("wait", seq=press.seq, count=desks, seconds=3)
        if len(heard["times"]) != desks:
            raise RuntimeError(f"event {press.seq} reached {len(heard['times'])} of {desks} desks")
        firsts.append((heard["times"][0] - press.sent) * 1000)
        lasts.append((heard["times"][-1] - press.sent) * 1000)
        after.append((heard["times"][0] - press.acked) * 1000)
    return Spread(desks, a_second, 0.0, acks(presses), firsts, lasts, after)


async def beats(intake: str, fleet: Program, seconds: float) -> tuple[float, float]:
    """The fleet's heartbeats for so long; how many a second were taken, and the share told to come later."""
    order: dict[str, Any] = {
        "port": int(intake.split(":")[1]),
        "path": BEATS,
        "lines": BEAT_LINES,
        "rate": BEATS_A_SECOND,
    }
    told = await fleet.does("pace", seconds=seconds, first=HOMES + 1, terminals=FLEET, **order)
    if not set(told["statuses"]) <= {"200", "503"}:
        raise RuntimeError(f"heartbeats were answered {told['statuses']}")
    taken = told["statuses"]["200"] / sum(told["statuses"].values())
    return told["rate"] * taken, 1 - taken


async def beside_heartbeats(intake: str, crowd: Program, calls: Calls, count: int, desks: int, rate: float) -> Spread:
    """The same while the fleet's heartbeats come in."""
    async with program("bench.callers") as fleet:
        beating = asyncio.create_task(beats(intake, fleet, (count + 20) / rate + 4.0))
        await asyncio.sleep(3.0)  # it signs everything first, then begins
        found = await spread(crowd, calls, count, desks, rate)
        taken, put_off = await beating
    return replace(found, beats=taken, put_off=put_off)


async def bare_fan_out(count: int) -> float:
    """Milliseconds until the last of so many has an event from the bound, the middle one of 40."""
    async with AsyncExitStack() as stack:
        bound = await side(stack, "bound")
        await bound.open(count)
        return at(0.5, [max(await bound.tell(count)) for _ in range(40)])


async def to_the_desks(url: str, intake: str, hub: str, crowd: Program, size: int) -> list[str]:
    """G5 and G6 without and with heartbeats: each call to the fifty desks of its district, then to all thousand."""
    far, near = Calls(intake), Calls(intake, ONE_DISTRICTS, DISTRICTS)
    async with program("bench.callers") as fleet:
        await beats(intake, fleet, FLEET / BEATS_A_SECOND + 1.0)
    found: list[Spread] = []
    for calls, count, rate, districts in (
        (far, 200 * size, A_SECOND, DISTRICTS),
        (near, 20 * size, A_SECOND_TO_ALL, 1),
    ):
        passes = await tickets(url, 1000, districts)
        await crowd.does("open", address=hub, tickets=passes, seconds=60)
        found.append(await spread(crowd, calls, count, 1000 // districts, rate))
        found.append(await beside_heartbeats(intake, crowd, calls, count, 1000 // districts, rate))
        await crowd.does("drop")
        calls.hang_up()
    calm, busy, all_calm, all_busy = found
    bare = await bare_fan_out(1000)
    return [
        *[one.row() for one in found],
        "",
        f"Beside the heartbeats the first desk has a call after {at(0.999, busy.first):.0f} ms at p99.9, "
        f"{at(0.999, busy.first) / at(0.999, calm.first):.1f} x without (goal: 250 ms). "
        f"The last of 1,000 desks' p99 lies {all_calm.beyond():.1f} ms beyond the answers', "
        f"beside the heartbeats {all_busy.beyond():.1f} ms; "
        f"a bare broadcaster's last of 1,000 has an event after {bare:.1f} ms (goal: twice that). "
        f"{FLEET:,} terminals send the heartbeats, each known before, "
        f"{max(busy.put_off, all_busy.put_off):.2%} of them were put off; all programs share two cores.",
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
        await found(url, HOMES + FLEET)
        async with AsyncExitStack() as stack:
            intake = await stack.enter_async_context(role("intake", url))
            hub = await stack.enter_async_context(role("hub", url))
            crowd = await stack.enter_async_context(program("bench.crowd"))
            lines = [
                f"Intake and hub as processes of their own on PostgreSQL; 1,000 consoles in {DISTRICTS} districts, "
                "then in one: every call goes to the consoles of its own.",
                "",
                "| desks a call | calls a second | heartbeats a second | answered, ms: p50 / p99 "
                "| first desk, ms: p50 / p99.9 | last desk, ms: p50 / p99 | first desk after the answer, p50 |",
                "|---|---|---|---|---|---|---|",
                *await to_the_desks(url, intake, hub, crowd, size),
                "",
            ]
            calls = Calls(intake, 3000)
            stack.callback(calls.hang_up)
            await crowd.does("open", address=hub, tickets=await tickets(url, 2000), seconds=60)
            lines.append(await storm(url, hub, crowd, calls, 2000, resume=True))
            lines += ["", await storm(url, hub, crowd, calls, 2000, resume=False)]
    return lines


def measure(effort: Effort) -> list[str]:
    """The whole measurement."""
    return asyncio.run(everything(effort))
