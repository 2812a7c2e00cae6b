"""A caregiver's phone as the simulator holds it: signs in, reads the route, reports; gives way to a human."""

import asyncio
import logging
from typing import Any

from service.demo.door import Doors

log = logging.getLogger(__name__)

Point = tuple[float, float]


class TakenOver(Exception):
    """Somebody signed in on another phone as this caregiver: the simulator leaves them to it."""


class Phone:
    """One signed-in phone. Its tokens are refreshed; a session ended by somebody else is not opened again."""

    def __init__(self, doors: Doors, name: str, password: str) -> None:
        self._doors, self.name, self._password = doors, name, password
        self._access = self._refresh = ""
        self.caregiver_id = 0

    async def sign_in(self) -> bool:
        """Open the phone's session; False when the door refuses these words."""
        words = {"name": self.name, "password": self._password, "device": "simulator"}
        answer = await self._doors.ask("POST", "/phone/v1/session", body=words)
        if answer.status_code != 200:
            log.warning("phone not let in", extra={"phone": self.name, "status": answer.status_code})
            return False
        told = answer.json()
        self._take(told)
        self.caregiver_id = int(told["caregiver"]["id"])
        return True

    async def today(self) -> dict[str, Any] | None:
        """The route of today, stop by stop."""
        status, told = await self._ask("GET", "/phone/v1/today", None)
        return told if status == 200 else None

    async def step(self, visit_id: int, step: str, place: Point, note: str | None = None) -> int:
        """Report en-route, arrive, start or finish; answers the status."""
        report: dict[str, Any] = {"lon": place[0], "lat": place[1], "datum": "wgs84", "accuracy_m": 12}
        if note:
            report["note"] = note
        return (await self._ask("POST", f"/phone/v1/visits/{visit_id}/{step}", report))[0]

    async def stand(self, place: Point) -> None:
        """Report where the phone is."""
        where = {"lon": round(place[0], 6), "lat": round(place[1], 6), "datum": "wgs84", "accuracy_m": 12}
        await self._ask("POST", "/phone/v1/positions", where)

    async def answer(self, incident_id: int, deed: str) -> int:
        """Accept a call (`accept`), or say that one is with the person (`on-scene`); answers the status."""
        return (await self._ask("POST", f"/phone/v1/incidents/{incident_id}/{deed}", None))[0]

    async def _ask(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        answer = await self._doors.ask(method, path, body=body, headers=self._headers())
        if answer.status_code == 401:
            await self._renew()
            answer = await self._doors.ask(method, path, body=body, headers=self._headers())
        return answer.status_code, answer.json() if answer.content else None

    async def _renew(self) -> None:
        words = {"refresh_token": self._refresh}
        answer = await self._doors.ask("POST", "/phone/v1/session/refresh", body=words)
        if answer.status_code != 200:
            raise TakenOver(self.name)
        self._take(answer.json())

    def _take(self, told: dict[str, Any]) -> None:
        self._access, self._refresh = told["access_token"], told["refresh_token"]

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._access}"}


async def sign_in_all(phones: list[Phone]) -> list[Phone]:
    """Sign in one after the other, gently: hashing passwords is dear; answers those that were let in."""
    let_in = []
    for phone in phones:
        if await phone.sign_in():
            let_in.append(phone)
        await asyncio.sleep(0.02)
    return let_in
