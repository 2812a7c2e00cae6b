"""Promise: who is entitled and receives nothing is found, told once with the rule, and leaves the list when served."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models import Bed, Elder, Entitlement, Job, MenuItem, Visit
from models.types import BedState, Family, VisitState
from service.entitlements.actions import look_through
from service.entitlements.jobs import ask_at_night
from tests.fixtures.town import DISTRICT, TownBuilder
from tests.service.elders.people import fields


async def looked(town: TownBuilder) -> dict[str, int]:
    return await look_through(town.database, town.today, town.clock.now())


async def listed(town: TownBuilder, **query: Any) -> list[tuple[int, str]]:
    wu = await town.desk("wu")
    items = (await wu.get("/api/entitlements", params=query)).json()["items"]
    return sorted((one["elder"]["id"], one["rule"]) for one in items)


async def test_found_once_with_the_rule(town: TownBuilder) -> None:
    """Three elders of 85 who live alone: no assessment, no look in. A second night adds nothing."""
    chen, yu = town.elders["chen"], town.elders["yu"]
    assert await looked(town) == {"seen": 3, "new": 6, "ended": 0}
    assert await looked(town) == {"seen": 3, "new": 0, "ended": 0}
    both = [(chen, "assessment_80"), (chen, "patrol_special"), (yu, "assessment_80"), (yu, "patrol_special")]
    assert await listed(town) == both
    assert await listed(town, rule="patrol_special") == [both[1], both[3]]
    wu = await town.desk("wu")
    one = (await wu.get("/api/entitlements")).json()["items"][0]
    assert one["elder"]["name"] == "陈**" and one["policy"] == "entitlements#default" and one["verified"] is False
    assert one["facts"]["age"] >= 80 and one["source"]
    counts = (await wu.get("/api/entitlements/counts", params={"area": DISTRICT})).json()
    assert (counts["people"], counts["rules"]) == (2, {"assessment_80": 2, "patrol_special": 2})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_is_served_leaves_the_list(town: TownBuilder) -> None:
    """Looked in on, noted as receiving it elsewhere, or moved away: each ends with its reason, none is deleted."""
    chen, yu = town.elders["chen"], town.elders["yu"]
    await looked(town)
    wu = await town.desk("wu")
    benefit = {"item": "assessment", "source": "区评估机构", "from_on": town.today.isoformat()}
    wrong = await wu.post(f"/api/elders/{chen}/benefits", json={**benefit, "until_on": "2000-01-01"})
    assert fields(wrong) == ["until_on"]
    slip = await wu.post(f"/api/elders/{chen}/benefits", json={**benefit, "from_on": "2150-01-01"})
    assert fields(slip) == ["from_on"]
    assert (await wu.post(f"/api/elders/{chen}/benefits", json=benefit)).status_code == 201
    await _looked_in_on(town, chen)
    gone = {"version": 1, "left_on": town.today.isoformat(), "left_why": "迁出"}
    assert (await wu.patch(f"/api/elders/{yu}", json=gone)).status_code == 200
    assert (await looked(town))["ended"] == 4
    assert await listed(town) == []
    async with town.database.reading() as session:
        rows = (await session.scalars(select(Entitlement).order_by(Entitlement.id))).all()
    assert [(row.elder_id, row.ended_why) for row in rows if row.ended_on] == [
        (chen, "received"), (chen, "received"), (yu, "left"), (yu, "left"),
    ]  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_whom_the_village_saw_is_not_missed(town: TownBuilder) -> None:
    """A look in that the desk notes for a village committee ends the finding, as it fills the month's register."""
    chen, yu = town.elders["chen"], town.elders["yu"]
    await looked(town)
    async with town.database.writing() as session:
        session.add(_patrol_item())
    sun = await town.desk("sun")
    assert (await sun.post("/api/patrols/refresh", json={"area_code": DISTRICT})).status_code == 200
    register = (await sun.get("/api/patrols")).json()["items"]
    target = next(row["id"] for row in register if row["elder_id"] == chen)
    noted = (await sun.post("/api/patrols/seen", json={"target_ids": [target], "by": "凤林村委会"})).json()["items"]
    assert [row["ok"] for row in noted] == [True]
    assert (await looked(town))["ended"] == 1
    assert await listed(town, rule="patrol_special") == [(yu, "patrol_special")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_districts_own_rules(town: TownBuilder) -> None:
    """Set as policy from a day on: they take the place of the shipped ones, and the finding names them."""
    sun = await town.desk("sun")
    rule = {"code": "meal_85", "name": "85 周岁以上助餐", "when": {"fact": "age", "least": 85}, "gives": "meal_subsidy"}
    wish = {
        "kind": "entitlements",
        "area_code": DISTRICT,
        "from_on": town.today.isoformat(),
        "source": "区发〔2026〕3号",
    }
    broken = await sun.post("/api/policies", json={**wish, "value": {"rules": [{**rule, "when": {"x": 1}}]}})
    assert broken.status_code == 422
    made = await sun.post("/api/policies", json={**wish, "value": {"rules": [rule]}, "verified": True})
    assert made.status_code == 201, made.text
    async with town.database.writing() as session:
        (await session.get_one(Elder, town.elders["yu"])).born_on = town.today - timedelta(days=84 * 366)
    await looked(town)
    assert await listed(town) == [(town.elders["chen"], "meal_85")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_bed_is_home_care(town: TownBuilder) -> None:
    """Moderate and on minimum income: entitled to hours at home; whoever has an active bed receives them."""
    wu = await town.desk("wu")
    noted = {"category": "low_income", "source": "民政低保库", "from_on": "2025-01-01"}
    for who in ("chen", "yu"):
        path = f"/api/elders/{town.elders[who]}/assessments/imported"
        result = {"scale": "gbt42195", "level": 2, "assessed_on": town.today.isoformat(), "source": "旧系统"}
        row = (await wu.post(path, json=result)).json()
        done = await (await town.desk("sun")).post(
            f"/api/assessments/{row['id']}/review", json={"version": 1, "approve": True}
        )
        assert done.status_code == 200, done.text
        assert (await wu.post(f"/api/elders/{town.elders[who]}/categories", json=noted)).status_code == 201
    async with town.database.writing() as session:
        await session.delete((await session.scalars(select(Bed).where(Bed.elder_id == town.elders["yu"]))).one())
    await looked(town)
    assert await listed(town, rule="home_care_45h") == [(town.elders["yu"], "home_care_45h")]
    assert len(await listed(town, rule="home_adaptation")) == 2
    await _rests(town, town.elders["chen"], BedState.SUSPENDED)
    await looked(town)
    assert await listed(town, rule="home_care_45h") == [(town.elders["yu"], "home_care_45h")]
    assert len(await listed(town, rule="home_adaptation")) == 2, "a home is rebuilt while nobody is in it"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobody_is_looked_in_on_while_their_bed_rests(town: TownBuilder) -> None:
    """In hospital: the missed look in ends with that reason and is told anew when they are home."""
    chen, yu = town.elders["chen"], town.elders["yu"]
    await looked(town)
    await _rests(town, chen, BedState.SUSPENDED)
    assert await looked(town) == {"seen": 3, "new": 0, "ended": 1}
    assert await listed(town, rule="patrol_special") == [(yu, "patrol_special")]
    async with town.database.reading() as session:
        ended = await session.scalars(select(Entitlement.ended_why).where(Entitlement.ended_on.is_not(None)))
        assert list(ended) == ["rests"]
    await _rests(town, chen, BedState.ACTIVE)
    assert await looked(town) == {"seen": 3, "new": 1, "ended": 0}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_asked_for_at_night_or_by_hand(town: TownBuilder) -> None:
    """By hand at once, with its progress as a job; at night by itself, once."""
    wu, sun = await town.desk("wu"), await town.desk("root")
    assert (await wu.post("/api/entitlements/look")).status_code == 403
    asked = await sun.post("/api/entitlements/look")
    assert asked.status_code == 202
    for _ in range(100):
        job = (await sun.get(f"/api/jobs/{asked.json()['job_id']}")).json()
        if job["state"] == "done":
            break
        await asyncio.sleep(0.1)
    assert (job["state"], job["seen"], job["new"]) == ("done", 3, 6)
    assert not await ask_at_night(town.database, town.clock)
    town.clock.shift(hours=18)
    assert await ask_at_night(town.database, town.clock)
    assert not await ask_at_night(town.database, town.clock)
    async with town.database.reading() as session:
        assert len(list(await session.scalars(select(Job)))) == 2


def _patrol_item() -> MenuItem:
    item = MenuItem(code="patrol.month", family=Family.PATROL, name_zh="探访", name_en="Patrol", duration_min=20)
    item.people, item.skill, item.level, item.delivered = 1, None, 5, False
    return item


async def _rests(town: TownBuilder, elder_id: int, state: BedState) -> None:
    async with town.database.writing() as session:
        bed = (await session.scalars(select(Bed).where(Bed.elder_id == elder_id))).one()
        bed.state = state


async def _looked_in_on(town: TownBuilder, elder_id: int) -> None:
    """A finished patrol visit of today."""
    async with town.database.writing() as session:
        item = _patrol_item()
        session.add(item)
        await session.flush()
        elder = await session.get_one(Elder, elder_id)
        visit = Visit(elder_id=elder_id, household_id=elder.household_id, area_code=elder.area_code, item_id=item.id)
        visit.family, visit.state, visit.service_on = Family.PATROL, VisitState.FINISHED, town.today
        visit.window_from_at, visit.window_to_at, visit.duration_min = town.local(8), town.local(9), 20
        visit.finished_at = town.local(8, 30)
        session.add(visit)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_moves_is_found_where_they_live(town: TownBuilder) -> None:
    """Counted in the old district until the night, in the new one after it; the row there says that they moved."""
    await looked(town)
    async with town.database.writing() as session:
        far = await session.get_one(Elder, town.elders["far"])
        chen = await session.get_one(Elder, town.elders["chen"])
        chen.area_code, chen.household_id, chen.provider_id = far.area_code, far.household_id, far.provider_id
    wu, other = await town.desk("wu"), await town.desk("far")
    assert [one[0] for one in await listed(town)] == [town.elders["yu"]] * 2, "nobody sees whom they may not"
    assert await looked(town) == {"seen": 3, "new": 2, "ended": 2}
    counts = [(await desk.get("/api/entitlements/counts")).json()["people"] for desk in (wu, other)]
    assert counts == [1, 2]
    async with town.database.reading() as session:
        ended = await session.scalars(select(Entitlement.ended_why).where(Entitlement.ended_on.is_not(None)))
        assert list(ended) == ["moved", "moved"]
