"""A small service for the tests of people: the given routers on a fresh database, and people who may sign in."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import (
    Account,
    Area,
    Caregiver,
    Contact,
    Elder,
    Household,
    MenuItem,
    Plan,
    Provider,
    Route,
    Station,
    Stop,
    Visit,
)
from models.types import AreaLevel, Datum, Family, Mode, PlanState, Role, VisitState
from service.accounts import actions, sessions
from service.accounts.api import router as accounts_router
from service.auth import COOKIE, Actor, find_actor
from service.clock import LOCAL, Clock
from service.db import Database
from service.errors import PROBLEM_JSON, ServiceError
from service.vault import Vault

SECRET = "a secret of at least thirty-two characters"
PASSWORD = "lamp oil and 4 oranges"
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

    def client(
        self, secret: str | None = None, bearer: str | None = None, source: str = "10.0.0.1"
    ) -> httpx.AsyncClient:
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


async def add_caregiver(
    desk: Desk, caregiver_id: int, name: str, mode: Mode = Mode.EBIKE, password: str | None = None, **more: Any
) -> None:
    """A caregiver at the station who signs in on the phone as `name`."""
    fields = {"provider_id": 1, "station_id": 1, "area_code": YANTAI_STREET, "sex": "F", "level": 4} | more
    async with desk.database.writing() as session:
        session.add(Caregiver(id=caregiver_id, name=name, mode=mode, **fields))
        await session.flush()
    more_account = {"provider_id": 1, "station_id": 1, "caregiver_id": caregiver_id}
    await desk.add(name, Role.CAREGIVER, [YANTAI_STREET], password=password, **more_account)


def _year(year: int) -> date:
    return date(year, 5, 1)


async def _as_problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ServiceError)
    return JSONResponse(error.problem(), error.status, media_type=PROBLEM_JSON)


class DayPlan:
    """A published plan of the town's today, filled stop by stop."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.now = desk, desk.clock.now()
        self.routes: dict[int, int] = {}

    async def publish(self) -> "DayPlan":
        async with self.desk.database.writing() as session:
            today = self.now.astimezone(LOCAL).date()
            plan = Plan(area_code=LAISHAN, on_date=today, version=1, state=PlanState.PUBLISHED, engine="test", seed=1)
            plan.cost, plan.parts, plan.stages, plan.made_at, plan.published_at = 0.0, {}, [], self.now, self.now
            session.add(plan)
            bath = {"code": "bath", "family": Family.BATH, "name_zh": "助浴", "name_en": "bath", "duration_min": 40}
            session.add(MenuItem(id=1, **bath))
            await session.flush()
            self.plan_id = plan.id
        return self

    async def visit(self, *caregiver_ids: int, after_min: int, state: VisitState = VisitState.ACCEPTED) -> int:
        """A visit at the one home for these caregivers, `after_min` minutes from now, 40 minutes long."""
        start_at = self.now + timedelta(minutes=after_min)
        async with self.desk.database.writing() as session:
            visit = Visit(elder_id=1, household_id=1, area_code=YANTAI_STREET, provider_id=1, item_id=1, state=state)
            visit.family, visit.service_on = Family.BATH, self.now.astimezone(LOCAL).date()
            visit.window_from_at, visit.window_to_at = start_at, start_at + timedelta(minutes=15)
            visit.duration_min, visit.people = 40, len(caregiver_ids)
            session.add(visit)
            await session.flush()
            for caregiver_id in caregiver_ids:
                await self._stop(session, caregiver_id, visit.id, start_at)
            return visit.id

    async def _stop(self, session: AsyncSession, caregiver_id: int, visit_id: int, start_at: datetime) -> None:
        if caregiver_id not in self.routes:
            route = Route(plan_id=self.plan_id, caregiver_id=caregiver_id, leave_at=start_at, back_at=start_at)
            route.travel_s = route.distance_m = 0
            session.add(route)
            await session.flush()
            self.routes[caregiver_id] = route.id
        route_id = self.routes[caregiver_id]
        position = len((await session.scalars(select(Stop.id).where(Stop.route_id == route_id))).all())
        stop = Stop(route_id=route_id, position=position, kind="visit", visit_id=visit_id, travel_s=60, distance_m=90)
        stop.arrive_at, stop.start_at, stop.finish_at = start_at, start_at, start_at + timedelta(minutes=40)
        session.add(stop)
