"""The live sockets beside a bare broadcaster in the same run: fan-out, memory, slow consoles, and logs that agree."""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from bench.effort import Effort
from bench.programs import Program, program
from bench.schedules import run

SIZE = 440
"""Bytes of padding: a frame of about 512."""
ROUNDS, EVENTS = 5, 20
SCHEDULES = 100_000


@dataclass
class Side:
    """One server with its crowd, and what was seen of it."""

    name: str
    site: Program
    crowd: Program
    address: str
    empty: int = 0
    rounds: list[float] = field(default_factory=list)
    lasts: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    seq: int = 0

    async def open(self, count: int) -> dict[str, Any]:
        """So many consoles of one district."""
        tickets = [f"370613-{n}" for n in range(count)]
        opened = await self.crowd.does("open", address=self.address, tickets=tickets, seconds=60)
        if opened["live"] != count:
            raise RuntimeError(f"{self.name}: only {opened['live']} of {count} consoles: {opened['ends']}")
        return opened

    async def tell(self, count: int) -> list[float]:
        """One event; when each of `count` consoles had it, in milliseconds after it was told."""
        self.seq += 1
        told = await self.site.does("tell", seq=self.seq, bytes=SIZE)
        heard = await self.crowd.does("wait", seq=self.seq, count=count, seconds=10)
        return [(at - told["at"]) * 1000 for at in heard["times"]]

    async def round(self, count: int) -> None:
        """Some events one after the other: the median time to the last console, and the server's work for one."""
        before = await self.site.does("stats")
        lasts = [max(await self.tell(count)) for _ in range(EVENTS)]
        after = await self.site.does("stats")
        self.rounds.append(statistics.median(lasts))
        self.lasts += lasts
        self.cpu_us.append((after["cpu_s"] - before["cpu_s"]) * 1e6 / (count * EVENTS))


async def side(stack: AsyncExitStack, name: str) -> Side:
    """Start a server and its crowd."""
    site = await stack.enter_async_context(program("bench.hubsite", name))
    crowd = await stack.enter_async_context(program("bench.crowd"))
    address = (await site.says())["address"]
    empty = (await site.does("stats"))["resident"]
    return Side(name, site, crowd, address, empty)


async def fan_out(count: int, rounds: int) -> list[str]:
    """G3 and G4: interleaved rounds of both servers with the same crowd."""
    async with AsyncExitStack() as stack:
        bound, ours = await side(stack, "bound"), await side(stack, "hub")
        opened = {one.name: await one.open(count) for one in (bound, ours)}
        memory = {one.name: ((await one.site.does("stats"))["resident"] - one.empty) / count for one in (bound, ours)}
        for one in (bound, ours):
            await one.tell(count)
        encoded = (await ours.site.does("stats"))["encoded"]
        for _ in range(rounds):
            await bound.round(count)
            await ours.round(count)
        encodings = (await ours.site.does("stats"))["encoded"] - encoded
    ratios = [mine / theirs for mine, theirs in zip(ours.rounds, bound.rounds, strict=True)]
    work = statistics.median(ours.cpu_us) / statistics.median(bound.cpu_us)
    tails = [sorted(one.lasts)[int(len(one.lasts) * 0.99)] / statistics.median(one.lasts) for one in (ours, bound)]
    last = f"{statistics.median(ours.rounds):.1f} / {statistics.median(bound.rounds):.1f}"
    return [
        f"| {count} | {last} | {statistics.median(ratios):.2f} [{min(ratios):.2f}..{max(ratios):.2f}] "
        f"| {tails[0]:.1f} / {tails[1]:.1f} "
        f"| {statistics.median(ours.cpu_us):.1f} ({work:.2f} x) | {encodings / (rounds * EVENTS):.2f} "
        f"| {memory['hub'] / 1024:.1f} / {memory['bound'] / 1024:.1f} "
        f"| {opened['hub']['seconds'] / opened['bound']['seconds']:.1f} x |"
    ]


async def reconnects(count: int, times: int) -> str:
    """G4: memory after everybody has left and come back again and again."""
    async with AsyncExitStack() as stack:
        ours = await side(stack, "hub")
        seen = []
        for _ in range(times + 1):
            await ours.open(count)
            seen.append((await ours.site.does("stats"))["resident"])
            await ours.crowd.does("drop")
            while (await ours.site.does("stats"))["sockets"]:  # noqa: ASYNC110  another process is asked
                await asyncio.sleep(0.05)
        growth = (seen[-1] - seen[1]) / seen[1] * 100
    return f"Memory after {count * times:,} reconnects: {growth:+.1f} % of what it was after the first {count:,}."


async def slow_ones(count: int = 1000, stalled: int = 100) -> list[str]:
    """G11: a tenth of the consoles stops reading while events go on."""
    async with AsyncExitStack() as stack:
        ours = await side(stack, "hub")
        await ours.open(count)
        calm = [moment for _ in range(40) for moment in await ours.tell(count)]
        before = await ours.site.does("stats")
        await ours.crowd.does("stall", first=stalled)
        began, evicted_s, worst, grown = time.monotonic(), 0.0, [], 0
        while time.monotonic() - began < 15:
            for _ in range(10):
                ours.seq += 1
                told = await ours.site.does("tell", seq=ours.seq, bytes=4000)
                heard = await ours.crowd.does("wait", seq=ours.seq, count=count - stalled, seconds=2)
                worst += [(at - told["at"]) * 1000 for at in heard["times"]]
            now = await ours.site.does("stats")
            grown = max(grown, now["resident"] - before["resident"])
            if now["evicted"] == stalled:
                evicted_s = time.monotonic() - began
                break
        again = [moment for _ in range(40) for moment in await ours.tell(count - stalled)]
    p99 = [sorted(times)[int(len(times) * 0.99)] for times in (calm, again)]
    during = sorted(worst)[int(len(worst) * 0.99)]
    gone = f"all {stalled} let go {evicted_s:.1f} s after they stopped" if evicted_s else "not all were let go in 15 s"
    return [
        f"A tenth of {count} consoles stops reading: {gone}; memory grew by {grown / 2**20:.0f} MB at most. "
        f"The others' p99 was {during:.1f} ms meanwhile, with frames of 4 KB, and once they were gone "
        f"{p99[1] / p99[0]:.2f} x what it was before, with the same frames as before.",
    ]


def logs_agree(schedules: int) -> str:
    """G13: random schedules through ring, hub, connection and the rule of resuming."""
    began = time.monotonic()
    bad = sum(not run(seed) for seed in range(schedules))
    took = time.monotonic() - began
    return f"{schedules:,} random schedules, {bad} in which a client's log is not the server's ({took:.0f} s)."


def measure(effort: Effort) -> list[str]:
    """All of it, in the order of the goals."""
    rounds = 2 if effort.quick else ROUNDS
    lines = [
        "Both servers run at once, each with a crowd of its own, and take turns: frames of 512 bytes, 20 a round.",
        "",
        "| consoles | last has it, ms: ours / bare | ratio [min..max] | p99 / median: ours / bare "
        "| server us a frame (x bare) | JSON encodings an event | KB a console: ours / bare | time to open (x bare) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for count in (1000, 5000):
        lines += asyncio.run(fan_out(count, rounds))
    lines += ["", asyncio.run(reconnects(2000, 2 if effort.quick else 10)), ""]
    lines += [*asyncio.run(slow_ones()), "", logs_agree(SCHEDULES // (20 if effort.quick else 1))]
    return lines
