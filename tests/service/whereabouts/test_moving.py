"""Promise: who moves takes bed, papers, orders and visits along; the new area's desks see them, the old ones do not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Elder, Event, Visit, WorksOrder
from models.types import VisitState
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import FAR_COMMUNITY
from tests.service.whereabouts.test_leaving import changes, orders


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
