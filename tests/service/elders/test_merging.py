"""Promise: two rows of one person become one with both histories, nothing is lost, and it can be taken back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from models import Assessment, AuditRow, Bed, Contact, Elder, ElderCategory, Terminal
from models.types import AssessmentState, Category, Scale
from service.elders.merging import _places
from tests.fixtures.town import DISTRICT, TownBuilder
from tests.service.elders.people import fields, id_number, person

ID = id_number("19410308", 24)


async def twice(town: TownBuilder) -> tuple[int, int]:
    """Granny Chen, and the same person registered again with an ID number, a category and a phone."""
    wu = await town.desk("wu")
    category = {"category": "dementia", "source": "医院", "from_on": "2025-01-01"}
    wish = person(name="陈桂兰", born_on="1941-03-08", id_number=ID, phone="13900007777", categories=[category])
    made = await wu.post("/api/elders", json={**wish, "contacts": [{"name": "丙", "relation": "邻居", "phone": "119"}]})
    assert made.json()["alike"] == [town.elders["chen"]], made.text
    second: int = made.json()["id"]
    async with town.database.writing() as session:
        row = Assessment(elder_id=second, scale=Scale.MZT039, reason="other", state=AssessmentState.APPROVED, version=1)
        row.answers, row.result, row.made_at, row.saved_at = {}, {}, town.clock.now(), town.clock.now()
        session.add(row)
        (await session.get_one(Elder, town.elders["chen"])).ability = None
    return town.elders["chen"], second


async def whole(town: TownBuilder) -> dict[str, Any]:
    """Everything that points at an elder, and the elders themselves, but for their versions."""
    found: dict[str, Any] = {}
    async with town.database.reading() as session:
        for table, column, key in _places():
            rows = await session.execute(select(key, column).order_by(key))
            found[table] = [tuple(row) for row in rows.all()]
        for elder in await session.scalars(select(Elder).order_by(Elder.id)):
            columns = {
                name: value for name, value in vars(elder).items() if name not in ("_sa_instance_state", "version")
            }
            found[f"elder {elder.id}"] = columns
    return found


async def test_merged_and_taken_back(town: TownBuilder) -> None:
    """Contacts, categories and assessments of both stand under one; taken back, every row is where it was."""
    kept, gone = await twice(town)
    before = await whole(town)
    sun, wu = await town.desk("sun"), await town.desk("wu")
    wish = {"gone_id": gone, "reason": "同一身份证"}
    assert (await wu.post(f"/api/elders/{kept}/merge", json=wish)).status_code == 403
    done = await sun.post(
        f"/api/elders/{kept}/merge", json=wish, headers={"Idempotency-Key": "as the console sends it"}
    )
    assert done.status_code == 201, done.text
    assert done.json()["moved"] == {"contact": 1, "elder_category": 1, "assessment": 1}
    assert {"id_number", "phone"} <= set(done.json()["filled"])
    card = (await wu.get(f"/api/elders/{kept}")).json()
    assert len(card["contacts"]) == 2 and card["categories"] == ["dementia"] and card["phone"] == "139****7777"
    assert (await wu.get(f"/api/elders/{gone}")).json()["merged_into_id"] == kept
    assert gone not in [one["id"] for one in (await wu.get("/api/elders")).json()["items"]]
    found = (await wu.post("/api/elders/search", json={"id_number": ID})).json()["items"]
    assert [one["id"] for one in found] == [kept]
    again = await sun.post(f"/api/elders/{kept}/merge", json=wish)
    assert (again.status_code, again.json()["code"]) == (409, "elder.cannot_merge")
    (listed,) = (await wu.get("/api/elders/merges")).json()["items"]
    for side in (kept, gone):
        assert (await wu.get(f"/api/elders/merges?elder_id={side}")).json()["items"] == [listed]
    assert (await wu.get(f"/api/elders/merges?elder_id={town.elders['yu']}")).json()["items"] == []
    undone = await sun.post(f"/api/elders/merges/{listed['id']}/undo")
    assert undone.status_code == 200 and undone.json()["undone_at"]
    assert await whole(town) == before
    assert (await sun.post(f"/api/elders/merges/{listed['id']}/undo")).status_code == 409


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_came_after_the_merge_stays(town: TownBuilder) -> None:
    """A contact added to the merged elder is theirs after the undo as well."""
    kept, gone = await twice(town)
    sun = await town.desk("sun")
    merge = (await sun.post(f"/api/elders/{kept}/merge", json={"gone_id": gone, "reason": "同一个人"})).json()
    async with town.database.writing() as session:
        session.add(
            ElderCategory(
                elder_id=kept, category=Category.AGED, source="x", from_on=town.today, noted_at=town.clock.now()
            )
        )
    assert (await sun.post(f"/api/elders/merges/{merge['id']}/undo")).status_code == 200
    async with town.database.reading() as session:
        assert [
            row.category
            async for row in await session.stream_scalars(select(ElderCategory).where(ElderCategory.elder_id == kept))
        ] == [Category.AGED]
        assert (await session.get_one(Elder, kept)).categories == ["aged"]
        assert (await session.get_one(Elder, gone)).categories == ["dementia"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_cannot_be_merged(town: TownBuilder) -> None:
    """With oneself, with somebody of another district, two with a bed each; a bed and a terminal move along."""
    kept, gone = await twice(town)
    sun = await town.desk("sun")
    same = await sun.post(f"/api/elders/{kept}/merge", json={"gone_id": kept, "reason": "同一个人"})
    assert fields(same) == ["gone_id"]
    far = await sun.post(f"/api/elders/{kept}/merge", json={"gone_id": town.elders["far"], "reason": "同一个人"})
    assert far.status_code == 404
    beds = await sun.post(f"/api/elders/{kept}/merge", json={"gone_id": town.elders["yu"], "reason": "同一个人"})
    assert beds.json()["code"] == "elder.cannot_merge"
    assert (
        await sun.post(f"/api/elders/{gone}/merge", json={"gone_id": kept, "reason": "同一个人"})
    ).status_code == 201
    async with town.database.reading() as session:
        assert (await session.get_one(Terminal, "T-chen")).elder_id == gone
        assert await session.scalar(select(Bed.id).where(Bed.elder_id == gone)) is not None
        assert len(list(await session.scalars(select(Contact).where(Contact.elder_id == gone)))) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_doubles_are_listed(town: TownBuilder) -> None:
    """Same name and date of birth; one person with two ID numbers is among them; other districts are not told."""
    kept, gone = await twice(town)
    wu, far = await town.desk("wu"), await town.desk("far")
    (group,) = (await wu.get("/api/elders/doubles")).json()
    assert group["why"] == "name_and_birth" and [one["id"] for one in group["elders"]] == [kept, gone]
    assert (await far.get("/api/elders/doubles")).json() == []
    other = await wu.patch(f"/api/elders/{kept}", json={"version": 1, "id_number": id_number("19410308", 26)})
    assert other.status_code == 200 and len((await wu.get("/api/elders/doubles")).json()) == 1


async def test_one_person_with_two_numbers(town: TownBuilder) -> None:
    """Merged, either number finds who stands and is not registered again; taken back, each row has its own."""
    kept, gone = await twice(town)
    sun, wu = await town.desk("sun"), await town.desk("wu")
    other, third = id_number("19410308", 26), id_number("19410308", 28)

    async def search(number: str) -> list[int]:
        found = await wu.post("/api/elders/search", json={"id_number": number})
        return [one["id"] for one in found.json()["items"]]

    async def register(number: str) -> tuple[int, int | None]:
        made = await wu.post("/api/elders", json=person(name="陈桂兰", born_on="1941-03-08", id_number=number))
        return made.status_code, made.json().get("elder_id")

    assert (await wu.patch(f"/api/elders/{kept}", json={"version": 1, "id_number": other})).status_code == 200
    before = await whole(town)
    merge = await sun.post(f"/api/elders/{kept}/merge", json={"gone_id": gone, "reason": "一人两个身份证号"})
    assert await search(ID) == await search(other) == [kept]
    assert (await wu.post("/api/elders/search", json={"phone": "13900007777"})).json()["items"][0]["id"] == kept
    assert await register(ID) == await register(other) == (409, kept)
    onto = (await wu.post("/api/elders", json=person(born_on="1941-03-08", id_number=third))).json()["id"]
    on = await sun.post(f"/api/elders/{onto}/merge", json={"gone_id": kept, "reason": "还是这个人"})
    assert await search(ID) == await search(other) == await search(third) == [onto]
    assert await register(ID) == (409, onto)
    for one in (on, merge):
        assert (await sun.post(f"/api/elders/merges/{one.json()['id']}/undo")).status_code == 200
    after = await whole(town)
    assert {name: after[name] for name in before if name.startswith("elder ")} == {
        name: rows for name, rows in before.items() if name.startswith("elder ")
    }
    assert (await search(ID), await search(other)) == ([gone], [kept])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_number_changed_since_the_merge(town: TownBuilder) -> None:
    """A number filled in and then mended stays after the undo; two rows never come to have one number by it."""
    kept, gone = await twice(town)
    sun, wu = await town.desk("sun"), await town.desk("wu")
    wish = {"gone_id": gone, "reason": "同一个人"}
    other = id_number("19410308", 26)

    async def give(number: str) -> int:
        version = (await wu.get(f"/api/elders/{kept}")).json()["version"]
        return (await wu.patch(f"/api/elders/{kept}", json={"version": version, "id_number": number})).status_code

    async def numbers() -> list[str]:
        return [(await wu.get(f"/api/elders/{one}")).json()["id_number"] for one in (kept, gone)]

    merge = (await sun.post(f"/api/elders/{kept}/merge", json=wish)).json()["id"]
    assert await give(other) == 200
    assert (await sun.post(f"/api/elders/merges/{merge}/undo")).status_code == 200
    assert await numbers() == [f"990{'*' * 13}{number[-2:]}" for number in (other, ID)]
    merge = (await sun.post(f"/api/elders/{kept}/merge", json=wish)).json()["id"]
    assert await give(ID) == 200
    refused = await sun.post(f"/api/elders/merges/{merge}/undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "merge.cannot_undo")
    assert await give(other) == 200
    assert (await sun.post(f"/api/elders/merges/{merge}/undo")).status_code == 200
    assert await numbers() == [f"990{'*' * 13}{number[-2:]}" for number in (other, ID)]


async def test_one_person_waits_once(town: TownBuilder) -> None:
    """Of two applications the gone row's is withdrawn and the other counts from the earlier day; undone, both wait."""
    kept, gone = await twice(town)
    sun, root = await town.desk("sun"), await town.desk("root")
    early, late = town.today - timedelta(days=90), town.today - timedelta(days=2)
    async with town.database.writing() as session:
        await session.execute(delete(Bed))
    asked = [(kept, late, "女儿来电"), (gone, early, "社区上报")]
    stays, goes = [
        (await root.post("/api/waiting", json={"elder_id": one, "asked_on": str(day), "note": note})).json()["id"]
        for one, day, note in asked
    ]

    async def listed() -> list[tuple[int, int, str, str | None]]:
        rows = (await root.get("/api/waiting", params={"area_code": DISTRICT})).json()["items"]
        return sorted((row["id"], row["elder_id"], row["asked_on"], row["note"]) for row in rows)

    before = await listed()
    assert [row[:3] for row in before] == [(stays, kept, str(late)), (goes, gone, str(early))]
    done = await sun.post(f"/api/elders/{kept}/merge", json={"gone_id": gone, "reason": "同一个人"})
    assert done.status_code == 201 and done.json()["withdrawn_entry_id"] == goes, done.text
    assert await listed() == [(stays, kept, str(early), "女儿来电")]
    entry = (await root.get(f"/api/waiting/{goes}")).json()
    assert (entry["state"], entry["elder_id"], entry["note"]) == ("withdrawn", kept, "社区上报")
    async with town.database.reading() as session:
        why = select(AuditRow.detail).where(AuditRow.subject == f"waiting_entry:{goes}").order_by(AuditRow.id.desc())
        assert f"application {stays}" in str((await session.scalars(why.limit(1))).one())
    assert (await sun.post(f"/api/elders/merges/{done.json()['id']}/undo")).status_code == 200
    assert await listed() == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_has_left_is_not_merged_with_who_is_here(town: TownBuilder) -> None:
    """Said of both rows first: else the living would lose their care, or the dead keep it."""
    kept, gone = await twice(town)
    sun, wish = await town.desk("sun"), {"gone_id": gone, "reason": "同一个人"}
    left = {"version": 1, "left_on": str(town.today), "left_why": "去世"}
    assert (await sun.patch(f"/api/elders/{gone}", json=left)).status_code == 200
    refused = await sun.post(f"/api/elders/{kept}/merge", json=wish)
    assert (refused.status_code, refused.json()["code"]) == (409, "elder.cannot_merge")
    assert "left" in refused.json()["detail"]
    assert (await sun.patch(f"/api/elders/{kept}", json=left)).status_code == 200
    assert (await sun.post(f"/api/elders/{kept}/merge", json=wish)).status_code == 201


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_bed_stands_where_its_elder_lives(town: TownBuilder) -> None:
    """The bed of the row that goes is seen where the one that stays lives; taken back, where it was."""
    root, chen, far = await town.desk("root"), town.elders["chen"], town.elders["far"]
    done = await root.post(f"/api/elders/{far}/merge", json={"gone_id": chen, "reason": "搬家后又登记"})
    wu, far_desk = await town.desk("wu"), await town.desk("far")
    assert [len((await desk.get("/api/beds")).json()["items"]) for desk in (wu, far_desk)] == [1, 1]
    assert (await root.post(f"/api/elders/merges/{done.json()['id']}/undo")).status_code == 200
    assert [len((await desk.get("/api/beds")).json()["items"]) for desk in (wu, far_desk)] == [2, 0]
