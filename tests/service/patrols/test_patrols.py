"""Promise: everybody of the district's groups is on the month's register; it says to the person who was not seen."""

import asyncio
from datetime import date, timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from models import Elder, Event, IdempotencyRecord, MenuItem, PatrolTarget, Visit
from models.types import Family, VisitState
from service.patrols.rules import Standing, covers, days_left, days_to_use, groups_of, rests_all_month, spread
from service.policies.conditions import Facts
from service.policies.kinds import KINDS
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import DISTRICT

RULE = KINDS["patrol.groups"].default
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def test_groups_differ_by_district() -> None:
    """Five groups by default; a district that leaves one out does not look in on those who are only in that."""
    handicapped = Facts(70, None, False, False, frozenset({"severe_handicap"}))
    alone = Facts(80, None, True, False, frozenset({"empty_nest"}))
    assert groups_of(handicapped, RULE) == ["重残"] and groups_of(alone, RULE) == ["独居", "空巢"]
    four = {"groups": [rule for rule in RULE["groups"] if rule["name"] != "重残"]}
    assert groups_of(handicapped, four) == []


def test_a_month_counts_down() -> None:
    """Today counts; the last day is one; a month that is over has none left; the next one has all."""
    assert [days_left(date(2026, 3, day), LAST) for day in (1, 30, 31)] == [31, 2, 1]
    assert days_left(date(2026, 4, 1), LAST) == 0


def test_visits_go_to_working_days_while_there_are_any() -> None:
    """From tomorrow, without weekends; on the last Friday the weekend is used; on the last day that one."""
    assert days_to_use(date(2026, 3, 26), FIRST, LAST) == [date(2026, 3, day) for day in (27, 30, 31)]
    assert days_to_use(date(2026, 5, 29), date(2026, 5, 1), date(2026, 5, 31)) == [date(2026, 5, 30), date(2026, 5, 31)]
    assert days_to_use(LAST, FIRST, LAST) == [LAST]
    assert days_to_use(date(2026, 4, 1), FIRST, LAST) == []


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 500), st.integers(1, 23))
def test_days_are_filled_evenly(count: int, days: int) -> None:
    """Nobody is forgotten, days differ by one at most, and neighbours share a day."""
    month = [FIRST + timedelta(days=number) for number in range(days)]
    given_days = spread(count, month)
    loads = [given_days.count(day) for day in month]
    assert sum(loads) == count and max(loads) - min(loads) <= 1 and given_days == sorted(given_days)


def test_the_rate_is_never_rounded_up_to_the_goal() -> None:
    """One of 50,000 missing is not 100 per cent; a month with nobody to see has no rate."""
    assert Standing(50_000, 49_999, 0).percent() == 99.99
    assert Standing(3, 2, 1).percent() == 66.67 and Standing(3, 2, 1).missing == 0
    assert Standing(3, 3, 0).percent() == 100.0 and Standing(0, 0, 0).percent() is None


def test_rests() -> None:
    """A rest covers its first day and not its last; only one that leaves no day takes somebody off."""
    rest = (date(2026, 3, 10), date(2026, 3, 20))
    assert [covers(rest, date(2026, 3, day)) for day in (9, 10, 19, 20)] == [False, True, True, False]
    assert not rests_all_month(rest, date(2026, 3, 12), LAST)
    assert rests_all_month((date(2026, 3, 10), None), date(2026, 3, 12), LAST)
    assert not rests_all_month((date(2026, 3, 10), None), date(2026, 3, 9), LAST)


async def with_item(keeping: Keeping) -> None:
    async with keeping.town.database.writing() as session:
        item = MenuItem(code="patrol.visit", family=Family.PATROL, name_zh="探访", name_en="Look-in", duration_min=20)
        item.people, item.level, item.delivered = 1, 5, False
        session.add(item)
        (await session.get_one(Elder, keeping.town.elders["yu"])).lives_alone = False


async def test_a_month_of_patrols(keeping: Keeping) -> None:
    """On the register by rule, visits made once, seen by a visit or somebody else's word, excused with a reason."""
    await with_item(keeping)
    sun, here = keeping.sun, {"area_code": DISTRICT}
    assert (await sun.post("/api/patrols/refresh", json=here)).json()["added"] == 1
    assert (await sun.post("/api/patrols/refresh", json=here)).json()["added"] == 0
    rate = (await sun.get("/api/patrols/rate")).json()
    assert (rate["targets"], rate["done"], rate["missing"], rate["percent"]) == (1, 0, 1, 0.0)
    (row,) = (await sun.get("/api/patrols", params={"status": "missing"})).json()["items"]
    assert row["groups"] == ["独居"] and row["days_left"] == rate["days_left"]
    assert (await sun.post("/api/patrols/generate", json=here)).json()["made"] == 1
    assert (await sun.post("/api/patrols/generate", json=here)).json()["made"] == 0
    (row,) = (await sun.get("/api/patrols", params={"status": "planned"})).json()["items"]
    assert row["planned_on"] is not None
    async with keeping.town.database.writing() as session:
        visit = (await session.scalars(select(Visit))).one()
        assert visit.order_id is None and visit.service_on.isoformat() == row["planned_on"]
        visit.state = VisitState.MISSED
    assert (await sun.get("/api/patrols/rate")).json()["missing"] == 1
    tomorrow = str(keeping.town.today + timedelta(days=1))
    late = await sun.post(f"/api/patrols/{row['id']}/seen", json={"by": "王主任", "on": tomorrow})
    assert late.status_code == 422
    assert (await sun.post(f"/api/patrols/{row['id']}/seen", json={"by": "王主任"})).status_code == 201
    rate = (await sun.get("/api/patrols/rate")).json()
    assert (rate["percent"], rate["met"], rate["streets"][0]["done"]) == (100.0, True, 1)
    async with keeping.town.database.writing() as session:
        (await session.get_one(Elder, keeping.town.elders["yu"])).categories = ["empty_nest"]
    assert (await sun.post("/api/patrols/refresh", json=here)).json()["added"] == 1
    (row,) = (await sun.get("/api/patrols", params={"status": "missing"})).json()["items"]
    assert (await sun.post(f"/api/patrols/{row['id']}/excuse", json={"why": "随子女去外地"})).is_success
    assert (await sun.post("/api/patrols/refresh", json=here)).json()["back"] == 0
    assert (await sun.get("/api/patrols/rate")).json()["targets"] == 1
    sheet = await sun.get("/api/patrols/export.csv")
    assert len(sheet.text.strip().splitlines()) == 2 and "独居" in sheet.text
    far = await keeping.town.desk("far")
    nobody = (await far.get("/api/patrols/rate")).json()
    assert (nobody["targets"], nobody["percent"], nobody["met"]) == (0, None, None)
    assert (await sun.post("/api/patrols/refresh", json={"area_code": "370602000000"})).status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_rule_that_leaves_a_group_out_and_a_rest(keeping: Keeping) -> None:
    """Whom the rule names no more goes off; whose bed rests goes off and comes back with the bed, visits with it."""
    await with_item(keeping)
    bed_id, here = await keeping.lives("chen"), {"area_code": DISTRICT}
    await keeping.sun.post("/api/patrols/refresh", json=here)
    rest = {"kind": "hospital", "from_on": str(keeping.town.today)}
    assert (await keeping.root.post(f"/api/beds/{bed_id}/suspend", json=rest)).is_success
    assert (await keeping.sun.post("/api/patrols/generate", json=here)).json() == {
        "made": 0, "waiting": 1, "month": str(keeping.town.today.replace(day=1))
    }  # fmt: skip
    assert (await keeping.sun.post("/api/patrols/refresh", json=here)).json()["dropped"] == 1
    assert (await keeping.root.post(f"/api/beds/{bed_id}/resume", json={})).is_success
    assert (await keeping.sun.post("/api/patrols/refresh", json=here)).json()["back"] == 1
    assert (await keeping.sun.post("/api/patrols/generate", json=here)).json()["made"] == 1
    groups = [rule for rule in RULE["groups"] if rule["name"] != "独居"]
    policy = {"kind": "patrol.groups", "area_code": DISTRICT, "value": {"groups": groups}, "source": "区里的方案"}
    assert (await keeping.sun.post("/api/policies", json={**policy, "from_on": str(keeping.town.today)})).is_success
    assert (await keeping.sun.post("/api/patrols/refresh", json=here)).json()["dropped"] == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_seen_by_somebody_else_once_and_nobody_goes_too(keeping: Keeping) -> None:
    """A repeat with its key is the same word; the day's planned patrol is called off, one under way goes on."""
    await with_item(keeping)
    await keeping.sun.post("/api/patrols/refresh", json={"area_code": DISTRICT})
    await keeping.sun.post("/api/patrols/generate", json={"area_code": DISTRICT})
    (row,) = (await keeping.sun.get("/api/patrols")).json()["items"]
    async with keeping.town.database.writing() as session:
        planned = (await session.scalars(select(Visit))).one()
        planned.service_on = keeping.town.today
        begun = {one.key: getattr(planned, one.key) for one in Visit.__table__.columns if one.key != "id"}
        session.add(Visit(**{**begun, "state": VisitState.EN_ROUTE}))
    url, word, key = f"/api/patrols/{row['id']}/seen", {"by": "王主任"}, {"Idempotency-Key": "seen-once"}
    first, second = [await keeping.sun.post(url, json=word, headers=key) for _ in range(2)]
    assert first.status_code == second.status_code == 201 and first.json() == second.json()
    async with keeping.town.database.reading() as session:
        states = list(await session.scalars(select(Visit.state).order_by(Visit.id)))
        told = list(await session.scalars(select(Event).where(Event.topic == "order.cancelled")))
    assert states == [VisitState.CANCELLED, VisitState.EN_ROUTE, VisitState.CONFIRMED]
    assert [event.data["visit"]["id"] for event in told] == [planned.id]


async def test_a_list_of_people_seen_is_noted_once(keeping: Keeping) -> None:
    """A repeat of the list with its key is the same word for each, refusals too; broken off, it goes on."""
    await with_item(keeping)
    async with keeping.town.database.writing() as session:
        (await session.get_one(Elder, keeping.town.elders["yu"])).lives_alone = True
    await keeping.sun.post("/api/patrols/refresh", json={"area_code": DISTRICT})
    chen, yu = [row["id"] for row in (await keeping.sun.get("/api/patrols")).json()["items"]]
    word, key = {"by": "王主任", "target_ids": [chen, yu, 10**6]}, {"Idempotency-Key": "list-once"}
    url = "/api/patrols/seen"
    answers = await asyncio.gather(*[keeping.sun.post(url, json=word, headers=key) for _ in range(3)])
    assert [row["ok"] for row in answers[0].json()["items"]] == [True, True, False]
    assert {answer.status_code for answer in answers} == {200} and len({answer.text for answer in answers}) == 1
    async with keeping.town.database.writing() as session:
        assert len(list(await session.scalars(select(Visit.id)))) == 2
        whole, mine = IdempotencyRecord.key == "list-once", IdempotencyRecord.key != "list-once"
        await session.execute(update(IdempotencyRecord).where(whole).values(status=0, answer={}))
        last = (await session.scalars(select(IdempotencyRecord).where(mine))).first()
        assert last is not None
        target = await session.get_one(PatrolTarget, orjson.loads(last.answer["body"])["id"])
        await session.delete(last)
        await session.execute(delete(Visit).where(Visit.elder_id == target.elder_id))
    again = await keeping.sun.post(url, json=word, headers=key)
    assert again.text == answers[0].text
    async with keeping.town.database.reading() as session:
        assert len(list(await session.scalars(select(Visit.id)))) == 2
    other = await keeping.sun.post(url, json={**word, "target_ids": [yu]}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.key_reused")
