"""A small service for the tests of people: the given routers on a fresh database, and people who may sign in."""

from collections.abc import Sequence
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Area, Caregiver, Contact, Elder, Household, Provider, Station
from models.types import AreaLevel, Datum, Mode, Role
from service.accounts import actions, sessions
from service.accounts.api import router as accounts_router
from service.auth import COOKIE, Actor, find_actor
from service.clock import Clock
from service.db import Database
from service.errors import PROBLEM_JSON, ServiceError
from service.vault import Vault

SECRET = "a secret of at least thirty-two characters"
PASSWORD = "lamp oil and 4 oranges"
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$"
LAISHAN, YANTAI_STREET = "370613000000", "370613001000"
ELSEWHERE = "370602000000"


class Desk:
    """The service under test: its app, database, clock and vault, and people by name."""

    def __init__(self, database: Database, clock: Clock, routers: Sequence[APIRouter]) -> None:
        self.database, self.clock, self.vault = database, clock, Vault(SECRET)
        self.app = FastAPI()
        self.app.state.database, self.app.state.clock, self.app.state.vault = database, clock, self.vault
        self.app.add_exception_handler(ServiceError, _as_problem)
        for router in routers:
            self.app.include_router(router)
        self.people: dict[str, int] = {}

    def client(self, secret: str | None = None, bearer: str | None = None, source: str = "10.0.0.1") -> httpx.AsyncClient:
        """A browser (cookie) or phone (bearer) somewhere."""
        transport = httpx.ASGITransport(app=self.app, client=(source, 5000))
        headers = {} if bearer is None else {"authorization": f"Bearer {bearer}"}
        cookies = {} if secret is None else {COOKIE: secret}
        return httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers, cookies=cookies)

    async def signed_in(self, name: str) -> httpx.AsyncClient:
        """A browser in which `name` is signed in."""
        async with self.database.writing() as session:
            secret = await sessions.begin_console(session, self.people[name], self.clock.now())
        return self.client(secret)

    async def actor(self, name: str) -> Actor:
        """The person, as actions get them."""
        async with self.database.writing() as session:
            secret = await sessions.begin_console(session, self.people[name], self.clock.now())
        async with self.database.reading() as session:
            found = await find_actor(session, secret, self.clock.now())
        assert found is not None
        return found

    async def add(self, name: str, role: Role, areas: Sequence[str] = (LAISHAN,), **more: Any) -> Account:
        """Somebody new, without a password unless given."""
        async with self.database.writing() as session:
            account = await actions.create_account(session, self.clock.now(), name, name.title(), role, areas, **more)
        self.people[name] = account.id
        return account


async def open_desk(database: Database, clock: Clock, *routers: APIRouter) -> Desk:
    """A desk in a town of two districts, one provider with a station, one home; dispatchers Wu and Sun, admin Qi."""
    desk = Desk(database, clock, [accounts_router, *routers])
    async with database.writing() as session:
        await _found_town(session, desk.vault)
    await desk.add("wu", Role.DISPATCHER)
    await desk.add("sun", Role.DISPATCHER)
    await desk.add("far", Role.DISPATCHER, [ELSEWHERE])
    await desk.add("qi", Role.ADMIN, [])
    return desk


async def _found_town(session: AsyncSession, vault: Vault) -> None:
    session.add_all(
        [
            Area(code=LAISHAN, name="莱山区", level=AreaLevel.DISTRICT),
            Area(code=YANTAI_STREET, name="清泉街道", level=AreaLevel.STREET, parent_code=LAISHAN),
            Area(code=ELSEWHERE, name="芝罘区", level=AreaLevel.DISTRICT),
        ]
    )
    session.add(Provider(id=1, name="海屿照护", licence_no="L-1", licence_until_on=_year(2090)))
    await session.flush()
    place = {"area_code": YANTAI_STREET, "lon": 121.445, "lat": 37.51, "datum": Datum.WGS84}
    session.add(Station(id=1, provider_id=1, name="清泉站", address="山海路 1 号", **place))
    home = Household(id=1, address="山海路 2 号 3-501", floor=5, lift=True, access_note="门铃坏了", **place)
    home.gate_code_sealed = vault.seal("4711#", "household.gate_code_sealed")
    home.key_holder = "邻居赵大姐"
    home.key_holder_phone_sealed = vault.seal("13805352207", "household.key_holder_phone_sealed")
    session.add(home)
    await session.flush()
    person = {"area_code": YANTAI_STREET, "provider_id": 1, "household_id": 1, "born_on": _year(1941), "categories": []}
    elder = Elder(id=1, name="陈玉兰", sex="F", lives_alone=True, dialect="烟台话", **person)
    elder.phone_sealed = vault.seal("13905351111", "elder.phone_sealed")
    session.add(elder)
    await session.flush()
    phone = vault.seal("13705353333", "contact.phone_sealed")
    session.add(Contact(elder_id=1, rank=1, name="陈小海", relation="儿子", phone_sealed=phone))


async def add_caregiver(desk: Desk, caregiver_id: int, name: str, mode: Mode = Mode.EBIKE, **more: Any) -> None:
    """A caregiver at the station who signs in on the phone as `name`."""
    fields = {"provider_id": 1, "station_id": 1, "area_code": YANTAI_STREET, "sex": "F", "level": 4} | more
    async with desk.database.writing() as session:
        session.add(Caregiver(id=caregiver_id, name=name, mode=mode, **fields))
        await session.flush()
    more_account = {"provider_id": 1, "station_id": 1, "caregiver_id": caregiver_id}
    await desk.add(name, Role.CAREGIVER, [YANTAI_STREET], **more_account)


def _year(year: int) -> Any:
    from datetime import date

    return date(year, 5, 1)


async def _as_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    return JSONResponse(error.problem(), error.status, media_type=PROBLEM_JSON)
