"""The door for calls, answer by answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from service.intake.assembly import Intake
from service.terminals.signature import sign
from tests.service.intake.bedside import KEY, Bedside

POISON = {
    True: "CREATE TRIGGER poison BEFORE INSERT ON alert WHEN NEW.text = 'poison'"
    " BEGIN SELECT RAISE(ABORT, 'poison'); END",
    False: "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN IF NEW.text = 'poison' THEN RAISE check_violation; END IF; RETURN NEW; END $$",
}
POISON_TRIGGER = "CREATE TRIGGER poison BEFORE INSERT ON alert FOR EACH ROW EXECUTE FUNCTION poison()"


def test_the_published_vector_holds() -> None:
    """A maker who follows the test vector of the protocol gets in."""
    body = b'{"msg_id":"m1","kind":"sos"}'
    expected = "acf04ebaa38bc776004cd4c03d47384b917f3429a32aa8202e5c496e85afad8c"
    assert sign(KEY, "POST", "/terminals/v1/alerts", "T-1", "7", "42", body) == expected


async def test_a_call_is_on_disk_with_its_incident_ladder_and_event_before_the_answer(bedside: Bedside) -> None:
    """One press: alert, open incident, five rungs, one event that carries the whole incident."""
    taken = await bedside.press("m1")
    assert (taken["state"], taken["duplicate"], taken["warnings"]) == ("open", False, [])
    [incident] = await bedside.rows("SELECT * FROM incident")
    assert (incident["id"], incident["elder_id"], incident["severity"]) == (taken["incident"], 1, 3)
    timers = await bedside.rows("SELECT rung, state FROM timer ORDER BY step")
    assert [t["rung"] for t in timers] == ["desk", "station", "family", "village", "supervisor"]
    assert [t["state"] for t in timers] == ["fired"] + ["armed"] * 4
    [event] = await bedside.rows("SELECT * FROM event")
    assert (event["seq"], event["topic"]) == (taken["seq"], "incident.raised")


async def test_fifty_parallel_presses_make_one_incident(bedside: Bedside) -> None:
    """Fifty calls at once from one home: fifty answers, one incident with fifty presses, the last eight times kept."""
    answers = await asyncio.gather(*(bedside.press(f"m{n}", terminal=f"T-{1 + n % 2}") for n in range(50)))
    assert len({taken["incident"] for taken in answers}) == 1
    assert len({taken["alert"] for taken in answers}) == 50
    [incident] = await bedside.rows("SELECT presses, press_times FROM incident")
    assert incident["presses"] == 50


@pytest.mark.parametrize("key", [bytes(32), b"", KEY[:-1] + b"\x00"])
async def test_a_wrong_signature_pages_nobody_but_is_kept(bedside: Bedside, key: bytes) -> None:
    """401, no incident, one row in the silent list."""
    answer = await bedside.send({"msg_id": "m1", "kind": "sos"}, key=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "terminal.bad_signature")
    assert await bedside.rows("SELECT * FROM incident") == []
    [kept] = await bedside.rows("SELECT terminal_id, reason FROM unverified_call")
    assert kept == {"terminal_id": "T-1", "reason": "bad_signature"}


async def test_unsigned_calls_are_capped_and_then_only_counted(bedside: Bedside) -> None:
    """A stranger cannot fill the disk: five for a terminal's name, twenty from one place, the rest is a number."""
    for number in range(30):
        answer = await bedside.send({"msg_id": f"m{number}", "kind": "sos"}, terminal=f"X-{number % 3}", key=bytes(32))
        assert answer.status_code == 401
    await bedside.send({"msg_id": "m", "kind": "door"}, terminal="X-9", key=bytes(32))
    assert len(await bedside.rows("SELECT * FROM unverified_call")) == 15
    assert bedside.intake.unverified.only_counted == 15


@pytest.mark.parametrize("body", [b"", b"{", b'{"msg_id":"a","msg_id":"b"}', b"[" * 9000])
async def test_a_signed_call_that_cannot_be_read_becomes_a_task(bedside: Bedside, body: bytes) -> None:
    """400, its bytes kept, and an event that asks the desk to call the bedside back."""
    answer = await bedside.send(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "alert.unreadable")
    [kept] = await bedside.rows("SELECT terminal_id, body FROM unreadable_call")
    assert (kept["terminal_id"], bytes(kept["body"])) == ("T-1", body)
    [event] = await bedside.rows("SELECT topic, area_code FROM event")
    assert event["topic"] == "terminal.unreadable"


async def test_too_long_a_body_is_refused_before_it_is_read(bedside: Bedside) -> None:
    """413 by its declared length and by its real one."""
    assert (await bedside.send(b" " * 16385)).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    answer = await bedside.client.post("/terminals/v1/alerts", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")


@pytest.mark.parametrize("boot", ["x", "-1", "9" * 30, ""])
async def test_a_signed_call_with_a_broken_header_is_heard(bedside: Bedside, boot: str) -> None:
    """Boot or counter that are no numbers count as 0 and are named."""
    answer = await bedside.send({"msg_id": "m1", "kind": "sos"}, boot=boot)
    assert (answer.status_code, answer.json()["warnings"]) == (200, ["X-Boot"])


async def test_a_test_and_a_battery_note_open_nothing(bedside: Bedside) -> None:
    """Recorded, no incident; a passed test is remembered on the terminal; a low battery is told once."""
    tested = await bedside.press("t1", "test")
    low = await bedside.press("b1", "battery", battery=9)
    again = await bedside.press("b2", "battery", battery=8)
    assert {(t["incident"], t["state"]) for t in (tested, low, again)} == {(None, "recorded")}
    [terminal] = await bedside.rows("SELECT tested_at, battery FROM terminal WHERE id = 'T-1'")
    assert terminal["tested_at"] is not None
    assert terminal["battery"] == 8
    assert [e["topic"] for e in await bedside.rows("SELECT topic FROM event")] == ["terminal.low_battery"]


async def test_fire_and_person_are_two_cases_and_the_worst_kind_leads(bedside: Bedside) -> None:
    """Smoke opens its own case with the family at once; an SOS raises an open door's case to its severity."""
    door = await bedside.press("m1", "door")
    sos = await bedside.press("m2", "sos", location={"lon": 121.5, "lat": 37.6, "datum": "gcj02"})
    smoke = await bedside.press("m3", "smoke")
    assert door["incident"] == sos["incident"] != smoke["incident"]
    cases = await bedside.rows("SELECT kind, severity, presses, lon, datum FROM incident ORDER BY id")
    assert [(c["kind"], c["severity"], c["presses"]) for c in cases] == [("sos", 3, 2), ("smoke", 3, 1)]
    assert (cases[0]["lon"], cases[0]["datum"]) == (121.5, "gcj02")
    family = "SELECT t.due_at, i.opened_at FROM timer t JOIN incident i ON i.id = t.incident_id"
    [row] = await bedside.rows(family + " WHERE t.rung = 'family' AND i.kind = 'smoke'")
    assert row["due_at"] == row["opened_at"]


async def test_a_real_call_never_joins_a_drill(bedside: Bedside) -> None:
    """With a drill open in the same home, a call opens its own case."""
    drill = await bedside.press("m1")
    await bedside.change("UPDATE incident SET drill = true")
    real = await bedside.press("m2")
    assert real["incident"] != drill["incident"]


async def test_a_letter_the_database_will_not_take_stands_alone(bedside: Bedside) -> None:
    """One poisoned call among twenty: its mates are committed, and it is still heard, without its luggage."""
    async with bedside.database.writing() as session:
        await session.execute(text(POISON[bedside.database.embedded]))
        if not bedside.database.embedded:
            await session.execute(text(POISON_TRIGGER))
    words = ["poison" if number == 7 else "fine" for number in range(20)]
    answers = await asyncio.gather(*(bedside.press(f"m{n}", text=word) for n, word in enumerate(words)))
    assert len({taken["alert"] for taken in answers}) == 20
    assert answers[7]["warnings"][:3] == ["text", "extra", "location"]
    assert {tuple(taken["warnings"]) for n, taken in enumerate(answers) if n != 7} <= {(), ("coalesced",)}
    assert (await bedside.rows("SELECT presses FROM incident")) == [{"presses": 20}]


async def test_only_what_can_wait_is_limited(bedside: Bedside) -> None:
    """Beyond sixty a minute battery notes get 429; a call for help never does."""
    answers = [(await bedside.send({"msg_id": f"b{n}", "kind": "battery"})).status_code for n in range(61)]
    assert answers == [200] * 60 + [429]
    assert [(await bedside.press(f"m{n}"))["state"] for n in range(5)] == ["open"] * 5


async def test_when_nothing_can_be_stored_the_terminal_is_told_to_come_again(bedside: Bedside) -> None:
    """503 with Retry-After, and the same message is taken once storing works."""
    await bedside.intake.committer.stop()
    answer = await bedside.send({"msg_id": "m1", "kind": "sos"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    bedside.intake = bedside.app.state.intake = Intake(bedside.database, bedside.intake.vault)
    await bedside.intake.start()
    assert (await bedside.press("m1"))["duplicate"] is False
    await bedside.intake.stop()
