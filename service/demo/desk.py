"""A colleague at the desk who handles some of the simulator's own calls; refuses to touch anybody else's."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from service.demo.calls import Raised, open_incidents
from service.demo.colleague import Seat
from service.demo.towntime import TownTime
from service.demo.walker import Errand, Walker

LOOK_S = 2.0
COLLEAGUE_SHARE = 0.6
"""Of its own calls the colleague answers so many soon; the others are left to the human at the desk."""
SOON_S, LEFT_S = (18.0, 45.0), (200.0, 320.0)
ABANDONED_S = 20 * 60.0
"""A call that the human took is closed by the colleague only when nothing happened to it for so long."""
FALSE_SHARE = 0.35
NOTES = {
    "false_alarm": ("误按，本人说没事", "家人碰到按钮", "做饭油烟，已开窗通风", "手环放桌上滑落"),
    "device_fault": ("设备误报，已报修", "电量低引起误报"),
    "helped": (
        "起身慢，已扶到床上，血压平稳",
        "头晕，测血糖后进食好转",
        "滑倒未受伤，已通知家属",
        "陪同坐了一会儿，已平静",
    ),
    "hospital": ("胸闷，已随 120 去医院，家属同行",),
}


@dataclass
class Case:
    """One own incident in the colleague's hands: the next deed and when (seconds of the machine's clock)."""

    incident_id: int
    at_s: float
    nothing: bool
    ours: bool = False
    tried: set[int] = field(default_factory=set)


class Colleague:
    """Watches the open incidents: sends caregivers on their way, answers and closes what the simulator raised."""

    def __init__(self, seat: Seat, town: TownTime, raised: Raised, walkers: dict[int, Walker]) -> None:
        self._seat, self._town, self._raised, self._walkers = seat, town, raised, walkers
        self._cases: dict[int, Case] = {}

    async def watch(self) -> None:
        """Look every two seconds, until cancelled."""
        while True:
            incidents = await open_incidents(self._seat) or []
            for card in incidents:
                self._send(card)
                if card["id"] in self._raised.ids and not self._town.paused:
                    await self._handle(card)
            known = {card["id"] for card in incidents}
            self._cases = {number: case for number, case in self._cases.items() if number in known}
            await asyncio.sleep(LOOK_S)

    def _send(self, card: dict[str, Any]) -> None:
        """Whoever was sent by anybody at the desk, sets out."""
        place, sent = card["place"], card["assigned_to"]
        walker = self._walkers.get(sent["id"]) if sent and card["state"] == "assigned" else None
        if walker is not None and place["lon"] is not None:
            walker.send(Errand(card["id"], (place["lon"], place["lat"]), float(sent["travel_s"] or 300)))

    async def _handle(self, card: dict[str, Any]) -> None:
        """Do the next deed for an own incident when its time has come."""
        case = self._cases.get(card["id"]) or self._new_case(card)
        answered = card["acknowledged_by"]
        case.ours = case.ours or bool(answered and answered["id"] == self._seat.account_id)
        if not case.ours and card["state"] != "open" and _quiet_s(card) < ABANDONED_S:
            return
        if time.monotonic() < case.at_s:
            return
        case.ours = True
        case.at_s = time.monotonic() + await self._deed(card, case)

    def _new_case(self, card: dict[str, Any]) -> Case:
        soon = card["state"] == "open" and random.random() < COLLEAGUE_SHARE
        wait_s = random.uniform(*(SOON_S if soon else LEFT_S)) if card["state"] == "open" else 0.0
        return self._cases.setdefault(
            card["id"], Case(card["id"], time.monotonic() + wait_s, random.random() < FALSE_SHARE)
        )

    async def _deed(self, card: dict[str, Any], case: Case) -> float:
        """One deed; answers after how many seconds to look at the incident again."""
        state, path = card["state"], f"/api/incidents/{card['id']}"
        if state == "open":
            await self._seat.post(f"{path}/acknowledge")
            return random.uniform(8.0, 25.0)
        if state == "acknowledged":
            return await self._close(path, case, 5.0) if case.nothing else await self._assign(path, case)
        if state == "assigned":
            if _quiet_s(card) > ABANDONED_S / 2:
                await self._seat.post(f"{path}/on-scene")
            return 10.0
        if state == "on_scene" and random.random() < 0.3:
            await self._seat.post(f"{path}/recovering")
            return random.uniform(30.0, 60.0)
        if state == "on_scene" and _quiet_s(card) < 40.0:
            return random.uniform(20.0, 50.0)
        return await self._close(path, case, 5.0)

    async def _assign(self, path: str, case: Case) -> float:
        told = await self._seat.get(f"{path}/responders") or {"responders": []}
        fit = [one for one in told["responders"] if one["fit"] and one["caregiver_id"] not in case.tried]
        if not fit:
            case.nothing = True
            return random.uniform(20.0, 60.0)
        case.tried.add(fit[0]["caregiver_id"])
        await self._seat.post(f"{path}/assign", {"caregiver_id": fit[0]["caregiver_id"]})
        return 10.0

    async def _close(self, path: str, case: Case, again_s: float) -> float:
        kinds = ("false_alarm", "device_fault") if case.nothing else ("helped", "hospital")
        outcome = random.choices(kinds, (85, 15))[0]
        await self._seat.post(f"{path}/close", {"outcome": outcome, "note": random.choice(NOTES[outcome])})
        return again_s


def _quiet_s(card: dict[str, Any]) -> float:
    """Real seconds since anything last happened to an incident."""
    names = ("last_alert_at", "acknowledged_at", "assigned_at", "on_scene_at", "recovering_at")
    last = max(datetime.fromisoformat(card[name]) for name in names if card[name])
    return (datetime.now(UTC) - last).total_seconds()
