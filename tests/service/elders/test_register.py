"""Promise: a person is registered once, kept sealed, shown masked, changed by one hand, revealed on record."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from models import AuditRow, Elder
from service.elders.keeping import keep_categories
from tests.fixtures.town import COMMUNITY, DISTRICT, STREET, TownBuilder
from tests.service.elders.people import fields, home, id_number, person

ID, PHONE = id_number("19400506", 12), "13900007777"


async def test_somebody_is_registered(town: TownBuilder) -> None:
    """Everything at once; sealed fields are masked in every answer and plain nowhere in the database."""
    wu = await town.desk("wu")
    wish = person(
        id_number=ID, phone="+86 139 0000 7777", sex=None, born_on=None, conditions="高血压", dialect="说烟台话"
    )
    wish |= {"home": home(gate_code="2468#", key_holder="孙大姐", key_holder_phone="13900008888")}
    wish["categories"] = [{"category": "living_alone", "source": "村居走访", "from_on": "2024-01-01"}]
    wish["contacts"] = [{"name": "贺敏", "relation": "女儿", "phone": "13900009999", "guardian": True}]
    wish["consents"] = [{"purpose": "location", "said_by": "本人", "said_how": "签字"}]
    made = await wu.post("/api/elders", json=wish)
    assert made.status_code == 201, made.text
    card = made.json()
    assert (card["name"], card["sex"], card["born_on"]) == ("贺**", "F", "1940-05-06")
    assert card["phone"] == "139****7777" and card["id_number"].startswith("990*") and card["lives_alone"]
    assert card["categories"] == ["living_alone"] and card["guardian"]["kind"] == "contact"
    assert card["consents"][0]["given"] and card["home"]["has_gate_code"] and card["version"] == 1
    for secret in (ID, PHONE, "2468#", "13900008888", "13900009999", "高血压"):
        assert secret not in made.text
        async with town.database.reading() as session:
            for table in ("elder", "household", "contact", "elder_category", "consent", AuditRow.__tablename__):
                rows = (await session.execute(text(f"SELECT * FROM {table}"))).all()
                assert secret not in str(rows) and secret.encode() not in b"".join(
                    bytes(cell) for row in rows for cell in row if isinstance(cell, bytes | memoryview)
                )


async def test_nobody_is_registered_twice(town: TownBuilder) -> None:
    """Ten at once with one ID number: one elder, nine refusals that name them; elsewhere no id is given away."""
    wu, far = await town.desk("wu"), await town.desk("far")
    tries = [wu.post("/api/elders", json=person(id_number=ID)) for _ in range(10)]
    answers = await asyncio.gather(*tries)
    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert len(made) == 1 and len(refused) == 9
    assert {one["code"] for one in refused} == {"elder.already_registered"}
    assert {one["elder_id"] for one in refused} == set(made)
    there = await far.post("/api/elders", json=person(id_number=ID, home=home(area_code="370602001001")))
    assert there.status_code == 409 and "elder_id" not in there.json()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_fault_is_named_at_once(town: TownBuilder) -> None:
    """ID number, name, phone, contact, category, home: one answer with each field, why, and what would be right."""
    wu = await town.desk("wu")
    wish = person(id_number=ID[:-1] + "1" if ID[-1] != "1" else ID[:-1] + "2", name="陈1", phone="1380000")
    wish["contacts"] = [{"name": "甲", "relation": "儿子"}]
    wish["categories"] = [{"category": "aged", "source": "x", "from_on": "1850-01-01"}]
    wish["home"] = home(lon=0, lat=0)
    answer = await wu.post("/api/elders", json=wish)
    assert answer.status_code == 422
    assert set(fields(answer)) == {"id_number", "name", "phone", "contacts.0.phone", "categories.0.from_on", "home.lon"}
    assert all(one["problem"] and one["accepted"] for one in answer.json()["fields"])
    born = await wu.post("/api/elders", json=person(id_number=ID, born_on="1940-05-07", sex="M"))
    assert sorted(fields(born)) == ["born_on", "sex"]
    for half in ("born_on", "sex"):
        assert fields(await wu.post("/api/elders", json=person(**{half: None}))) == [half]
    unread = person(id_number=ID[:17] + ("1" if ID[-1] != "1" else "2"), sex=None, born_on=None)
    assert fields(await wu.post("/api/elders", json=unread)) == ["id_number"]
    assert fields(await wu.post("/api/elders", json=person(home=home(area_code=STREET)))) == ["home.area_code"]
    assert fields(await wu.post("/api/elders", json=person(home=home(area_code="370602001001")))) == ["home.area_code"]
    assert fields(await wu.post("/api/elders", json=person(household_id=1))) == ["home"]
    assert fields(await wu.post("/api/elders", json=person(nickname="x"))) == ["nickname"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_form_is_refused_once_with_every_fault(town: TownBuilder) -> None:
    """What cannot be read as its kind, what contradicts something else and where no home can be, in one answer."""
    wu = await town.desk("wu")
    wish = person(id_number=ID, born_on="1940-05-07", name="陈1", provider_id=0, nickname="x", lives_alone="perhaps")
    wish["contacts"] = [{"name": "", "phone": "138"}, {"name": "乙", "relation": "儿子", "phone": "x" * 41}]
    wish["categories"] = [{"category": "rich", "from_on": "1850-01-01"}]
    wish["home"] = home(floor=999, area_code=STREET, lat=0, lon=0)
    answer = await wu.post("/api/elders", json=wish)
    assert answer.status_code == 422
    read = {"provider_id", "nickname", "lives_alone", "contacts.0.name", "contacts.0.relation", "contacts.1.phone"}
    read |= {"categories.0.category", "categories.0.source", "home.floor"}
    found = {"born_on", "name", "contacts.0.phone", "categories.0.from_on", "home.area_code", "home.lon"}
    assert sorted(fields(answer)) == sorted(read | found)
    assert fields(await wu.post("/api/elders", json=person(id_number="9" * 41, sex=None, born_on=None))) == [
        "id_number"
    ]
    assert fields(await wu.post("/api/elders", json=person(home="there"))) == ["home"]
    assert fields(await wu.post("/api/elders", json=[])) == ["body"]

    path = f"/api/elders/{town.elders['chen']}"
    change = {"name": "陈1", "sex": "x", "phone": "138", "home": {"floor": 999, "lat": 37.5}, "left_on": "soon"}
    faults = ["home.datum", "home.floor", "home.lon", "left_on", "name", "phone", "sex", "version"]
    assert sorted(fields(await wu.patch(path, json=change))) == faults
    ladder = {"version": 0, "contacts": [{"relation": "女儿", "phone": "138"}, {"id": 10**6, "name": "乙"}]}
    faults = [
        "contacts.0.name",
        "contacts.0.phone",
        "contacts.1.phone",
        "contacts.1.relation",
        "contacts.id",
        "version",
    ]
    assert sorted(fields(await wu.put(f"{path}/contacts", json=ladder))) == faults
    noted = {"category": "rich", "source": "x", "from_on": "2026-01-02", "until_on": "2026-01-01"}
    assert fields(await wu.post(f"{path}/categories", json=noted)) == ["category", "until_on"]
    async with town.database.reading() as session:
        assert (await session.get_one(Elder, town.elders["chen"])).version == 1


async def test_two_hands_on_one_elder(town: TownBuilder) -> None:
    """The second change from the same version is refused and says what stands; nothing of it is kept."""
    wu, chi = await town.desk("wu"), await town.desk("chi")
    path = f"/api/elders/{town.elders['chen']}"
    version = (await wu.get(path)).json()["version"]
    changes = [wu.patch(path, json={"version": version, "dialect": "说牟平话"})]
    changes += [chi.patch(path, json={"version": version, "dialect": "说东北话", "home": {"access_note": "后门"}})]
    first, second = sorted(await asyncio.gather(*changes), key=lambda one: one.status_code)
    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json()["code"] == "elder.changed_meanwhile" and second.json()["version"] == version + 1
    half = await wu.patch(path, json={"version": version + 1, "home": {"lon": 121.4461}})
    assert fields(half) == ["home.datum", "home.lat"]
    again = await wu.patch(path, json={"version": version + 1, "notes": None, "home": {"gate_code": None}})
    assert again.status_code == 200 and not again.json()["home"]["has_gate_code"]
    place = {"lon": 121.4461, "lat": 37.5119, "datum": "wgs84"}
    moved = (await wu.patch(path, json={"version": version + 2, "home": place})).json()
    assert {name: moved["home"][name] for name in place} == {name: moved[name] for name in place} == place
    assert fields(await wu.patch(path, json={"version": version + 2, "born_on": "2100-01-01"})) == ["born_on"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_id_number_that_comes_later(town: TownBuilder) -> None:
    """It sets birth and sex right; somebody else's is refused; a birth date against it is refused afterwards."""
    wu = await town.desk("wu")
    path = f"/api/elders/{town.elders['chen']}"
    changed = await wu.patch(path, json={"version": 1, "id_number": ID})
    assert changed.json()["born_on"] == "1940-05-06"
    against = await wu.patch(path, json={"version": 2, "born_on": "1941-03-08"})
    assert fields(against) == ["born_on"]
    other = await wu.patch(f"/api/elders/{town.elders['yu']}", json={"version": 1, "id_number": ID})
    assert (other.status_code, other.json()["elder_id"]) == (409, town.elders["chen"])


async def test_lists_by_area_category_and_name(town: TownBuilder) -> None:
    """Filters narrow the scope and never widen it."""
    wu, root = await town.desk("wu"), await town.desk("root")
    chen = town.elders["chen"]
    noted = {"category": "dementia", "source": "医院诊断", "from_on": "2025-02-03"}
    for _ in range(2):
        assert (await wu.post(f"/api/elders/{chen}/categories", json=noted)).status_code == 201

    async def ids(desk: object = wu, **query: object) -> list[int]:
        found = (await desk.get("/api/elders", params=query)).json()["items"]  # type: ignore[attr-defined]
        return [one["id"] for one in found]

    assert await ids(category="dementia") == [chen] and await ids(category="destitute") == []
    assert await ids(name="陈") == [chen] and await ids(name="陈%") == []
    assert await ids(area=DISTRICT) == await ids(area=COMMUNITY) == [chen, town.elders["yu"]]
    assert await ids(area="370602000000") == [] and await ids(root, area="370602000000") == [town.elders["far"]]
    rows = (await wu.get(f"/api/elders/{chen}")).json()["category_rows"]
    assert len(rows) == 1 and rows[0]["source"] == "医院诊断"
    ended = await wu.post(f"/api/elders/{chen}/categories/{rows[0]['id']}/end", json={"until_on": "2025-12-31"})
    assert ended.json()["categories"] == [] and await ids(category="dementia") == []
    early = await wu.post(f"/api/elders/{chen}/categories/{rows[0]['id']}/end", json={"until_on": "2025-01-01"})
    assert fields(early) == ["until_on"]
    for merit in ("model_worker", "special_care", "old_party_member", "military_family", "martyr_family"):
        noted = {"category": merit, "source": "退役军人事务局", "from_on": "2020-01-01", "until_on": None}
        assert (await wu.post(f"/api/elders/{chen}/categories", json=noted)).is_success and await ids(category=merit)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_time_changes_by_itself(town: TownBuilder) -> None:
    """At night whoever is eighty by now is aged; what ended or began by its own day shows on cards and in lists."""
    async with town.database.writing() as session:
        (await session.get_one(Elder, town.elders["yu"])).born_on = town.today.replace(year=town.today.year - 79)
    wu = await town.desk("wu")
    chen, today = town.elders["chen"], town.today
    for category, since, until in (("destitute", -9, 1), ("low_income", 2, None)):
        noted = {"category": category, "source": "x", "from_on": str(today + timedelta(days=since))}
        noted |= {"until_on": str(today + timedelta(days=until)) if until else None}
        assert (await wu.post(f"/api/elders/{chen}/categories", json=noted)).status_code == 201

    async def said(night: int) -> tuple[list[str], list[str]]:
        await keep_categories(town.database, today + timedelta(days=night), town.clock.now())
        async with town.database.reading() as session:
            both = [await session.get_one(Elder, town.elders[who]) for who in ("chen", "yu")]
        return both[0].categories, both[1].categories

    assert await said(0) == (["aged", "destitute"], [])
    assert await said(1) == (["aged", "destitute"], [])
    assert await said(2) == (["aged", "low_income"], [])
    assert await said(366) == (["aged", "low_income"], ["aged"])
    rows = (await wu.get(f"/api/elders/{town.elders['yu']}")).json()["category_rows"]
    assert [(row["category"], row["source"]) for row in rows] == [("aged", "按出生日期")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_found_by_number_without_a_trace_in_the_address(town: TownBuilder) -> None:
    """ID number and telephone find their person in scope, by hash; what is no number is refused."""
    wu, far = await town.desk("wu"), await town.desk("far")
    made = (await wu.post("/api/elders", json=person(id_number=ID, phone=PHONE))).json()["id"]
    for wish in ({"id_number": ID.lower()}, {"phone": "139-0000-7777"}):
        found = (await wu.post("/api/elders/search", json=wish)).json()["items"]
        assert [one["id"] for one in found] == [made]
        assert (await far.post("/api/elders/search", json=wish)).json()["items"] == []
    assert fields(await wu.post("/api/elders/search", json={"id_number": "1"})) == ["id_number"]
    assert fields(await wu.post("/api/elders/search", json={})) == ["id_number"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_revealed_is_on_record(town: TownBuilder) -> None:
    """Only the fields asked for, only with a reason, only in scope; who, what and why stand in the audit trail."""
    wu, far = await town.desk("wu"), await town.desk("far")
    chen = town.elders["chen"]
    path = f"/api/elders/{chen}/reveal"
    assert fields(await wu.post(path, json={"fields": ["name"], "reason": "x"})) == ["reason"]
    assert (await far.post(path, json={"fields": ["name"], "reason": "核对身份"})).status_code == 404
    shown = await wu.post(path, json={"fields": ["name", "gate_code", "contacts"], "reason": "家属要求核对"})
    assert (shown.json()["name"], shown.json()["gate_code"]) == ("陈桂兰", "1357#")
    assert shown.json()["contacts"][0]["phone"] == "15400001234" and "phone" not in shown.json()
    async with town.database.reading() as session:
        line = (await session.scalars(select(AuditRow).where(AuditRow.action == "elder.reveal"))).one()
    assert line.subject == f"elder:{chen}" and line.detail == "name, gate_code, contacts: 家属要求核对"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_contacts_in_order_and_who_stands_in(town: TownBuilder) -> None:
    """Reordered without typing phones again; without a guardian the village committee answers, with who is on duty."""
    wu = await town.desk("wu")
    chen = town.elders["chen"]
    card = (await wu.get(f"/api/elders/{chen}")).json()
    assert card["guardian"] == {"kind": "village_committee", "area_code": COMMUNITY, "on_duty": []}
    known = card["contacts"][0]
    ladder = [
        {"name": "王主任", "relation": "邻居", "phone": "13900005555"},
        {"id": known["id"], "name": "于静", "relation": "女儿", "guardian": True},
    ]
    wish = {"version": card["version"], "contacts": ladder}
    after = (await wu.put(f"/api/elders/{chen}/contacts", json=wish)).json()
    assert [(one["name"], one["rank"], one["phone"]) for one in after["contacts"]] == [
        ("王**", 1, "139****5555"),
        ("于**", 2, "154****1234"),
    ]
    assert after["guardian"]["contact_id"] == known["id"]
    both = [{**one, "guardian": True, "phone": "13900005555"} for one in ladder]
    twice = await wu.put(f"/api/elders/{chen}/contacts", json={"version": after["version"], "contacts": both})
    assert fields(twice) == ["contacts"]
    alien = [{"id": 999, "name": "谁", "relation": "谁"}]
    strange = await wu.put(f"/api/elders/{chen}/contacts", json={"version": after["version"], "contacts": alien})
    assert set(fields(strange)) == {"contacts.0.phone", "contacts.id"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_consent_is_taken_back(town: TownBuilder) -> None:
    """The newest word for each purpose holds, the older ones stay."""
    wu = await town.desk("wu")
    path = f"/api/elders/{town.elders['chen']}/consents"
    said = {"purpose": "video", "said_by": "女儿 于静", "said_how": "电话，工号 wu"}
    assert (await wu.post(path, json=said)).json()["consents"][0]["given"] is True
    town.clock.shift(minutes=1)
    assert [one["given"] for one in (await wu.post(path, json={**said, "given": False})).json()["consents"]] == [False]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_has_left_leaves_the_list(town: TownBuilder) -> None:
    """With a date and a reason; still there when asked for."""
    wu = await town.desk("wu")
    yu = town.elders["yu"]
    gone = {"version": 1, "left_on": town.today.isoformat(), "left_why": "迁出"}
    assert (await wu.patch(f"/api/elders/{yu}", json=gone)).json()["left_why"] == "迁出"
    here = (await wu.get("/api/elders")).json()["items"]
    assert yu not in [one["id"] for one in here]
    assert [one["id"] for one in (await wu.get("/api/elders", params={"left": True})).json()["items"]] == [yu]
    async with town.database.reading() as session:
        assert (await session.get_one(Elder, yu)).version == 2
