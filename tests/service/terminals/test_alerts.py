"""The door for calls, answer by answer."""

import asyncio

import pytest

from service.terminals.signature import sign
from tests.service.intake.bedside import KEY, Bedside


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
