"""Promise: a level is shown and found only while a result holds it up; an expired one is said to be expired."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from models import Assessment, Elder, Event
from models.types import AssessmentState, Scale
from service.elders.levels import chain_results
from tests.fixtures.town import TownBuilder
from tests.service.elders.people import person


async def add_result(
    town: TownBuilder, elder_id: int, level: int, ago: int, days: int = 365, scale: Scale = Scale.GBT42195
) -> int:
    """An approved result of so many days ago that holds for so many days; it is the mark on the elder as well."""
    row = Assessment(elder_id=elder_id, scale=scale, reason="first", state=AssessmentState.APPROVED, version=1)
    row.answers, row.result, row.made_at, row.saved_at = {}, {}, town.clock.now(), town.clock.now()
    row.level, row.assessed_on = level, town.today - timedelta(days=ago)
    row.valid_until_on = row.assessed_on + timedelta(days=days)
    async with town.database.writing() as session:
        session.add(row)
        if scale is Scale.GBT42195:
            (await session.get_one(Elder, elder_id)).ability = level
    return row.id


async def as_if_later(town: TownBuilder, days: int) -> None:
    """So many days pass: every result lies further back."""
    async with town.database.writing() as session:
        for row in await session.scalars(select(Assessment)):
            for field in ("assessed_on", "valid_until_on", "ended_on"):
                if getattr(row, field) is not None:
                    setattr(row, field, getattr(row, field) - timedelta(days=days))


async def shown(town: TownBuilder, elder_id: int) -> tuple[Any, Any, Any]:
    """What the card says: the level, what it was, and until when."""
    card = (await (await town.desk("wu")).get(f"/api/elders/{elder_id}")).json()
    return card["ability"], card["ability_was"], card["ability_until_on"]


async def found(town: TownBuilder, level: int) -> set[int]:
    """Whom the list gives for a level."""
    answer = await (await town.desk("wu")).get(f"/api/elders?ability={level}")
    assert all(one["ability"] == level for one in answer.json()["items"]), answer.text
    return {one["id"] for one in answer.json()["items"]}


async def test_a_level_lasts_as_long_as_its_result(town: TownBuilder) -> None:
    """It is shown and found on its last day and not on the next; the card says what it was and when it ran out."""
    chen, yu = town.elders["chen"], town.elders["yu"]
    assert await shown(town, yu) == (None, None, None) and await found(town, 2) == set()
    await add_result(town, chen, 2, ago=365)
    await add_result(town, yu, 2, ago=366)
    await add_result(town, yu, 2, ago=10, scale=Scale.MZT039)
    today = town.today.isoformat()
    assert await shown(town, chen) == (2, None, today)
    assert await shown(town, yu) == (None, 2, (town.today - timedelta(days=1)).isoformat())
    assert await found(town, 2) == {chen}
    await as_if_later(town, 1)
    today = (town.today - timedelta(days=1)).isoformat()
    assert await shown(town, chen) == (None, 2, today)
    assert await found(town, 2) == set()


async def ends(town: TownBuilder) -> list[tuple[int, int, date | None]]:
    async with town.database.reading() as session:
        columns = (Assessment.id, Assessment.elder_id, Assessment.ended_on)
        return [tuple(row) for row in (await session.execute(select(*columns).order_by(Assessment.id))).all()]


async def marks(town: TownBuilder, *elders: int) -> list[int | None]:
    async with town.database.reading() as session:
        return [(await session.get_one(Elder, one)).ability for one in elders]


async def test_two_results_become_one_by_a_merge(town: TownBuilder) -> None:
    """The newer of both ends the older one and is the ability; taken back, each elder has their own again."""
    sun, wu = await town.desk("sun"), await town.desk("wu")
    made = await wu.post("/api/elders", json=person(name="陈桂兰", born_on="1941-03-08"))
    kept, gone = town.elders["chen"], made.json()["id"]
    await add_result(town, kept, 1, ago=100)
    newer = await add_result(town, gone, 3, ago=20, days=30)
    before = await ends(town)
    merge = await sun.post(f"/api/elders/{kept}/merge", json={"gone_id": gone, "reason": "同一个人"})
    assert merge.status_code == 201, merge.text
    until = (town.today + timedelta(days=10)).isoformat()
    assert await shown(town, kept) == (3, None, until)
    assert await found(town, 3) == {kept} and await found(town, 1) == set()
    assert await marks(town, kept) == [3]
    assert [end for number, _, end in await ends(town) if number != newer] == [town.today - timedelta(days=20)]
    await as_if_later(town, 11)
    until = (town.today - timedelta(days=1)).isoformat()
    assert await shown(town, kept) == (None, 3, until) and await found(town, 1) == set()
    assert (await sun.post(f"/api/elders/merges/{merge.json()['id']}/undo")).status_code == 200
    assert await ends(town) == before and await marks(town, kept, gone) == [1, 3]
    assert await found(town, 1) == {kept}
    assert await shown(town, gone) == (None, 3, until)


async def test_a_call_tells_an_old_level_as_an_old_one(town: TownBuilder) -> None:
    """In the event, on the desk and on the phone alike; of an elder with a new result beside it the new one."""
    chen, yu, lin = town.elders["chen"], town.elders["yu"], await town.phone("lin")
    await add_result(town, chen, 3, ago=366)
    await add_result(town, yu, 4, ago=400, days=365)
    await add_result(town, yu, 1, ago=0)
    async with town.database.writing() as session:
        await chain_results(session, await session.get_one(Elder, yu))
    wu = await town.desk("wu")
    ran_out, until = town.today - timedelta(days=1), town.today + timedelta(days=365)
    for who, told in (("chen", (3, False, ran_out.isoformat())), ("yu", (1, True, until.isoformat()))):
        call = (await town.terminal(who).presses_call())["incident"]
        await wu.post(f"/api/incidents/{call}/acknowledge")
        sent = await wu.post(
            f"/api/incidents/{call}/assign", json={"caregiver_id": town.caregivers["lin"], "despite": True}
        )
        assert sent.is_success, sent.text
        async with town.database.reading() as session:
            raised = select(Event.data).where(Event.subject == f"incident:{call}", Event.topic == "incident.raised")
            event = (await session.scalars(raised)).one()["incident"]
        (mine,) = [one for one in (await lin.get("/phone/v1/incidents")).json()["incidents"] if one["id"] == call]
        for card in (event, (await wu.get(f"/api/incidents/{call}")).json(), mine):
            elder = card["elder"]
            assert (elder["care_level"], elder["care_level_holds"], elder["care_level_until_on"]) == told
