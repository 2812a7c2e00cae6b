"""A dispatcher's seat at the desk as the simulator holds it: signs in, asks, does; refuses to guess a password."""

import uuid
from typing import Any

import httpx

from service.demo.door import Doors
from service.errors import ServiceError


class NotLetIn(ServiceError):
    """The demo's accounts do not open this service."""

    code, status = "demo.not_let_in", 401


class Seat:
    """A signed-in session at the desk; signs in again when it ended."""

    def __init__(self, doors: Doors, name: str, password: str) -> None:
        self._doors, self._name, self._password = doors, name, password
        self._cookie = ""
        self.account_id = 0

    async def sign_in(self) -> None:
        """Open a session. Raises NotLetIn for a wrong password."""
        credentials = {"name": self._name, "password": self._password}
        answer = await self._doors.ask("POST", "/api/session", body=credentials, headers=self._headers())
        if answer.status_code != 200:
            raise NotLetIn(
                f"{self._doors.url} does not let {self._name!r} in ({answer.status_code}): "
                "UNWALLED_HOME is not the home of the demo that runs there"
            )
        self.account_id = int(answer.json()["account"]["id"])
        self._cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())

    async def get(self, path: str) -> Any:
        """What a GET answers; None when it was refused."""
        answer = await self._ask("GET", path, None, None)
        return answer.json() if answer.status_code == 200 else None

    async def post(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Status and answer of a deed, done once however often the network makes us ask."""
        answer = await self._ask("POST", path, body, uuid.uuid4().hex)
        return answer.status_code, answer.json() if answer.content else None

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None, key: str | None) -> httpx.Response:
        answer = await self._doors.ask(method, path, body=body, headers=self._headers(key))
        if answer.status_code == 401:
            await self.sign_in()
            answer = await self._doors.ask(method, path, body=body, headers=self._headers(key))
        return answer

    def _headers(self, key: str | None = None) -> dict[str, str]:
        headers = {"origin": self._doors.url}
        if self._cookie:
            headers["cookie"] = self._cookie
        if key is not None:
            headers["idempotency-key"] = key
        return headers
