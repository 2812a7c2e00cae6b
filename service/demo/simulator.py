"""Plays the demo day against a running service through its public doors alone; refuses to look into its database."""

import asyncio
import contextlib
import logging
import os
import random
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from service.demo.calls import Caller, Raised
from service.demo.colleague import NotLetIn, Seat
from service.demo.desk import Colleague
from service.demo.door import Doors
from service.demo.homefiles import read_accounts, read_keys
from service.demo.phone import Phone, sign_in_all
from service.demo.pulse import beat_for_ever
from service.demo.terminal import Device
from service.demo.town import make_town
from service.demo.towntime import TownTime
from service.demo.walker import Walker

log = logging.getLogger(__name__)

COLLEAGUE = "luan"
"""The dispatcher of both districts whom the simulator plays; the others' seats are left to humans."""
NICE = 10
AGAIN_S = 5.0
PARENT_S = 2.0

Part = Callable[[], Awaitable[None]]


async def play(home: Path, url: str, seed: int, speed: float | None) -> int:
    """Play until SIGTERM or Ctrl+C; `speed` (1 to 120) is set on the town's clock first when given.

    Raises DemoFileMissing where no town was founded, NotLetIn where the service is not that town's.
    """
    os.nice(NICE)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    accounts = {person["name"]: person["password"] for person in read_accounts(home)}
    keys = read_keys(home)
    doors = Doors(url)
    playing = asyncio.create_task(_play(doors, home, accounts, keys, seed, speed))
    stopping = asyncio.create_task(stop.wait())
    orphaned = asyncio.create_task(_orphaned())
    try:
        await asyncio.wait({playing, stopping, orphaned}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            await playing
    finally:
        for task in (playing, stopping, orphaned):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, NotLetIn):
                await task
        await doors.close()
    print("the demo's players have gone home; the town's clock goes on", flush=True)
    return 0


async def _orphaned() -> None:
    """Return when the process that started us is gone: nobody plays to an empty house."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110  a parent tells nobody that it died
        await asyncio.sleep(PARENT_S)


async def _play(
    doors: Doors, home: Path, accounts: dict[str, str], keys: dict[str, bytes], seed: int, speed: float | None
) -> None:
    seat = Seat(doors, COLLEAGUE, accounts[COLLEAGUE])
    town, _ = await asyncio.gather(asyncio.to_thread(make_town, seed), seat.sign_in())
    if speed is not None:
        await seat.post("/api/demo/clock", {"speed": speed})
    time = TownTime(datetime.now(UTC))
    await time.look(seat)
    devices = {name: Device(doors, name, key) for name, key in keys.items()}
    raised = Raised.read(home)
    walkers: dict[int, Walker] = {}
    caller = Caller(seat, time, town, devices, raised)
    colleague = Colleague(seat, time, raised, walkers)
    async with asyncio.TaskGroup() as group:
        for part in (
            lambda: time.follow(seat),
            lambda: beat_for_ever(devices, town),
            caller.call_for_ever,
            colleague.watch,
        ):
            group.create_task(_again(part))
        for walker in await _walkers(doors, seat, time, accounts):
            walkers[walker.phone.caregiver_id] = walker
            group.create_task(_again(walker.live))


async def _walkers(doors: Doors, seat: Seat, time: TownTime, accounts: dict[str, str]) -> list[Walker]:
    """Everybody whose phone was let in, standing where the desk last saw them."""
    logins = [name for name in accounts if name.startswith("cg")]
    random.shuffle(logins)
    phones = await sign_in_all([Phone(doors, name, accounts[name]) for name in logins])
    seen = {one["id"]: one for one in await seat.get("/api/caregivers") or []}
    found = []
    for phone in phones:
        known = seen.get(phone.caregiver_id)
        if known is not None:
            found.append(Walker(phone, time, (known["lon"], known["lat"]), known["mode"]))
    return found


async def _again(part: Part) -> None:
    """Keep one part of the play going: what goes wrong in it is logged and tried again, the others play on."""
    while True:
        try:
            await part()
            return
        except NotLetIn:
            raise
        except Exception:
            log.exception("a part of the demo stumbled")
            await asyncio.sleep(AGAIN_S)
