"""Repeats, reuse and replay: whatever order a terminal, a bad network or a listener in between sends messages in."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.clock import Clock
from service.db import Database
from tests.service.intake.bedside import Bedside, bedside_on


async def test_a_retry_gets_the_first_answer_and_pages_nobody(bedside: Bedside) -> None:
    """Fifty retries at once: one alert, one event, fifty answers alike but for the word duplicate."""
    answers = await asyncio.gather(*(bedside.press("m1", counter=n) for n in range(1, 51)))
    firsts = [taken for taken in answers if not taken["duplicate"]]
    assert len(firsts) == 1
    same = ("alert", "incident", "state", "seq", "warnings")
    assert {tuple(str(taken[name]) for name in same) for taken in answers} == {tuple(str(firsts[0][n]) for n in same)}
    assert len(await bedside.rows("SELECT * FROM alert")) == len(await bedside.rows("SELECT * FROM event")) == 1


async def test_a_retry_after_a_restart_of_the_terminal_is_a_retry_for_a_day(bedside: Bedside) -> None:
    """Another boot with the same body is the same call for 24 h, then a new one."""
    first = await bedside.press("m1", boot=7)
    again = await bedside.press("m1", boot=8)
    assert (again["duplicate"], again["alert"]) == (True, first["alert"])
    bedside.database.clock.shift(hours=25)
    new = await bedside.press("m1", boot=9)
    assert (new["duplicate"], new["warnings"]) == (False, ["msg_id_reused"])
    same_boot = await bedside.press("m1", boot=7)
    assert (same_boot["duplicate"], same_boot["alert"]) == (True, first["alert"])


async def test_a_terminal_that_lost_its_memory_is_heard(bedside: Bedside) -> None:
    """The same id after a restart with another body is a new call, flagged, and pages again."""
    await bedside.press("1", boot=7, text="a")
    new = await bedside.press("1", boot=1, text="b")
    assert (new["duplicate"], "msg_id_reused" in new["warnings"]) == (False, True)
    [incident] = await bedside.rows("SELECT presses FROM incident")
    assert incident["presses"] == 2


async def test_an_sos_under_a_used_id_is_never_swallowed_once_the_first_is_over(bedside: Bedside) -> None:
    """Same start, same id, another body: a repeat while somebody is on it, a new call when the case is closed."""
    first = await bedside.press("m1", text="a")
    assert (await bedside.press("m1", text="b"))["duplicate"] is True
    await bedside.change("UPDATE incident SET state = 'closed'")
    new = await bedside.press("m1", text="c")
    assert (new["duplicate"], new["warnings"]) == (False, ["msg_id_reused"])
    assert new["incident"] != first["incident"]
    await bedside.press("b1", "battery")
    call = await bedside.press("b1", "sos")
    assert (call["duplicate"], call["state"]) == (False, "open")


async def test_another_body_under_a_used_id_is_refused_when_it_is_no_sos(bedside: Bedside) -> None:
    """409 with its code, nothing written."""
    await bedside.press("m1", "battery", battery=50)
    answer = await bedside.send({"msg_id": "m1", "kind": "battery", "battery": 49})
    assert (answer.status_code, answer.json()["code"]) == (409, "alert.msg_id_conflict")
    assert len(await bedside.rows("SELECT * FROM alert")) == 1


async def test_an_old_counter_is_flagged_and_heard(bedside: Bedside) -> None:
    """A call far behind the counter, or of an older start, is a call."""
    await bedside.press("m1", boot=7, counter=100)
    assert (await bedside.press("m2", boot=7, counter=60))["warnings"] == []
    assert (await bedside.press("m3", boot=7, counter=36))["warnings"] == ["counter"]
    assert (await bedside.press("m4", boot=6, counter=500))["warnings"] == ["counter"]


@pytest.fixture(scope="module")
async def ward(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> AsyncIterator[Bedside]:
    file = tmp_path_factory.mktemp("ward") / "ward.db"
    shutil.copy(migrated_file, file)
    database = Database(f"sqlite+aiosqlite:///{file}", Clock())
    async with bedside_on(database) as running:
        yield running
    await database.close()


Sent = tuple[str, str, int, int, int]
COUNTED = """SELECT i.id, i.presses, count(a.id) AS alerts
FROM incident i JOIN alert a ON a.incident_id = i.id GROUP BY i.id"""
MESSAGES = st.tuples(
    st.sampled_from(["T-1", "T-2", "T-3", "T-9"]),
    st.sampled_from(["sos", "fall", "smoke", "battery"]),
    st.integers(0, 3),
    st.integers(1, 2),
    st.integers(0, 5),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=25), st.integers(0, 2**32))
async def test_any_order_of_messages_keeps_the_books(ward: Bedside, messages: list[Sent], mark: int) -> None:
    """Presses of all open cases equal the alerts behind them; every seq is written once; replays change nothing."""
    calls = [
        ward.send({"msg_id": f"{mark}-{msg}", "kind": kind}, terminal=terminal, boot=boot, counter=counter)
        for terminal, kind, msg, boot, counter in messages
    ]
    first = [answer.json() for answer in await asyncio.gather(*calls)]
    counted = await ward.rows(COUNTED)
    assert all(row["presses"] == row["alerts"] for row in counted)
    before = (await ward.rows("SELECT count(*) AS n, max(seq) AS last FROM event"))[0]
    assert before["n"] == before["last"]
    for (terminal, kind, msg, boot, counter), was in zip(messages, first, strict=True):
        answer = await ward.send(
            {"msg_id": f"{mark}-{msg}", "kind": kind}, terminal=terminal, boot=boot, counter=counter
        )
        again = answer.json()
        if "alert" in was and was["warnings"] == again.get("warnings"):
            assert again["duplicate"] is True or kind == "sos"
    after = (await ward.rows("SELECT count(*) AS n FROM event"))[0]
    assert after["n"] - before["n"] <= sum(kind == "sos" for _, kind, *_ in messages)
