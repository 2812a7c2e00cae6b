"""Promise: a form saves as it goes, two people make a result, it holds for a time, what calls for a new one is told."""

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from models import Elder, Incident, Reassessment
from models.types import IncidentState, Outcome, Scale
from service.assessments import rules
from service.assessments.gbt42195 import ITEMS
from service.assessments.jobs import call_for_new
from service.assessments.queries import valid_assessment
from tests.fixtures.town import DISTRICT, TownBuilder
from tests.service.elders.people import fields

FULL = {item.code: item.most for item in ITEMS}


async def begun(desk: httpx.AsyncClient, elder_id: int, **more: Any) -> dict[str, Any]:
    answer = await desk.post(f"/api/elders/{elder_id}/assessments", json={"reason": "first", **more})
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


async def saved(desk: httpx.AsyncClient, row: dict[str, Any], **answers: Any) -> dict[str, Any]:
    body = {"version": row["version"], "answers": {"items": FULL, **answers}}
    answer = await desk.put(f"/api/assessments/{row['id']}/answers", json=body)
    assert answer.status_code == 200, answer.text
    after: dict[str, Any] = answer.json()
    return after


async def step(desk: httpx.AsyncClient, row: dict[str, Any], verb: str, **more: Any) -> httpx.Response:
    return await desk.post(f"/api/assessments/{row['id']}/{verb}", json={"version": row["version"], **more})


async def approved(town: TownBuilder, who: str, **answers: Any) -> dict[str, Any]:
    wu, sun = await town.desk("wu"), await town.desk("sun")
    row = await saved(wu, await begun(wu, town.elders[who]), **answers)
    row = (await step(wu, row, "submit")).json()
    done = await step(sun, row, "review", approve=True)
    assert done.status_code == 200, done.text
    result: dict[str, Any] = done.json()
    return result


async def holding(town: TownBuilder, who: str, on: date) -> int | None:
    async with town.database.reading() as session:
        found = await valid_assessment(session, town.elders[who], on)
    return None if found is None else found.level


async def test_from_draft_to_a_result_that_holds(town: TownBuilder) -> None:
    """Saved in parts, submitted whole, approved by somebody else: then, and only then, it holds, for twelve months."""
    wu, sun = await town.desk("wu"), await town.desk("sun")
    row = await begun(wu, town.elders["chen"])
    again = await wu.post(f"/api/elders/{town.elders['chen']}/assessments", json={"reason": "first"})
    assert (again.status_code, again.json()["assessment_id"]) == (409, row["id"])
    row = await saved(wu, row, items={"B1.1": 4})
    assert len(row["missing"]) == 25
    gaps = await step(wu, row, "submit")
    assert gaps.status_code == 422 and len(gaps.json()["fields"]) == 25
    row = await saved(wu, row, items={**FULL, "B1.1": 0}, events={"fall": 2})
    row = (await step(wu, row, "submit")).json()
    assert (row["state"], row["level"], row["level_name"]) == ("submitted", 2, "中度失能")
    assert row["result"]["total"] == 86 and row["result"]["changes"][0]["rule"] == "events"
    assert await holding(town, "chen", town.today) is None
    assert [one["id"] for one in (await sun.get("/api/assessments?state=submitted")).json()["items"]] == [row["id"]]
    self_review = await step(wu, row, "review", approve=True)
    assert (self_review.status_code, self_review.json()["code"]) == (403, "assessment.same_person")
    done = (await step(sun, row, "review", approve=True)).json()
    assert done["holds"] and done["reviewer"]["display"] == "孙**" and done["elder"] == "陈**"
    last = rules.valid_until(town.today, 12)
    assert [await holding(town, "chen", on) for on in (town.today, last)] == [2, 2]
    assert await holding(town, "chen", last + timedelta(days=1)) is None
    assert await holding(town, "chen", town.today - timedelta(days=1)) is None
    assert (await wu.get(f"/api/elders/{town.elders['chen']}")).json()["ability"] == 2


async def test_illegal_steps_say_what_is_allowed(town: TownBuilder) -> None:
    """Nothing is written into somebody else's form, a submitted one, or one saved elsewhere meanwhile."""
    wu, chi = await town.desk("wu"), await town.desk("chi")
    row = await begun(wu, town.elders["chen"])
    path = f"/api/assessments/{row['id']}/answers"
    foreign = await chi.put(path, json={"version": 1, "answers": {}})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "assessment.same_person")
    wrong = await wu.put(path, json={"version": 1, "answers": {"items": {"B4.4": 4}}, "assessed_on": "2100-01-01"})
    assert set(fields(wrong)) == {"items.B4.4", "assessed_on"}
    unread = {"items": {"B4.4": 4, "B1.1": "x"}, "diagnoses": [{"by_psychiatrist": True}], "events": {"flood": 1}}
    wrong = await wu.put(path, json={"version": 0, "answers": unread, "assessed_on": "2100-01-01"})
    assert set(fields(wrong)) == {
        *("version", "answers.items.B1.1", "answers.diagnoses.0.code", "items.B4.4", "events.flood", "assessed_on"),
    }
    both = [wu.put(path, json={"version": 1, "answers": {"items": {"B1.1": n}}}) for n in (1, 2)]
    assert sorted(one.status_code for one in await asyncio.gather(*both)) == [200, 409]
    row = await saved(wu, {**row, "version": 2})
    row = (await step(wu, row, "submit")).json()
    late = await wu.put(path, json={"version": row["version"], "answers": {}})
    assert (late.status_code, late.json()["next"], late.json()["state"]) == (409, ["review"], "submitted")
    assert (await step(await town.desk("far"), row, "review", approve=True)).status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_refused_item_needs_a_word(town: TownBuilder) -> None:
    """The reviewer cannot wave it through nor return it without saying why; returned, its maker mends it."""
    wu, sun = await town.desk("wu"), await town.desk("sun")
    row = await saved(wu, await begun(wu, town.elders["chen"]), refused=["B3.8"])
    row = (await step(wu, row, "submit")).json()
    assert row["to_look_at"] == ["refused B3.8"]
    assert fields(await step(sun, row, "review", approve=True)) == ["note"]
    assert fields(await step(sun, row, "review", approve=False)) == ["note"]
    assert fields(await step(sun, row, "review", approve="perhaps")) == ["approve", "note"]
    row = (await step(sun, row, "review", approve=False, note="请补问女儿")).json()
    assert (row["state"], row["next"]) == ("returned", ["save", "submit", "drop"])
    row = (await step(wu, await saved(wu, row, refused=["B3.8"]), "submit")).json()
    assert (await step(sun, row, "review", approve=True, note="女儿证实无抑郁")).json()["state"] == "approved"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_new_result_ends_the_old_one(town: TownBuilder) -> None:
    """Both stay in the history, each with the reading it was made by; the new one is the elder's ability."""
    first = await approved(town, "chen", coma=False)
    town.clock.shift(days=40)
    sun = await town.desk("sun")
    policy = {"combine": "each", "valid_months": 24, "verified": True}
    assert (await sun.put(f"/api/assessments/policy/{DISTRICT}", json=policy)).json()["combine"] == "each"
    wu = await town.desk("wu")
    assert (await wu.put(f"/api/assessments/policy/{DISTRICT}", json=policy)).status_code == 403
    assert (await wu.get(f"/api/assessments/policy/{DISTRICT}")).json()["combine"] == "each"
    for code, status in (("abc", 422), ("3706130000001", 422), ("990000000000", 404)):
        assert (await wu.get(f"/api/assessments/policy/{code}")).status_code == status
    assert (await sun.put("/api/assessments/policy/abc", json=policy)).status_code == 422
    diagnoses = [{"code": "F00.1", "by_psychiatrist": False}]
    second = await approved(town, "chen", diagnoses=diagnoses, events={"fall": 1, "lost": 1})
    assert (first["level"], second["level"]) == (0, 2)
    wu = await town.desk("wu")
    history = (await wu.get(f"/api/elders/{town.elders['chen']}/assessments")).json()["items"]
    assert [(one["holds"], one["result"]["reading"]["combine"]) for one in history] == [(False, "once"), (True, "each")]
    assert second["valid_until_on"] == rules.valid_until(town.today, 24).isoformat()
    assert await holding(town, "chen", town.today - timedelta(days=1)) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_old_results_are_read_in(town: TownBuilder) -> None:
    """The old scale is history and opens nothing; a result of today's scale on paper waits for somebody else."""
    wu, sun = await town.desk("wu"), await town.desk("sun")
    path = f"/api/elders/{town.elders['yu']}/assessments/imported"
    paper = {"scale": "mzt039", "level": 3, "assessed_on": "2021-05-06", "source": "街道旧档案"}
    old = (await wu.post(path, json=paper)).json()
    assert (old["state"], old["level_name"], old["holds"]) == ("approved", "重度失能", False)
    assert fields(await wu.post(path, json={**paper, "level": 4})) == ["level"]
    assert fields(await wu.post(path, json={**paper, "assessed_on": "2100-01-01"})) == ["assessed_on"]
    faulty = {**paper, "source": " ", "level": 4, "assessed_on": "2100-01-01"}
    assert set(fields(await wu.post(path, json=faulty))) == {"source", "level", "assessed_on"}
    for on, until in (("2010-01-01", "9999-12-31"), ("2010-01-01", "2100-12-31"), ("9999-12-31", None)):
        ancient = {**paper, "scale": "gbt42195", "assessed_on": on, "valid_until_on": until}
        assert fields(await wu.post(path, json=ancient)) == ["valid_until_on" if until else "assessed_on"]
    recent = {"scale": "gbt42195", "level": 3, "assessed_on": town.today.isoformat(), "source": "区评估机构 12 号"}
    row = (await wu.post(path, json=recent)).json()
    assert row["state"] == "submitted" and await holding(town, "yu", town.today) is None
    assert (await step(sun, row, "review", approve=True)).json()["holds"]
    assert await holding(town, "yu", town.today) == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_care_insurances_scale_beside_it(town: TownBuilder) -> None:
    """Its own form and table, not the elder's ability; a district's own cells count from then on."""
    wu, sun = await town.desk("wu"), await town.desk("sun")
    scales = (await wu.get("/api/assessments/scales")).json()
    items = {one["code"]: one["scores"][-1]["score"] for one in scales["ltci2021"]["items"]}
    assert len(items) == 17 and len(scales["gbt42195"]["items"]) == 26 and set(items.values()) == {0}
    cells = [{**cell, "verified": True} for cell in scales["ltci2021"]["cells"]]
    assert fields(await sun.put(f"/api/assessments/policy/{DISTRICT}", json={"cells": cells[1:]})) == ["cells"]
    wish = {"cells": cells[1:], "valid_months": 0}
    assert set(fields(await sun.put(f"/api/assessments/policy/{DISTRICT}", json=wish))) == {"cells", "valid_months"}
    assert (await sun.put(f"/api/assessments/policy/{DISTRICT}", json={"cells": cells})).json()["cells"][15]["verified"]
    row = await saved(wu, await begun(wu, town.elders["chen"], scale="ltci2021"), items=items)
    row = (await step(wu, row, "submit")).json()
    assert row["level"] == 5 and row["result"]["cell"]["verified"]
    assert (await step(sun, row, "review", approve=True)).json()["holds"]
    async with town.database.reading() as session:
        assert (await session.get_one(Elder, town.elders["chen"])).ability == 2
        assert await valid_assessment(session, town.elders["chen"], town.today) is None
        held = await valid_assessment(session, town.elders["chen"], town.today, Scale.LTCI2021)
    assert held is not None and held.level == 5


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_very_old_without_a_result(town: TownBuilder) -> None:
    """80 on the very day counts, 79 does not; the list shrinks by whoever is assessed; another district has its own."""
    async with town.database.writing() as session:
        yu = await session.get_one(Elder, town.elders["yu"])
        yu.born_on = town.today.replace(year=town.today.year - 80)
    wu = await town.desk("wu")
    assert (await wu.get("/api/assessments/coverage")).json() == {
        "aged": 2, "assessed": 0, "missing": 2, "share": 0.0, "goal": 1.0, "age": 80,
    }  # fmt: skip
    await approved(town, "chen")
    after = (await wu.get("/api/assessments/coverage")).json()
    assert (after["assessed"], after["share"]) == (1, 0.5)
    listed = (await wu.get("/api/assessments/coverage/missing")).json()["items"]
    assert [one["id"] for one in listed] == [town.elders["yu"]]
    async with town.database.writing() as session:
        yu = await session.get_one(Elder, town.elders["yu"])
        yu.born_on += timedelta(days=1)
    assert (await wu.get("/api/assessments/coverage")).json()["aged"] == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_two_falls_call_for_a_new_assessment(town: TownBuilder) -> None:
    """Once for the same falls; a false alarm, a drill, or a fall before the last assessment is none."""
    first = await approved(town, "chen")
    now = town.clock.now()
    await _fell(town, "chen", days=1)
    await _fell(town, "chen", days=2, outcome=Outcome.FALSE_ALARM)
    await _fell(town, "chen", days=2, drill=True)
    await _fell(town, "chen", days=-1)
    town.clock.shift(days=3)
    assert await call_for_new(town.database, town.clock) == 0
    await _fell(town, "chen", days=29, at=now)
    town.clock.shift(days=27)
    assert await call_for_new(town.database, town.clock) == 1
    assert await call_for_new(town.database, town.clock) == 0
    wu = await town.desk("wu")
    (due,) = (await wu.get("/api/assessments/due")).json()["items"]
    assert due["elder"]["id"] == town.elders["chen"]
    assert [one["trigger"] for one in due["why"]] == ["falls"] and len(due["why"][0]["incidents"]) == 2
    await approved(town, "chen")
    assert (await wu.get("/api/assessments/due")).json()["items"] == []
    async with town.database.reading() as session:
        assert (await session.scalars(select(Reassessment))).one().done_by_id == first["id"] + 1
    town.clock.shift(days=340)
    (due,) = (await (await town.desk("wu")).get("/api/assessments/due")).json()["items"]
    assert [one["trigger"] for one in due["why"]] == ["expiring"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_only_its_own_scale_answers_a_call(town: TownBuilder) -> None:
    """Two falls and a wish call for GB/T 42195: a result of the insurance's scale, or an old one, leaves both due."""
    wu, sun, chen = await town.desk("wu"), await town.desk("sun"), town.elders["chen"]
    assert (await wu.post(f"/api/elders/{chen}/assessments/ask", json={})).status_code == 201
    for days in (-3, -2):
        await _fell(town, "chen", days=days)
    paper = {"scale": "mzt039", "level": 3, "assessed_on": town.today.isoformat(), "source": "街道旧档案"}
    assert (await wu.post(f"/api/elders/{chen}/assessments/imported", json=paper)).status_code == 201
    assert await call_for_new(town.database, town.clock) == 1
    known = (await wu.get("/api/assessments/scales")).json()["ltci2021"]["items"]
    items = {one["code"]: one["scores"][-1]["score"] for one in known}
    row = await saved(wu, await begun(wu, chen, scale="ltci2021"), items=items)
    row = (await step(wu, row, "submit")).json()
    assert (await step(sun, row, "review", approve=True)).json()["holds"]
    (due,) = (await wu.get("/api/assessments/due")).json()["items"]
    assert {one["trigger"] for one in due["why"]} == {"asked", "falls"}
    await approved(town, "chen")
    assert (await wu.get("/api/assessments/due")).json()["items"] == []


async def _fell(
    town: TownBuilder,
    who: str,
    days: int,
    outcome: Outcome | None = Outcome.HELPED,
    drill: bool = False,
    at: Any = None,
) -> None:
    """A closed incident of a fall so many days from now."""
    async with town.database.writing() as session:
        elder = await session.get_one(Elder, town.elders[who])
        fell = Incident(elder_id=elder.id, household_id=elder.household_id, area_code=elder.area_code, kind="fall")
        fell.playbook, fell.severity, fell.drill, fell.state = "person", 3, drill, IncidentState.CLOSED
        fell.presses, fell.press_times, fell.rung, fell.outcome = 1, [], 0, outcome
        fell.opened_at = fell.last_alert_at = (at or town.clock.now()) + timedelta(days=days)
        session.add(fell)
