"""Promise: nobody drives to who died or moved away, nothing is begun for them; back, it is said what stays ended."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from models import Elder, Event, MenuItem, Order, PatrolTarget, Plan, Respite, Route, Stop, Visit
from models.types import Family, PlanState, RespiteState, VisitState
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import DISTRICT, TownBuilder
from tests.service.elders.people import fields

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def changes(town: TownBuilder, desk: httpx.AsyncClient, who: str, **change: Any) -> httpx.Response:
    """What the register is told about somebody, seen as they stand now."""
    path = f"/api/elders/{town.elders[who]}"
    version = (await desk.get(path)).json()["version"]
    return await desk.patch(path, json={"version": version, **change})


async def orders(town: TownBuilder, desk: httpx.AsyncClient, who: str, days: int) -> httpx.Response:
    """Cleaning at ten, so many days from now."""
    start = town.local(10) + timedelta(days=days)
    wish = {"elder_id": town.elders[who], "item_code": "clean.home", "service_on": start.date().isoformat()}
    wish |= {"window_from": start.isoformat(), "window_to": (start + timedelta(hours=2)).isoformat()}
    return await desk.post("/api/orders", json=wish)


async def states(town: TownBuilder) -> list[tuple[str, str]]:
    async with town.database.reading() as session:
        rows = await session.execute(
            select(Order.state, Visit.state).join(Visit, Visit.order_id == Order.id).order_by(Order.id)
        )
        return [(order.value, visit.value) for order, visit in rows]


async def sends(town: TownBuilder, who: str, visit_id: int) -> None:
    """A published plan of the visit's day sends this caregiver there."""
    async with town.database.writing() as session:
        visit = await session.get_one(Visit, visit_id)
        plan = Plan(area_code=DISTRICT, on_date=visit.service_on, version=1, state=PlanState.PUBLISHED, engine="hand")
        plan.seed, plan.cost, plan.parts, plan.stages, plan.made_at = 0, 0.0, {}, [], town.clock.now()
        session.add(plan)
        await session.flush()
        begin, end = visit.window_from_at, visit.window_to_at
        route = Route(plan_id=plan.id, caregiver_id=town.caregivers[who], leave_at=begin, back_at=end)
        route.travel_s, route.distance_m = 60, 100
        session.add(route)
        await session.flush()
        stop = Stop(route_id=route.id, position=0, kind="visit", visit_id=visit.id, arrive_at=begin, start_at=begin)
        stop.finish_at, stop.travel_s, stop.distance_m = end, 60, 100
        session.add(stop)


@SQLITE
async def test_the_day_somebody_left_has_come(town: TownBuilder) -> None:
    """From birth to today; 1900, 2100 and tomorrow are refused at their field, and nobody is removed by a slip."""
    wu = await town.desk("wu")
    for day in ("1900-01-01", "1941-03-07", "2100-01-01", str(town.today + timedelta(days=1)), "9999-12-31"):
        refused = await changes(town, wu, "chen", left_on=day, left_why="迁出")
        assert (refused.status_code, fields(refused)) == (422, ["left_on"]), day
        assert refused.json()["fields"][0]["accepted"] == f"a date 1941-03-08 to {town.today}"
    later = await changes(town, wu, "chen", born_on="1942-01-01", left_on="1941-12-31")
    assert fields(later) == ["left_on"]
    for day in (str(town.today), "1941-03-08"):
        assert (await changes(town, wu, "chen", left_on=day, left_why="去世")).status_code == 200
    back = (await changes(town, wu, "chen", left_on=None)).json()
    assert (back["left_on"], back["left_why"]) == (None, None)


async def test_nobody_drives_to_who_left(keeping: Keeping) -> None:
    """Orders and visits from the day on end, desk and phone hear it; earlier ones and one begun stay."""
    town, root = keeping.town, keeping.root
    for days in (0, 1, 2, 3):
        assert (await orders(town, root, "chen", days)).status_code == 201
    assert (await orders(town, root, "yu", 1)).status_code == 201
    async with town.database.writing() as session:
        first, second = (await session.scalars(select(Visit).order_by(Visit.id).limit(2))).all()
        for visit, days, state in ((first, 2, VisitState.ACCEPTED), (second, 0, VisitState.EN_ROUTE)):
            order = await session.get_one(Order, visit.order_id)
            visit.service_on = order.service_on = town.today - timedelta(days=days)
            visit.state = state
        planned = (await session.scalars(select(Visit.id).order_by(Visit.id))).all()[2]
    await sends(town, "lin", planned)
    gone = await changes(town, root, "chen", left_on=str(town.today - timedelta(days=1)), left_why="去世")
    assert gone.status_code == 200, gone.text
    assert (gone.json()["orders_cancelled"], gone.json()["visits_cancelled"]) == (2, 2)
    ended = [("cancelled", "cancelled")] * 2
    kept = [("placed", "accepted"), ("placed", "en_route"), *ended, ("placed", "accepted")]
    assert await states(town) == kept
    async with town.database.reading() as session:
        told = select(Event).where(Event.topic == "order.cancelled").order_by(Event.seq)
        events = (await session.scalars(told)).all()
        assert [(one.data["state"], one.data["visit"]["state"]) for one in events] == ended
        assert [one.caregiver_ids for one in events] == [[town.caregivers["lin"]], []]
    lin = await town.phone("lin")
    assert (await lin.post(f"/phone/v1/visits/{planned}/en-route")).json()["code"] == "visit.illegal_step"
    back = (await changes(town, root, "chen", left_on=None)).json()
    assert back["left_on"] is None and back["orders_stay_cancelled"] == 2 and await states(town) == kept
    assert (await orders(town, root, "chen", 4)).status_code == 201


@SQLITE
async def test_a_closed_bed_leaves_the_menu(town: TownBuilder) -> None:
    """Who gives the bed up still has what they ordered from the menu, and may order; only leaving ends that."""
    root = await town.desk("root")
    assert (await orders(town, root, "chen", 1)).status_code == 201
    beds = (await root.get("/api/beds", params={"elder_id": town.elders["chen"]})).json()["items"]
    closed = await root.post(f"/api/beds/{beds[0]['id']}/moves", json={"to": "closed", "why": "不再需要"})
    assert closed.status_code == 200, closed.text
    assert await states(town) == [("placed", "accepted")]
    assert (await orders(town, root, "chen", 2)).status_code == 201
    gone = (await changes(town, root, "chen", left_on=str(town.today), left_why="随子女迁出")).json()
    assert gone["orders_cancelled"] == 2 and set(await states(town)) == {("cancelled", "cancelled")}


async def with_patrols(town: TownBuilder) -> None:
    """The menu has a look in, and of the two of the district only Chen is to be looked in on."""
    async with town.database.writing() as session:
        item = MenuItem(code="patrol.visit", family=Family.PATROL, name_zh="探访", name_en="Look-in", duration_min=20)
        item.people, item.level, item.delivered = 1, 5, False
        session.add(item)
        (await session.get_one(Elder, town.elders["yu"])).lives_alone = False


@SQLITE
async def test_nobody_is_sent_to_look_in(town: TownBuilder) -> None:
    """Who left between the reading of the register and the writing of its visits gets none."""
    await with_patrols(town)
    sun, here = await town.desk("sun"), {"area_code": DISTRICT}
    assert (await sun.post("/api/patrols/refresh", json=here)).json()["added"] == 1
    async with town.database.writing() as session:
        (await session.get_one(Elder, town.elders["chen"])).left_on = town.today
    assert (await sun.post("/api/patrols/generate", json=here)).json()["made"] == 0


@SQLITE
async def test_what_waited_for_the_hospital_ends_too(keeping: Keeping) -> None:
    """Who dies while the bed rests has nothing waiting, no block of respite and no look in ahead any more."""
    town, root, sun = keeping.town, keeping.root, keeping.sun
    await with_patrols(town)
    bed_id, here = await keeping.lives("chen"), {"area_code": DISTRICT}
    start = town.local(10) + timedelta(days=2)
    block = {"bed_id": bed_id, "contact_id": 1, "from_at": start.isoformat()}
    block |= {"to_at": (start + timedelta(hours=4)).isoformat()}
    assert (await root.post("/api/respites", json=block)).status_code == 201
    assert (await orders(town, root, "chen", 3)).status_code == 201
    rest = {"kind": "hospital", "from_on": str(town.today + timedelta(days=3))}
    assert (await root.post(f"/api/beds/{bed_id}/suspend", json=rest)).json()["visits_paused"] == 1
    assert (await sun.post("/api/patrols/refresh", json=here)).json()["added"] == 1
    await sun.post("/api/patrols/generate", json=here)
    assert (await root.get(f"/api/beds/{bed_id}/billing")).json()["billed_days"] > 0
    gone = (await changes(town, root, "chen", left_on=str(town.today), left_why="去世")).json()
    assert gone["orders_cancelled"] == 2
    assert (await root.get(f"/api/beds/{bed_id}/billing")).json()["billed_days"] == 0, "the bed still stands"
    assert set(await states(town)) == {("cancelled", "cancelled")}
    assert (await sun.post("/api/patrols/generate", json=here)).json()["waiting"] == 0
    async with town.database.reading() as session:
        assert {visit.state for visit in await session.scalars(select(Visit))} == {VisitState.CANCELLED}
        assert (await session.scalars(select(Respite.state))).all() == [RespiteState.CANCELLED]
    assert (await sun.get("/api/patrols")).json()["items"] == []
    drawn = await sun.post("/api/contracts", json={"bed_id": bed_id, "from_on": str(town.today), "months": 12})
    assert drawn.json()["code"] == "elder.has_left"
    await changes(town, root, "chen", left_on=None)
    assert (await sun.post("/api/patrols/refresh", json=here)).json()["back"] == 1
    async with town.database.reading() as session:
        assert (await session.scalars(select(PatrolTarget.dropped_at))).all() == [None]


async def begins(keeping: Keeping, who: str) -> list[httpx.Response]:
    """Everything that may be begun for somebody: a bed, an order, an assessment, a terminal, a place in the list."""
    elder = keeping.town.elders[who]
    bed = {"elder_id": elder, "station_id": keeping.town.station_id}
    return [
        await keeping.root.post("/api/beds", json=bed),
        await orders(keeping.town, keeping.root, who, 1),
        await keeping.root.post(f"/api/elders/{elder}/assessments", json={"reason": "first"}),
        await keeping.root.post("/api/terminals/T-yu/place", json={"elder_id": elder}),
        await keeping.root.post("/api/waiting", json={"elder_id": elder}),
    ]


@SQLITE
async def test_nothing_is_begun_for_who_left_or_was_merged(keeping: Keeping) -> None:
    """Each verb says when and why somebody left, or which row stands for them, wherever the merges lead."""
    town, root = keeping.town, keeping.root
    await changes(town, root, "chen", left_on=str(town.today), left_why="去世")
    for refused in await begins(keeping, "chen"):
        told = refused.json()
        assert (refused.status_code, told["code"]) == (409, "elder.has_left"), refused.text
        assert (told["elder_id"], told["left_on"], told["left_why"]) == (town.elders["chen"], str(town.today), "去世")
        assert str(town.today) in told["detail"] and "去世" in told["detail"]
    await changes(town, root, "chen", left_on=None)
    async with town.database.writing() as session:
        (await session.get_one(Elder, town.elders["chen"])).merged_into_id = town.elders["far"]
        (await session.get_one(Elder, town.elders["far"])).merged_into_id = town.elders["yu"]
    for refused in await begins(keeping, "chen"):
        told = refused.json()
        assert (told["code"], told["elder_id"]) == ("elder.merged_away", town.elders["yu"]), refused.text
    path = f"/api/elders/{town.elders['chen']}/assessments/imported"
    result = {"scale": "mzt039", "level": 1, "assessed_on": "2019-03-05", "source": "旧档案"}
    assert (await root.post(path, json=result)).json()["code"] == "elder.merged_away"
    changed = (await changes(town, root, "chen", dialect="说烟台话")).json()
    assert (changed["code"], changed["elder_id"]) == ("elder.merged_away", town.elders["yu"])
    async with town.database.reading() as session:
        assert list(await session.scalars(select(Order))) == []


async def test_an_order_in_the_very_moment(keeping: Keeping) -> None:
    """Orders that race the word of a death are refused or ended with it: none is left over."""
    town, root = keeping.town, keeping.root
    path = f"/api/elders/{town.elders['chen']}"
    leaving = root.patch(path, json={"version": 1, "left_on": str(town.today), "left_why": "去世"})
    asked = [orders(town, root, "chen", days) for days in (1, 2, 3, 4)]
    answers = await asyncio.gather(*asked[:2], leaving, *asked[2:])
    assert answers[2].status_code == 200 and {one.status_code for one in answers} <= {200, 201, 409}
    assert set(await states(town)) <= {("cancelled", "cancelled")}
