"""A caregiver living the day by the published route, through the phone alone; sometimes late, never in two places."""

import asyncio
import logging
import math
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.demo.phone import Phone, Point, TakenOver
from service.demo.towntime import TownTime

log = logging.getLogger(__name__)

STEP_S = 4.0
"""A moving phone tells its place every so many real seconds."""
STAND_S = 90.0
"""And one that stands still, every so many."""
LOOK_S = 20.0
"""A waiting caregiver reads the route anew after so many real seconds: a new plan may be in force."""
IDLE_S = 30.0
OVER = frozenset({"finished", "confirmed", "cancelled", "missed"})
DELAYS_MIN = ((0.80, -1.0, 3.0), (0.14, 4.0, 14.0), (0.06, 16.0, 35.0))
"""Share, least and most minutes behind the plan when setting out."""
NOBODY_SHARE = 0.012
NOBODY_HOME = "敲门无人应答，已电话联系家属"
SPEED_MPS = {"walk": 1.25, "ebike": 4.2, "bus": 4.0, "car": 6.5}
SCENE_MIN = 15.0
BESIDE_M = 150.0


@dataclass(frozen=True)
class Errand:
    """A call that this caregiver was sent to."""

    incident_id: int
    place: Point
    travel_s: float


class Walker:
    """One caregiver between the station, the doors of the route and the calls that come."""

    def __init__(self, phone: Phone, town: TownTime, place: Point, mode: str) -> None:
        self.phone, self._town, self.place, self._mode = phone, town, place, mode
        self._rng = random.Random(f"walker {phone.name}")
        self._errands: list[Errand] = []
        self._sent: set[int] = set()
        self._delays: dict[int, timedelta] = {}
        self._told_s = -math.inf

    def send(self, errand: Errand) -> None:
        """Somebody at the desk sends this caregiver to a call; once is enough."""
        if errand.incident_id not in self._sent:
            self._sent.add(errand.incident_id)
            self._errands.append(errand)

    async def live(self) -> None:
        """Follow the route day after day, until cancelled or until a human takes the phone over."""
        await asyncio.sleep(self._rng.uniform(0, 3))
        while True:
            try:
                await self._live_on()
            except TakenOver:
                log.info("a human took this phone over", extra={"phone": self.phone.name})
                return
            except (KeyError, TypeError, ValueError):
                log.exception("the route could not be read", extra={"phone": self.phone.name})
                await asyncio.sleep(IDLE_S)

    async def _live_on(self) -> None:
        while self._errands:
            await self._run(self._errands.pop(0))
        today = await self.phone.today()
        stop = None if today is None else self._next(today["stops"])
        if stop is None:
            await self._wait(IDLE_S)
        elif stop["visit"] is None:
            await self._rest(stop)
        else:
            await self._visit(stop, stop["visit"])

    def _next(self, stops: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The first stop that is not over; a rest or a kitchen is when its time has passed or a later visit began."""
        begun = [s["position"] for s in stops if s["visit"] and s["visit"]["state"] != "accepted"]
        last = max(begun, default=-1)
        for stop in stops:
            visit = stop["visit"]
            if visit is None and (stop["position"] < last or _moment(stop["finish_at"]) <= self._town.now()):
                continue
            if visit is not None and visit["state"] in OVER:
                continue
            return stop
        return None

    async def _rest(self, stop: dict[str, Any]) -> None:
        """A break where one stands, or a canteen where lunches are fetched."""
        canteen = stop["canteen"]
        if canteen is not None:
            if not await self._until(_moment(stop["arrive_at"]) - timedelta(seconds=stop["travel_s"])):
                return
            if not await self._go((canteen["lon"], canteen["lat"]), stop["travel_s"]):
                return
        await self._until(_moment(stop["finish_at"]))

    async def _visit(self, stop: dict[str, Any], visit: dict[str, Any]) -> None:
        """Whatever comes next at this door; returns early when something else has to be looked at first."""
        state, door = visit["state"], (visit["lon"], visit["lat"])
        away = state in ("arrived", "in_service") and _metres(self.place, door) > BESIDE_M
        if away and not await self._go(door, 0.0):  # the second of two, or back from a call
            return
        delay = self._delays.setdefault(visit["id"], self._drawn_delay())
        if state == "accepted":
            if not await self._until(_moment(stop["arrive_at"]) - timedelta(seconds=stop["travel_s"]) + delay):
                return
            await self.phone.step(visit["id"], "en-route", self.place)
        if state in ("accepted", "en_route"):
            if not await self._go(door, stop["travel_s"]):
                return
            await self.phone.step(visit["id"], "arrive", door)
            await self._until(self._town.now() + timedelta(minutes=visit["access"]["min"]))
        if state in ("accepted", "en_route", "arrived"):
            self.place = door
            if not await self._until(_moment(stop["start_at"])):
                return
            await self.phone.step(visit["id"], "start", door)
            visit["started_at"] = self._town.now().isoformat()
        await self._serve(visit, door)

    async def _serve(self, visit: dict[str, Any], door: Point) -> None:
        self.place = door
        since = _moment(visit["started_at"] or self._town.now().isoformat())
        luck = random.Random(visit["id"])
        nobody = luck.random() < NOBODY_SHARE
        lasts_min = 6.0 if nobody else visit["duration_min"] * luck.uniform(0.85, 1.12)
        if await self._until(since + timedelta(minutes=lasts_min)):
            await self.phone.step(visit["id"], "finish", door, NOBODY_HOME if nobody else None)

    async def _run(self, errand: Errand) -> None:
        """Accept a call, go there at once, be with the person for a while."""
        if await self.phone.answer(errand.incident_id, "accept") >= 400:
            return
        await self._go(errand.place, errand.travel_s, interrupted=False)
        if await self.phone.answer(errand.incident_id, "on-scene") < 400:
            leave_at = self._town.now() + timedelta(minutes=SCENE_MIN)
            while self._town.now() < leave_at:
                await self._town.nap(leave_at)

    async def _go(self, target: Point, travel_s: float, interrupted: bool = True) -> bool:
        """Move to a place in about the planned time, telling the desk on the way; False when a call came between."""
        origin, began = self.place, self._town.now()
        metres = _metres(origin, target)
        least_s = metres * 1.2 / SPEED_MPS.get(self._mode, 4.0)
        lasts_s = max(travel_s, least_s) * self._rng.uniform(0.9, 1.15)
        bend = self._rng.uniform(-0.12, 0.12)
        while True:
            share = min(1.0, (self._town.now() - began).total_seconds() / lasts_s) if lasts_s > 0 else 1.0
            self.place = _between(origin, target, share, bend)
            if share >= 1.0:
                await self._tell(STEP_S / 4)
                return True
            await self._tell(STEP_S)
            if interrupted and self._errands:
                return False
            await self._town.nap(began + timedelta(seconds=lasts_s))

    async def _until(self, moment: datetime) -> bool:
        """Wait for a moment of the town; False when a call came, or the route should be read again first."""
        began_s = time.monotonic()
        while self._town.now() < moment:
            if self._errands:
                return False
            if time.monotonic() - began_s > LOOK_S * self._rng.uniform(1.0, 1.6):
                return False
            await self._tell(STAND_S)
            await self._town.nap(moment)
        return True

    async def _wait(self, real_s: float) -> None:
        """Nothing to do: stand there for a while, unless a call comes."""
        until_s = time.monotonic() + real_s * self._rng.uniform(0.8, 1.3)
        while time.monotonic() < until_s and not self._errands:
            await self._tell(STAND_S * 2)
            await asyncio.sleep(2.0)

    async def _tell(self, every_s: float) -> None:
        now_s = time.monotonic()
        if now_s - self._told_s >= every_s and not self._town.paused:
            self._told_s = now_s
            await self.phone.stand(_blurred(self.place, self._rng))

    def _drawn_delay(self) -> timedelta:
        shares = [share for share, _, _ in DELAYS_MIN]
        _, least, most = self._rng.choices(DELAYS_MIN, shares)[0]
        return timedelta(minutes=self._rng.uniform(least, most))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _metres(a: Point, b: Point) -> float:
    east = (a[0] - b[0]) * math.cos(math.radians(a[1]))
    return math.hypot(east, a[1] - b[1]) * 111_195.0


def _between(a: Point, b: Point, share: float, bend: float) -> Point:
    """On a slight arc from a to b: nobody walks through houses in a straight line."""
    off = bend * math.sin(math.pi * share)
    lon = a[0] + (b[0] - a[0]) * share - (b[1] - a[1]) * off
    lat = a[1] + (b[1] - a[1]) * share + (b[0] - a[0]) * off
    return lon, lat


def _blurred(place: Point, rng: random.Random) -> Point:
    """As exact as phones are: some metres."""
    return place[0] + rng.gauss(0, 0.00005), place[1] + rng.gauss(0, 0.00004)
