"""Fault 34 and control 14: everybody calls at once, or one button is pressed without end: all is kept."""

import asyncio
import itertools

import pytest

from service.intake import committer
from service.intake.letters import AlertLetter
from service.intake.message import read_message
from tests.service.intake.bedside import HEARTBEATS, Bedside, terminal_row

MANY, EACH = 400, 5


async def add_terminals(bedside: Bedside, count: int) -> list[str]:
    """More terminals, placed nowhere: each is a dwelling of its own."""
    names = [f"F-{number}" for number in range(count)]
    for some in itertools.batched(names, 100) if hasattr(itertools, "batched") else [names]:
        async with bedside.database.writing() as session:
            session.add_all(terminal_row(bedside.intake.vault, name, None) for name in some)
    return names


@pytest.mark.slow
async def test_everybody_calls_at_once(bedside: Bedside) -> None:
    """2,000 calls from 400 homes at once: every one answered 200 and on disk, one incident for each home."""
    names = await add_terminals(bedside, MANY)
    calls = [bedside.press(f"m{n}", terminal=name) for n in range(EACH) for name in names]
    taken = await asyncio.gather(*calls)
    assert len({one["alert"] for one in taken}) == MANY * EACH
    assert len({one["incident"] for one in taken}) == MANY
    [row] = await bedside.rows("SELECT count(*) AS alerts FROM alert")
    assert row["alerts"] == MANY * EACH


async def test_nobody_waits_behind_a_button_that_is_held_down(bedside: Bedside) -> None:
    """Behind a thousand presses of one terminal another one's only call is in the first batch, not in the fourth."""
    order: list[str] = []

    async def put(name: str, terminal: str) -> None:
        body = b'{"msg_id":"%s","kind":"sos"}' % name.encode()
        message = read_message(body, 1, 1, bedside.database.clock.now())
        await bedside.intake.committer.put(AlertLetter(terminal, 1, 1, message, body))
        order.append(terminal)

    calls = [(f"held-{number}", "T-2") for number in range(1000)] + [("once", "T-3")]
    async with asyncio.timeout(60):
        await asyncio.gather(*(put(*call) for call in calls))
    assert order.index("T-3") < 2 * committer.MAX_BATCH
    assert len(order) == len(calls)


async def test_a_full_queue_sends_heartbeats_away_first_and_calls_last(bedside: Bedside) -> None:
    """From a quarter on no heartbeats, from three quarters nothing that can wait; a call only when it is full."""
    queue = bedside.intake.committer._queue
    message = read_message(b'{"msg_id":"x","kind":"battery"}', 1, 1, bedside.database.clock.now())
    letter = AlertLetter("T-2", 1, 1, message, b"")
    lost: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    lost.cancel()

    async def sends(fill: int) -> list[int]:
        queue.extend([(letter, lost)] * fill)  # type: ignore[list-item]
        kinds = (
            ({}, HEARTBEATS),
            ({"msg_id": f"b{fill}", "kind": "battery"}, None),
            ({"msg_id": "m", "kind": "sos"}, None),
        )
        waits = [bedside.send(body, **({"path": path} if path else {})) for body, path in kinds]
        answers = await asyncio.gather(*waits)
        return [answer.status_code for answer in answers]

    await bedside.press("known")
    assert await sends(committer.CROWDED) == [503, 200, 200]
    assert await sends(committer.ALMOST) == [503, 503, 200]
    assert await sends(committer.MAX_QUEUE) == [503, 503, 503]
    bedside.intake.committer._wake.set()
    while queue:
        await asyncio.sleep(0.01)
    assert (await bedside.press("m"))["state"] == "open"


async def test_a_button_pressed_without_end_rings_six_times_a_minute(bedside: Bedside) -> None:
    """Thirty presses: thirty answers, six rings; a worse kind rings at once, and a minute later every press again."""
    for number in range(30):
        await bedside.press(f"m{number}", "fall" if number < 29 else "sos")
    rings = "SELECT count(*) AS n FROM event WHERE topic IN ('incident.raised', 'incident.repeated')"
    assert (await bedside.rows(rings))[0]["n"] == 6
    await bedside.press("d1", "door", terminal="T-3")
    for number in range(8):
        await bedside.press(f"e{number}", "door", terminal="T-3")
    assert (await bedside.rows(rings))[0]["n"] == 12
    await bedside.press("s1", "sos", terminal="T-3")
    assert (await bedside.rows(rings))[0]["n"] == 13
    bedside.database.clock.shift(seconds=61)
    assert (await bedside.press("later"))["warnings"] == []
    assert (await bedside.rows(rings))[0]["n"] == 14
    assert (await bedside.rows("SELECT presses FROM incident ORDER BY id"))[0]["presses"] == 31


async def test_only_what_can_wait_is_refused(bedside: Bedside) -> None:
    """More than sixty battery notes or heartbeats a minute: 429 with a time; a call from the same terminal: 200."""
    for body, path in (({"kind": "battery"}, None), ({}, HEARTBEATS)):
        more = {"path": path} if path else {}
        answers = [await bedside.send({**body, "msg_id": f"x{n}"}, **more) for n in range(62)]  # type: ignore[arg-type]
        assert [answer.status_code for answer in answers][:60] == [200] * 60
        assert answers[61].status_code == 429
        assert int(answers[61].headers["retry-after"]) >= 1
    assert (await bedside.press("call"))["state"] == "open"
