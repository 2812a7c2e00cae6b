"""Ladders, goals and gateways by verbs: versions, what fits best, what is refused; incidents keep theirs."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import select

from models import Gateway, Incident, Timer
from models.types import ChannelKind
from service.channels.office import find_way
from service.emergencies import jobs
from service.settings import Settings
from tests.fixtures.town import DISTRICT, TownBuilder
from tests.service.emergencies.watching import watching

SHORT = [
    {"name": "desk", "after_s": 0},
    {"name": "station", "after_s": 20, "mode": "all"},
    {"name": "supervisor", "after_s": 40},
]


async def makes(desk: httpx.AsyncClient, rungs: Any = SHORT, **more: Any) -> httpx.Response:
    return await desk.post("/api/ladders", json={"area_code": DISTRICT, "rungs": rungs, **more})


async def armed(town: TownBuilder, incident: int) -> list[tuple[str, float]]:
    async with town.database.reading() as session:
        opened = (await session.get_one(Incident, incident)).opened_at
        rows = await session.scalars(select(Timer).where(Timer.incident_id == incident).order_by(Timer.step))
        return [(row.rung, round((row.due_at - opened).total_seconds())) for row in rows]


async def test_a_districts_ladder_counts_from_now_on(town: TownBuilder) -> None:
    """A call before keeps the built-in rungs, one after climbs the district's; a new version retires the old one."""
    await watching(town.database)
    sun = await town.desk("sun")
    before = (await town.terminal("chen").presses_call())["incident"]
    made = await makes(sun)
    assert made.status_code == 201 and made.json()["version"] == 1, made.text
    after = (await town.terminal("yu").presses_call())["incident"]
    assert [name for name, _ in await armed(town, before)] == ["desk", "station", "family", "village", "supervisor"]
    assert await armed(town, after) == [("desk", 0), ("station", 20), ("supervisor", 40)]
    assert (await makes(sun)).json()["version"] == 2
    shown = [one for one in (await sun.get("/api/ladders")).json() if one["id"] is not None]
    assert [one["version"] for one in shown] == [2]
    assert (await sun.delete(f"/api/ladders/{shown[0]['id']}")).status_code == 204
    async with town.database.reading() as session:
        assert (await session.get_one(Incident, after)).ladder_id == made.json()["id"]


async def test_kind_and_hour_fit_closer_than_the_district(town: TownBuilder) -> None:
    """At nine in the morning: the ladder for falls beats the one for the morning, which beats the one for all."""
    sun = await town.desk("sun")
    for more in ({}, {"from_min": 480, "to_min": 600}, {"kind": "fall"}, {"from_min": 1320, "to_min": 360}):
        rungs = [*SHORT[:1], {"name": "supervisor", "after_s": 100 + len(str(more))}]
        assert (await makes(sun, rungs, **more)).status_code == 201
    fall = (await town.terminal("chen").presses_call(kind="fall"))["incident"]
    sos = (await town.terminal("yu").presses_call())["incident"]
    assert (await armed(town, fall))[1] == ("supervisor", 100 + len(str({"kind": "fall"})))
    assert (await armed(town, sos))[1] == ("supervisor", 100 + len(str({"from_min": 480, "to_min": 600})))


async def test_what_cannot_be_a_ladder_is_refused_field_by_field(town: TownBuilder) -> None:
    """No desk first, an unknown rung and channel, time that runs back, no supervisor last."""
    sun = await town.desk("sun")
    bad = [
        {"name": "station", "after_s": 30, "channels": ["pigeon"]},
        {"name": "mayor", "after_s": 10},
    ]
    answer = await makes(sun, bad, kind="battery", from_min=5)
    assert answer.status_code == 422
    fields = {one["field"] for one in answer.json()["fields"]}
    assert fields >= {"kind", "to_min", "rungs[0]", "rungs[0].channels", "rungs[1].name", "rungs[1].after_s"}
    everywhere = await sun.post("/api/ladders", json={"rungs": SHORT})
    assert everywhere.status_code == 403
    elsewhere = await sun.post("/api/ladders", json={"area_code": "370602000000", "rungs": SHORT})
    assert elsewhere.status_code == 404
    assert (await makes(await town.desk("wu"))).status_code == 403, "dispatchers follow ladders, they do not make them"


async def test_where_all_must_confirm_one_answer_does_not_end_it(town: TownBuilder) -> None:
    """Lin and Gao are both needed: after Wu's answer and Lin's, the supervisor is still told; after Gao's nobody is."""
    await watching(town.database)
    assert (await makes(await town.desk("sun"))).status_code == 201
    wu, lin, gao = await town.desk("wu"), await town.phone("lin"), await town.phone("gao")

    async def climbed() -> list[str]:
        await jobs.ring_timers(town.database, town.clock)
        async with town.database.reading() as session:
            fired = select(Timer.rung).where(Timer.incident_id == call, Timer.fired_at.is_not(None), Timer.step > 0)
            return list(await session.scalars(fired.where(Timer.step < 50).order_by(Timer.step, Timer.cycle)))

    async def climbs_to(*rungs: str) -> None:
        """The house's own timers may hold the call just now, or fire the rung before us."""
        async with asyncio.timeout(10):
            while await climbed() != list(rungs):
                await asyncio.sleep(0.02)

    call = (await town.terminal("chen").presses_call())["incident"]
    town.clock.shift(seconds=21)
    await climbs_to("station")
    assert (await wu.post(f"/api/incidents/{call}/acknowledge")).status_code == 200
    assert (await lin.post(f"/phone/v1/incidents/{call}/confirm")).status_code == 200
    town.clock.shift(seconds=21)
    await climbs_to("station", "supervisor")
    notices = (await wu.get(f"/api/incidents/{call}")).json()["notices"]
    assert [one["confirmed_at"] is not None for one in notices if one["rung"] == "station"] == [True, False]
    assert (await gao.post(f"/phone/v1/incidents/{call}/confirm")).status_code == 200
    town.clock.shift(minutes=30)
    assert await climbed() == ["station", "supervisor"]


async def test_a_providers_own_gateway_comes_first(town: TownBuilder) -> None:
    """Its own, else everybody's, else the settings'; the secret is sealed and never shown; plain http is refused."""
    root = await town.desk("root")
    wish = {"channel": "sms", "url": "https://gateway.example/send", "secret": "a secret of sixteen", "provider_id": 1}
    own = await root.put("/api/gateways", json=wish)
    assert own.status_code == 200 and own.json()["has_secret"] and "secret" not in own.json()
    await root.put("/api/gateways", json={**wish, "provider_id": None, "url": "https://all.example/send"})
    settings: Settings = town.house.settings
    async with town.database.reading() as session:
        kinds = [
            (await find_way(session, settings, town.vault, kind, provider)).url
            for kind, provider in ((ChannelKind.SMS, 1), (ChannelKind.SMS, 2), (ChannelKind.VOICE, 1))
        ]
        sealed = (await session.scalars(select(Gateway.secret_sealed).order_by(Gateway.id))).first()
    assert kinds == ["https://gateway.example/send", "https://all.example/send", None]
    assert sealed is not None and b"sixteen" not in sealed
    assert (await root.put("/api/gateways", json={**wish, "url": "http://10.0.0.1/"})).status_code == 422
    assert (await (await town.desk("wu")).get("/api/gateways")).status_code == 403


async def test_goals_are_a_districts_own(town: TownBuilder) -> None:
    """Answered in 100 s breaks the default and keeps a goal of 120; every breach is named."""
    await watching(town.database)
    wu, sun = await town.desk("wu"), await town.desk("sun")
    call = (await town.terminal("chen").presses_call())["incident"]
    town.clock.shift(seconds=100)
    await wu.post(f"/api/incidents/{call}/acknowledge")
    town.clock.shift(**{"minutes": 50})

    async def report() -> Any:
        (district,) = (await wu.get("/api/incidents/report")).json()["districts"]
        return district

    first = await report()
    assert [(one["promise"], one["kept"], one["due"]) for one in first["promises"][:3]] == [
        *(("answered", 0, 1), ("answered_late", 1, 1), ("on_site", 0, 1))
    ]
    assert [(one["incident_id"], one["promise"], one["still_waiting"]) for one in first["breaches"]] == [
        *((call, "answered", False), (call, "on_site", True))
    ]
    assert first["breaches"][0]["took_s"] in (100, 101)
    goal = {"area_code": DISTRICT, "answer_s": 120, "on_site_min": 90, "on_site_late_min": 120}
    assert (await sun.put("/api/goals", json=goal)).status_code == 200
    assert (await report())["breaches"] == []
    assert (await sun.put("/api/goals", json={"area_code": "370613001000"})).status_code == 422
    since = (town.clock.now() + timedelta(hours=1)).isoformat()
    assert (await wu.get("/api/incidents/report", params={"since": since})).json()["districts"] == []
