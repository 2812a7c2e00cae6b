"""One create for each key: repeats get the first answer, refusals are not kept, keys belong to their owner."""

import asyncio

import pytest

from models import IdempotencyRecord
from models.types import Role
from service.accounts.jobs import tidy
from service.clock import Clock
from service.db import Database
from tests.service.accounts.desk import Desk, open_desk

BODY = {"name": "lin", "display": "Lin", "role": "supervisor"}


@pytest.fixture
async def desk(database: Database, clock: Clock) -> Desk:
    return await open_desk(database, clock)


async def test_a_double_click_makes_one_and_both_get_its_answer(desk: Desk) -> None:
    """Ten at once with one key: one account, ten equal answers with the first's status."""
    admin = await desk.signed_in("qi")
    headers = {"Idempotency-Key": "click"}
    answers = await asyncio.gather(*[admin.post("/api/accounts", json=BODY, headers=headers) for _ in range(10)])
    assert [answer.status_code for answer in answers] == [201] * 10
    assert len({answer.text for answer in answers}) == 1


async def test_a_refusal_is_not_kept(desk: Desk) -> None:
    """After a refusal the same key may be used for the corrected request."""
    admin = await desk.signed_in("qi")
    headers = {"Idempotency-Key": "again"}
    assert (await admin.post("/api/accounts", json={**BODY, "name": "wu"}, headers=headers)).status_code == 409
    assert (await admin.post("/api/accounts", json=BODY, headers=headers)).status_code == 201


async def test_a_key_belongs_to_who_used_it_and_to_what_for(desk: Desk) -> None:
    """Another body under the same key is refused; another person's same key is their own."""
    await desk.add("rou", Role.ADMIN, [])
    headers = {"Idempotency-Key": "mine"}
    admin, other = await desk.signed_in("qi"), await desk.signed_in("rou")
    assert (await admin.post("/api/accounts", json=BODY, headers=headers)).status_code == 201
    reused = await admin.post("/api/accounts", json={**BODY, "name": "gao"}, headers=headers)
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency.key_reused")
    assert (await other.post("/api/accounts", json={**BODY, "name": "gao"}, headers=headers)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 121, "日".encode()])
async def test_a_key_that_cannot_be_kept_is_named(desk: Desk, key: str | bytes) -> None:
    """An empty, long or foreign key is bad input, not a server error."""
    admin = await desk.signed_in("qi")
    answer = await admin.post("/api/accounts", json=BODY, headers=[(b"Idempotency-Key", key)])  # type: ignore[list-item]
    assert answer.status_code == 422 and answer.json()["fields"][0]["field"] == "Idempotency-Key"


async def test_answers_are_forgotten_after_a_day(desk: Desk) -> None:
    """What was kept is removed when nobody can be repeating any more."""
    admin = await desk.signed_in("qi")
    await admin.post("/api/accounts", json=BODY, headers={"Idempotency-Key": "old"})
    desk.clock.shift(hours=25)
    await tidy(desk.database, desk.clock)
    async with desk.database.reading() as session:
        assert await session.get(IdempotencyRecord, (desk.people["qi"], "old")) is None
