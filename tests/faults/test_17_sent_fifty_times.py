"""Faults 17 and 18: one message sent fifty times at once over three processes; one id with another body."""

import asyncio
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from service.clock import Clock
from service.db import Database
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder
from tests.service.intake.bedside import Bedside

SAME = ("alert", "incident", "seq", "warnings")


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_17_three_processes_make_one_alert(served: Served, served_town: TownBuilder, tmp_path: Path) -> None:
    """Fifty answers alike but for the word duplicate; one alert, one event."""
    intakes = [Served(tmp_path / str(number), served.database_url) for number in range(3)]
    try:
        await asyncio.gather(*(intake.start("--role", "intake", "--no-migrate") for intake in intakes))
        lines = [intake.client() for intake in intakes]
        chen = served_town.terminal("chen")

        async def send(number: int) -> httpx.Response:
            chen.client = lines[number % 3]
            return await chen.post({"msg_id": "m1", "kind": "sos"})

        answers = [answer.json() for answer in await asyncio.gather(*(send(number) for number in range(50)))]
        for line in lines:
            await line.aclose()
    finally:
        for intake in intakes:
            await intake.kill()
    assert sorted(answer["duplicate"] for answer in answers) == [False] + [True] * 49
    assert len({tuple(str(answer[name]) for name in SAME) for answer in answers}) == 1
    database = Database(served.database_url, Clock())
    async with database.reading() as session:
        for rows in ("alert", "event WHERE topic LIKE 'incident.%'"):
            assert (await session.execute(text(f"SELECT count(*) FROM {rows}"))).scalar_one() == 1
    await database.close()


async def test_18_one_id_two_bodies(bedside: Bedside) -> None:
    """No SOS, same start: 409. An SOS after a restart of the terminal is a new call, flagged, and rings again."""
    await bedside.press("1", "battery", battery=50)
    answer = await bedside.send({"msg_id": "1", "kind": "battery", "battery": 49})
    assert (answer.status_code, answer.json()["code"]) == (409, "alert.msg_id_conflict")
    await bedside.press("2", boot=7, text="a")
    new = await bedside.press("2", boot=8, text="b")
    assert (new["duplicate"], new["warnings"]) == (False, ["msg_id_reused"])
    topics = await bedside.rows("SELECT topic FROM event ORDER BY seq")
    assert [row["topic"] for row in topics] == ["incident.raised", "incident.repeated"]
