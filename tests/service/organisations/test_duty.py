"""The duty roster by verbs: who may, what is refused, who answers at a moment; a change counts for the next rung."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from models import Account, AuditRow, Provider
from models.types import Post
from service.organisations.queries import on_duty
from tests.fixtures.town import COMMUNITY, DISTRICT, STREET, TownBuilder


async def adds(desk: httpx.AsyncClient, town: TownBuilder, **wish: Any) -> httpx.Response:
    begin = town.clock.now()
    whole = {"from_at": begin.isoformat(), "to_at": (begin + timedelta(hours=8)).isoformat(), **wish}
    return await desk.post("/api/duty", json=whole)


async def who(town: TownBuilder, post: Post, **place: Any) -> list[str | None]:
    async with town.database.reading() as session:
        return [duty.name for duty in await on_duty(session, post, town.clock.now(), **place)]


async def test_somebody_comes_on_duty_and_goes(town: TownBuilder) -> None:
    """A village committee is a name and a number; ended, nobody answers; both deeds are in the audit trail."""
    sun = await town.desk("sun")
    wish = {"post": "village", "area_code": COMMUNITY, "name": "王主任", "phone": "13900001111"}
    made = await adds(sun, town, **wish)
    assert made.status_code == 201 and made.json()["display"] == "王主任" and made.json()["reachable"], made.text
    assert "13900001111" not in made.text
    assert await who(town, Post.VILLAGE, area_code=COMMUNITY) == ["王主任"]
    town.clock.shift(minutes=5)
    assert (await sun.delete(f"/api/duty/{made.json()['id']}")).status_code == 204
    assert await who(town, Post.VILLAGE, area_code=COMMUNITY) == []
    async with town.database.reading() as session:
        deeds = select(AuditRow.action).where(AuditRow.action.startswith("duty."))
        assert list(await session.scalars(deeds.order_by(AuditRow.id))) == ["duty.add", "duty.end"]


async def test_a_district_answers_for_its_communities(town: TownBuilder) -> None:
    """The supervisor of the district answers for a community in it; a street's own one comes before."""
    sun = await town.desk("sun")
    assert (await adds(sun, town, post="supervisor", area_code=DISTRICT, name="隋", phone="13900002222")).is_success
    assert await who(town, Post.SUPERVISOR, area_code=COMMUNITY) == ["隋"]
    assert await who(town, Post.SUPERVISOR, area_code="370602001001") == []
    roster = (await sun.get("/api/duty/roster", params={"post": "supervisor"})).json()
    assert [(one["post"], one["area_code"]) for one in roster] == [("supervisor", DISTRICT)]
    assert (await (await town.desk("far")).get("/api/duty/roster")).json() == []


async def test_who_makes_the_roster_reads_whole_names(town: TownBuilder) -> None:
    """A station's manager sees who is who; a dispatcher, and every desk's view of who is on duty, a surname."""
    ma, wu = await town.desk("ma"), await town.desk("wu")
    shown = [{row["display"] for row in (await desk.get("/api/duty/roster")).json()} for desk in (ma, wu)]
    assert shown == [{"林小满", "高建国"}, {"林**", "高**"}]
    assert {row["display"] for row in (await ma.get("/api/duty")).json()} == {"林**", "高**"}


async def test_who_has_left_is_not_called(town: TownBuilder) -> None:
    """A disabled account on the roster does not answer."""
    assert sorted(map(str, await who(town, Post.STATION, station_id=town.station_id))) == ["林小满", "高建国"]
    async with town.database.writing() as session:
        account = (await session.scalars(select(Account).where(Account.name == "lin"))).one()
        account.disabled_at = town.clock.now()
    assert await who(town, Post.STATION, station_id=town.station_id) == ["高建国"]


async def test_a_duty_that_reaches_nobody_is_refused(town: TownBuilder) -> None:
    """Without number or account, without place, longer than a week, at the wrong level, of another district."""
    sun = await town.desk("sun")
    nobody = await adds(sun, town, post="village", area_code=COMMUNITY, name="谁")
    assert [one["field"] for one in nobody.json()["fields"]] == ["account_id"]
    nowhere = await adds(sun, town, post="station", name="谁", phone="13900003333")
    assert "station_id" in [one["field"] for one in nowhere.json()["fields"]]
    end = (town.clock.now() + timedelta(days=8)).isoformat()
    long = await adds(sun, town, post="village", area_code=COMMUNITY, name="谁", phone="13900003333", to_at=end)
    assert [one["field"] for one in long.json()["fields"]] == ["to_at"]
    assert long.json()["fields"][0]["problem"] == "is more than 7 days after from_at"
    for end in (town.clock.now() + timedelta(hours=1), town.clock.now() + timedelta(hours=2)):
        span = {"from_at": (town.clock.now() + timedelta(hours=2)).isoformat(), "to_at": end.isoformat()}
        early = await adds(sun, town, post="village", area_code=COMMUNITY, name="谁", phone="13900003333", **span)
        assert [(one["field"], one["problem"]) for one in early.json()["fields"]] == [("to_at", "is not after from_at")]
    level = await adds(sun, town, post="desk", area_code=STREET, name="谁", phone="13900003333")
    assert (level.status_code, level.json()["fields"][0]["field"]) == (422, "area_code")
    other = await adds(sun, town, post="desk", area_code="370602000000", name="谁", phone="13900003333")
    assert other.status_code == 404
    assert (await adds(await town.desk("wu"), town, post="desk", area_code=DISTRICT, account_id=1)).status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_duty_is_of_these_days(town: TownBuilder) -> None:
    """One that is over or lies years ahead is refused at its field; so is a roster of a year nobody can reckon with."""
    sun = await town.desk("sun")
    wish = {"post": "village", "area_code": COMMUNITY, "name": "王主任", "phone": "13900001111"}
    for year, fields in (("0001", {"from_at", "to_at"}), ("2020", {"to_at"}), ("2100", {"from_at"}), ("9999", None)):
        begin = f"{year}-12-31T00:00:00+{'14' if year == '0001' else '08'}:00"
        refused = await adds(sun, town, **wish, from_at=begin, to_at=begin.replace("T00", "T08"))
        assert refused.status_code == 422, refused.text
        assert {one["field"] for one in refused.json()["fields"]} == (fields or {"from_at", "to_at"})
        roster = await sun.get("/api/duty/roster", params={"since": begin})
        assert roster.status_code == (200 if year in ("2020", "2100") else 422)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_who_covers_a_station_works_there(town: TownBuilder) -> None:
    """An account that has ended, or of another provider, is refused at its field; a desk's duty knows no provider."""
    sun = await town.desk("sun")
    async with town.database.writing() as session:
        other = Provider(name="别家", licence_no="别家", licence_until_on=town.today)
        session.add(other)
        await session.flush()
        lin = (await session.scalars(select(Account).where(Account.name == "lin"))).one()
        lin_id, lin.provider_id = lin.id, other.id
    station = {"post": "station", "station_id": town.station_id, "account_id": lin_id}
    strange = await adds(sun, town, **station)
    assert (strange.status_code, strange.json()["fields"][0]["problem"]) == (422, "works for another provider")
    assert (await adds(sun, town, post="desk", area_code=DISTRICT, account_id=lin_id)).status_code == 201
    async with town.database.writing() as session:
        account = await session.get_one(Account, lin_id)
        account.provider_id, account.disabled_at = None, town.clock.now()
    gone = await adds(sun, town, **station)
    assert (gone.status_code, gone.json()["fields"][0]["problem"]) == (422, "has left")
