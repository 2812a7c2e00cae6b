"""Fault 25, controls 32 and 33: two dispatchers act on one call at once: one wins, the other learns how it stands."""

import asyncio

import pytest
from sqlalchemy import select

from models import AuditRow, Incident
from service.db import Database
from service.emergencies.api import router
from tests.service.accounts.desk import Desk, add_caregiver, open_desk

URL = "/api/incidents"


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await open_desk(database, database.clock, router)


async def lines(desk: Desk, action: str) -> list[int | None]:
    async with desk.database.reading() as session:
        return list(await session.scalars(select(AuditRow.account_id).where(AuditRow.action == action)))


async def test_one_owner_and_the_audit_names_both(desk: Desk) -> None:
    """Wu and Sun answer at the same moment: one 200, one 409 with the owner; who was refused is in the audit trail."""
    wu, sun = await desk.signed_in("wu"), await desk.signed_in("sun")
    call = (await wu.post(URL, json={"elder_id": 1})).json()["id"]
    answers = await asyncio.gather(*[one.post(f"{URL}/{call}/acknowledge") for one in (wu, sun)])
    assert sorted(one.status_code for one in answers) == [200, 409]
    winner, loser = sorted(answers, key=lambda one: one.status_code)
    assert loser.json()["incident"]["acknowledged_by"] == winner.json()["acknowledged_by"]
    won, lost = await lines(desk, "incident.acknowledged"), await lines(desk, "incident.acknowledged.refused")
    assert len(won) == len(lost) == 1 and {*won, *lost} == {desk.people["wu"], desk.people["sun"]}


async def test_sending_and_closing_race_to_one_end(desk: Desk) -> None:
    """One closes while the other sends somebody: whatever comes first, the second is told or follows legally."""
    await add_caregiver(desk, 5, "lin")
    wu, sun = await desk.signed_in("wu"), await desk.signed_in("sun")
    for _ in range(4):
        call = (await wu.post(URL, json={"elder_id": 1})).json()["id"]
        await wu.post(f"{URL}/{call}/acknowledge")
        sending = wu.post(f"{URL}/{call}/assign", json={"caregiver_id": 5, "despite": True})
        closing = sun.post(f"{URL}/{call}/close", json={"outcome": "false_alarm"})
        sent, closed = await asyncio.gather(sending, closing)
        assert closed.status_code == 200 and sent.status_code in (200, 409)
        if sent.status_code == 409:
            assert sent.json()["incident"]["state"] == "closed" and sent.json()["allowed"] == []
        async with desk.database.reading() as session:
            assert (await session.get_one(Incident, call)).state.value == "closed"


async def test_no_step_can_be_skipped(desk: Desk) -> None:
    """Closing before answering, or as helped with nobody there, is refused with what is missing (control 33)."""
    wu = await desk.signed_in("wu")
    call = (await wu.post(URL, json={"elder_id": 1})).json()["id"]
    early = await wu.post(f"{URL}/{call}/close", json={"outcome": "helped", "note": "x"})
    assert early.status_code == 409 and early.json()["lacks"] == ["acknowledged", "on_scene"]
    assert (await wu.post(f"{URL}/{call}/on-scene")).status_code == 409
    assert (await wu.post(f"{URL}/{call}/recovering")).status_code == 409
