"""Promise: a contract keeps its template and prices, can be left while it cools, and is renewed in time."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import Contact, Elder, Event, MenuPrice
from models.types import ContractState
from service.contracts.jobs import remind
from service.contracts.rules import Held, choose, cooling_until, last_day, needs_guardian, renewal_due
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import DISTRICT
from tests.service.elders.test_levels import add_result

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("begin", "months", "last"),
    [
        (date(2026, 3, 1), 12, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2027, 8, 31), 6, date(2028, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 14)),
    ],
)
def test_the_last_day(begin: date, months: int, last: date) -> None:
    """So many months, the day before the same date; short months end on their last day."""
    assert last_day(begin, months) == last


def test_cooling_off_and_reminder_boundaries() -> None:
    """Seven days count the day of signing; renewal is due exactly so many days before the end, and after it."""
    assert cooling_until(date(2026, 3, 1), 7) == date(2026, 3, 7)
    end = date(2026, 3, 31)
    assert not renewal_due(ContractState.SIGNED, end, date(2026, 2, 28), 30)
    assert renewal_due(ContractState.SIGNED, end, date(2026, 3, 1), 30)
    assert renewal_due(ContractState.SIGNED, end, date(2026, 4, 2), 30)
    assert not renewal_due(ContractState.RENEWED, end, date(2026, 3, 1), 30)


def test_which_contract_speaks_for_a_bed() -> None:
    """The one in force before one to come, a signed one before a newer draft, a renewed one until it ends."""
    old = Held(1, ContractState.RENEWED, 1, date(2026, 1, 1), date(2026, 12, 31))
    new = Held(2, ContractState.SIGNED, 2, date(2027, 1, 1), date(2027, 12, 31))
    draft = Held(3, ContractState.DRAWN, 2, date(2026, 1, 1), date(2026, 12, 31))
    assert choose([old, new, draft], date(2026, 6, 1)) == old
    assert choose([old, new, draft], date(2027, 1, 1)) == new
    assert choose([draft], date(2026, 6, 1)) == draft and choose([], date(2026, 6, 1)) is None


def test_who_cannot_sign_for_themselves() -> None:
    """Abilities fully lost, or dementia, at any level; an unknown level alone is no reason."""
    assert needs_guardian(4, []) and needs_guardian(0, ["dementia"])
    assert not needs_guardian(3, ["disabled"]) and not needs_guardian(None, [])


@SQLITE
async def test_drawn_signed_left_and_renewed(keeping: Keeping) -> None:
    """No template, no contract; prices stay as signed; withdrawn while it cools; the next one is spoken of in time."""
    bed_id, today = await keeping.opens("chen"), keeping.town.today
    wish = {"bed_id": bed_id, "from_on": str(today), "months": 2}
    assert (await keeping.sun.post("/api/contracts", json=wish)).json()["code"] == "contract.no_template"
    await keeping.publishes_template()
    too_long = await keeping.sun.post("/api/contracts", json={**wish, "months": 48})
    assert too_long.status_code == 422 and too_long.json()["fields"][0]["accepted"] == "at most 36"
    first = await keeping.signs(bed_id, months=2)
    async with keeping.town.database.writing() as session:
        for price in await session.scalars(select(MenuPrice)):
            price.price_fen += 500
    shown = (await keeping.sun.get(f"/api/contracts/{first}")).json()
    assert {line["code"]: line["price_fen"] for line in shown["prices"]}["clean.home"] == 6000 and shown["in_force"]
    assert shown["cooling_until_on"] == str(today + timedelta(days=6))
    (template,) = (await keeping.sun.get("/api/contract-templates")).json()["items"]
    assert [template[name] for name in ("drawn", "waiting", "live")] == [0, 1, 0] and template["made_by"]
    left = await keeping.sun.post(f"/api/contracts/{first}/end", json={"reason": "改主意了"})
    assert left.json()["state"] == "withdrawn"
    gone = await keeping.sun.post(f"/api/contracts/{first}/sign", json={"signed_by": "elder"})
    assert (gone.status_code, gone.json()["state"], gone.json()["allowed"]) == (409, "withdrawn", [])
    await keeping.signs(bed_id, months=2)
    assert (await keeping.sun.get("/api/contracts/due")).json()["items"] == []
    keeping.town.clock.shift(days=35)
    keeping.sun = await keeping.town.desk("sun")
    (due,) = (await keeping.sun.get("/api/contracts/due")).json()["items"]
    await remind(keeping.town.database, keeping.town.clock)
    await remind(keeping.town.database, keeping.town.clock)
    async with keeping.town.database.reading() as session:
        told = list(await session.scalars(select(Event).where(Event.topic == "contract.renewal_due")))
    assert [event.data["contract_id"] for event in told] == [due["id"]]
    renewed = (await keeping.sun.post(f"/api/contracts/{due['id']}/renew", json={"months": 12})).json()
    assert renewed["from_on"] == str(date.fromisoformat(due["until_on"]) + timedelta(days=1))
    assert (await keeping.sun.post(f"/api/contracts/{renewed['id']}/sign", json={"signed_by": "elder"})).is_success
    sheet = await keeping.sun.get("/api/contracts/export.csv")
    assert len(sheet.text.strip().splitlines()) == 4
    old = (await keeping.sun.get(f"/api/contracts/{due['id']}")).json()
    assert old["state"] == "renewed" and old["in_force"]
    assert (await keeping.sun.get("/api/contracts/due")).json()["items"] == []


@SQLITE
async def test_when_it_may_begin_and_when_renewal_is_due(keeping: Keeping) -> None:
    """A year back and a year ahead, else the field is named; the next one is due by the district's own days."""
    await keeping.publishes_template()
    bed_id, today = await keeping.opens("chen"), keeping.town.today
    model = {"area_code": DISTRICT, "title": "合同", "body": "第一条…"}
    for begin in ("1900-01-01", "2100-01-01"):
        far = await keeping.sun.post("/api/contract-templates", json={**model, "from_on": begin})
        assert (far.status_code, far.json()["fields"][0]["field"]) == (422, "from_on")
    for begin, status in ((366, 201), (-366, 201), (367, 422), (-367, 422), (26_500, 422), (-46_000, 422)):
        wish = {"bed_id": bed_id, "from_on": str(today + timedelta(days=begin))}
        answer = await keeping.sun.post("/api/contracts", json=wish)
        assert answer.status_code == status, answer.text
        if status == 422:
            (fault,) = answer.json()["fields"]
            accepted = f"{today - timedelta(days=366)} to {today + timedelta(days=366)}"
            assert (fault["field"], fault["accepted"]) == ("from_on", accepted)
    signed = await keeping.signs(bed_id, months=3)
    assert not (await keeping.sun.get(f"/api/contracts/{signed}")).json()["renewal_due"]
    terms = {"cooling_off_days": 7, "remind_days": 120, "longest_months": 36}
    policy = {"kind": "bed.contract", "area_code": DISTRICT, "value": terms, "source": "区里的规定"}
    assert (await keeping.sun.post("/api/policies", json={**policy, "from_on": str(today)})).is_success
    rows = (await keeping.sun.get("/api/contracts", params={"bed_id": bed_id})).json()["items"]
    assert [row["id"] for row in rows if row["renewal_due"]] == [signed]


@SQLITE
async def test_a_renewal_is_signed_once_and_may_fall_away(keeping: Keeping) -> None:
    """Of two renewals drawn up one is signed; within its cooling off it is left although the bed lives, for the bed
    stands on the contract before, which is then renewed anew; nobody is reminded of a closed bed's contract."""
    sun, bed_id = keeping.sun, await keeping.lives("chen")
    (first,) = (await sun.get("/api/contracts", params={"bed_id": bed_id})).json()["items"]
    renew, leave = f"/api/contracts/{first['id']}/renew", {"reason": "改主意了"}
    one, other = [(await sun.post(renew, json={"months": 12})).json()["id"] for _ in range(2)]
    assert (await sun.post(f"/api/contracts/{one}/sign", json={"signed_by": "elder"})).is_success
    twice = await sun.post(f"/api/contracts/{other}/sign", json={"signed_by": "elder"})
    assert (twice.status_code, twice.json()["code"]) == (409, "contract.illegal_step")
    assert (twice.json()["contract_id"], twice.json()["allowed"]) == (one, ["withdrawn"])
    assert (await sun.post(f"/api/contracts/{first['id']}/end", json=leave)).json()["code"] == "contract.bed_in_use"
    left = await sun.post(f"/api/contracts/{one}/end", json=leave)
    assert left.status_code == 200 and left.json()["state"] == "withdrawn", left.text
    assert (await sun.get(f"/api/contracts/{first['id']}")).json()["state"] == "signed"
    assert (await sun.post(f"/api/contracts/{other}/sign", json={"signed_by": "elder"})).is_success
    assert (await sun.post(f"/api/contracts/{other}/end", json=leave)).is_success
    keeping.town.clock.shift(days=340)
    sun = keeping.sun = await keeping.town.desk("sun")
    assert [row["id"] for row in (await sun.get("/api/contracts/due")).json()["items"]] == [first["id"]]
    await keeping.steps(bed_id, "closed")
    assert (await sun.get("/api/contracts/due")).json()["items"] == []


async def _cannot_sign(keeping: Keeping, *, guardian: bool) -> tuple[dict[str, object], int]:
    """A bed of Granny Chen, who has dementia, and her daughter's number; what a contract of it is asked with."""
    await keeping.publishes_template()
    bed_id, chen = await keeping.opens("chen"), keeping.town.elders["chen"]
    async with keeping.town.database.writing() as session:
        (await session.get_one(Elder, chen)).categories = ["dementia"]
        daughter = (await session.scalars(select(Contact).where(Contact.elder_id == chen))).one()
        daughter.guardian = guardian
        son = Contact(elder_id=chen, rank=2, name="陈海", relation="儿子", phone_sealed=daughter.phone_sealed)
        session.add(son)
    return {"bed_id": bed_id, "from_on": str(keeping.town.today)}, daughter.id


@SQLITE
async def test_somebody_with_dementia_does_not_sign(keeping: Keeping) -> None:
    """The guardian named in the contract does, and nobody else of the contacts: the fault names who it is."""
    wish, daughter = await _cannot_sign(keeping, guardian=True)
    alone = (await keeping.sun.post("/api/contracts", json=wish)).json()["id"]
    for who in ("elder", "guardian", "village"):
        refused = await keeping.sun.post(f"/api/contracts/{alone}/sign", json={"signed_by": who})
        assert refused.status_code == 422 and refused.json()["fields"][0]["field"] == "signed_by"
    async with keeping.town.database.reading() as session:
        son = (await session.scalars(select(Contact.id).where(Contact.name == "陈海"))).one()
    other = await keeping.sun.post("/api/contracts", json={**wish, "guardian_id": son})
    (fault,) = other.json()["fields"]
    assert (other.status_code, fault["field"], fault["accepted"]) == (422, "guardian_id", f"contact {daughter}, 于**")
    both = (await keeping.sun.post("/api/contracts", json={**wish, "guardian_id": daughter})).json()
    assert both["guardian"] == "于**"
    sign = f"/api/contracts/{both['id']}/sign"
    async with keeping.town.database.writing() as session:
        (await session.get_one(Contact, daughter)).guardian = False
    no_more = await keeping.sun.post(sign, json={"signed_by": "guardian"})
    assert (no_more.status_code, no_more.json()["fields"][0]["field"]) == (422, "signed_by")
    async with keeping.town.database.writing() as session:
        (await session.get_one(Contact, daughter)).guardian = True
    assert (await keeping.sun.post(sign, json={"signed_by": "guardian"})).is_success


@SQLITE
async def test_the_village_committee_signs_for_who_has_no_guardian(keeping: Keeping) -> None:
    """Only where the elder cannot; a renewal names the guardian that there is by then."""
    wish, daughter = await _cannot_sign(keeping, guardian=False)
    drawn = (await keeping.sun.post("/api/contracts", json={**wish, "months": 1})).json()["id"]
    alone = await keeping.sun.post(f"/api/contracts/{drawn}/sign", json={"signed_by": "elder"})
    assert alone.status_code == 422 and alone.json()["fields"][0]["accepted"].startswith("village")
    signed = await keeping.sun.post(f"/api/contracts/{drawn}/sign", json={"signed_by": "village"})
    assert (signed.status_code, signed.json()["signed_by"]) == (200, "village"), signed.text
    async with keeping.town.database.writing() as session:
        (await session.get_one(Contact, daughter)).guardian = True
    renewed = (await keeping.sun.post(f"/api/contracts/{drawn}/renew", json={"months": 1})).json()
    assert renewed["guardian_id"] == daughter
    async with keeping.town.database.writing() as session:
        (await session.get_one(Contact, daughter)).guardian = False
        (await session.get_one(Elder, keeping.town.elders["chen"])).categories = []
    able = (await keeping.sun.post("/api/contracts", json=wish)).json()["id"]
    refused = await keeping.sun.post(f"/api/contracts/{able}/sign", json={"signed_by": "village"})
    assert (refused.status_code, refused.json()["fields"][0]["accepted"]) == (422, "elder")


@SQLITE
async def test_a_level_that_ran_out_still_asks_for_a_guardian(keeping: Keeping) -> None:
    """Who had lost all abilities does not sign because nobody assessed them again; once a new result says less, yes."""
    town, chen = keeping.town, keeping.town.elders["chen"]
    await keeping.publishes_template()
    bed_id = await keeping.opens("chen")
    await add_result(town, chen, 4, ago=500, days=300)
    wish = {"bed_id": bed_id, "from_on": str(town.today)}
    contract = (await keeping.sun.post("/api/contracts", json=wish)).json()["id"]
    refused = await keeping.sun.post(f"/api/contracts/{contract}/sign", json={"signed_by": "elder"})
    assert refused.status_code == 422 and refused.json()["fields"][0]["field"] == "signed_by"
    assert "new assessment" in refused.json()["fields"][0]["accepted"]
    await add_result(town, chen, 3, ago=0)
    assert (await keeping.sun.post(f"/api/contracts/{contract}/sign", json={"signed_by": "elder"})).is_success
