"""Promise: who moves takes bed, papers, orders and visits along; the new area's desks see them, the old ones do not."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from models import Bed, Elder, Event, Station, Visit, WorksOrder
from models.types import BedState, VisitState
from service.db import Database
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import FAR_COMMUNITY
from tests.service.whereabouts.test_leaving import changes, orders

POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""On SQLite one writer waits for the other."""
WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')")


async def somebody_waits(database: Database) -> None:
    """Until a transaction waits for a row that another one holds."""
    async with asyncio.timeout(20):
        while True:
            async with database.reading() as session:
                if await session.scalar(WAITS):
                    return
            await asyncio.sleep(0.02)


async def test_the_bed_goes_with_its_elder(keeping: Keeping) -> None:
    """From one district to another: bed, contract, respite and visits ahead are the new desk's; what was, stays."""
    town, root, wu = keeping.town, keeping.root, await keeping.town.desk("wu")
    bed_id = await keeping.lives("chen")
    start = town.local(14) + timedelta(days=2)
    block = {"bed_id": bed_id, "contact_id": 1, "from_at": start.isoformat()}
    block |= {"to_at": (start + timedelta(hours=4)).isoformat()}
    assert (await root.post("/api/respites", json=block)).status_code == 201
    for days in (0, 1):
        assert (await orders(town, root, "chen", days)).status_code == 201
    async with town.database.writing() as session:
        done = (await session.scalars(select(Visit).where(Visit.service_on == town.today))).one()
        done.state = VisitState.FINISHED
        far = await session.get_one(Elder, town.elders["far"])
        home, old = far.household_id, done.household_id
    moved = await changes(town, root, "chen", household_id=home)
    assert moved.status_code == 200 and moved.json()["visits_moved"] == 2, moved.text
    async with town.database.reading() as session:
        visits = (await session.scalars(select(Visit).order_by(Visit.service_on))).all()
        assert [visit.household_id for visit in visits] == [old, home, home]
        assert [visit.area_code == FAR_COMMUNITY for visit in visits] == [False, True, True]
        topics = ("order.cancelled", "order.placed", "bed.moved")
        told = select(Event.topic, Event.area_code).where(Event.topic.in_(topics)).order_by(Event.seq.desc()).limit(5)
        there = [(topic, code == FAR_COMMUNITY) for topic, code in await session.execute(told)]
    assert there == [("bed.moved", True)] + [("order.placed", True)] * 2 + [("order.cancelled", False)] * 2
    far_desk = await town.desk("far")
    for path in (f"/api/beds/{bed_id}", f"/api/elders/{town.elders['chen']}"):
        assert (await wu.get(path)).status_code == 404 and (await far_desk.get(path)).status_code == 200, path
    for path, some in (("/api/contracts", 1), ("/api/respites", 1), ("/api/orders", 2)):
        here, there_ = [(await desk.get(path, params={"bed_id": bed_id})).json()["items"] for desk in (wu, far_desk)]
        assert len(there_) == some, path
        assert len(here) == (1 if path == "/api/orders" else 0), path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_moves_during_a_rest_is_visited_at_the_new_door(keeping: Keeping) -> None:
    """Visits that waited while the bed rested come back to where the elder lives now, and to the desks of there."""
    town, root = keeping.town, keeping.root
    bed_id = await keeping.lives("chen")
    assert (await orders(town, root, "chen", 2)).status_code == 201
    rest = {"kind": "hospital", "from_on": str(town.today + timedelta(days=1)), "why": "住院"}
    assert (await root.post(f"/api/beds/{bed_id}/suspend", json=rest)).json()["visits_paused"] == 1
    async with town.database.writing() as session:
        home = (await session.get_one(Elder, town.elders["far"])).household_id
        (await session.scalars(select(WorksOrder))).one().household_id = home
    assert (await changes(town, root, "chen", household_id=home)).status_code == 200
    back = await root.post(f"/api/beds/{bed_id}/resume", json={})
    assert back.status_code == 200 and back.json()["visits_back"] == 1, back.text
    async with town.database.reading() as session:
        visit = (await session.scalars(select(Visit))).one()
        placed = select(Event.area_code).where(Event.topic == "order.placed").order_by(Event.seq.desc()).limit(1)
        assert await session.scalar(placed) == FAR_COMMUNITY
    assert (visit.state, visit.household_id, visit.area_code) == (VisitState.ACCEPTED, home, FAR_COMMUNITY)


@POSTGRESQL
async def test_a_bed_opened_in_the_very_moment_goes_too(keeping: Keeping) -> None:
    """Applied for while the move waits for the elder's row: it is the new district's when both are through."""
    town, chen = keeping.town, keeping.town.elders["chen"]
    async with town.database.writing() as session:
        home = (await session.get_one(Elder, town.elders["far"])).household_id
    async with town.database.writing() as session:
        elder = await session.get_one(Elder, chen, with_for_update=True)
        station = await session.get_one(Station, town.station_id)
        bed = Bed(elder_id=chen, provider_id=station.provider_id, station_id=station.id, area_code=elder.area_code)
        bed.state, bed.state_since_at = BedState.APPLIED, town.clock.now()
        session.add(bed)
        await session.flush()
        moving = asyncio.create_task(changes(town, keeping.root, "chen", household_id=home))
        await somebody_waits(town.database)
    assert (await moving).status_code == 200
    async with town.database.reading() as session:
        assert await session.scalar(select(Bed.area_code)) == FAR_COMMUNITY


@POSTGRESQL
async def test_who_moves_while_a_bed_is_granted_is_ranked_where_they_live_then(keeping: Keeping) -> None:
    """The list of the new district decides, where somebody else comes first."""
    town, root = keeping.town, keeping.root
    entries = {}
    for days, who in ((9, "far"), (1, "chen")):
        await keeping.assesses(who)
        wish = {"elder_id": town.elders[who], "asked_on": str(town.today - timedelta(days=days))}
        entries[who] = (await root.post("/api/waiting", json=wish)).json()["id"]
    async with town.database.writing() as session:
        elder = await session.get_one(Elder, town.elders["chen"], with_for_update=True)
        far = await session.get_one(Elder, town.elders["far"])
        elder.household_id, elder.area_code = far.household_id, far.area_code
        await session.flush()
        wish = {"station_id": town.station_id}
        granting = asyncio.create_task(root.post(f"/api/waiting/{entries['chen']}/grant", json=wish))
        await somebody_waits(town.database)
    refused = await granting
    assert (refused.status_code, refused.json()["code"]) == (409, "waiting.not_first"), refused.text
    assert refused.json()["first"] == entries["far"]
