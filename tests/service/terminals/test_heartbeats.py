"""Signs of life: coalesced, never backwards, and silence that is ours is nobody's loss."""

import asyncio
import hashlib
from datetime import timedelta

import pytest

from models import ClaimCode
from service.intake.heartbeats import OFFLINE_AFTER
from tests.service.intake.bedside import HEARTBEATS, Bedside

HEALTH = "SELECT battery, signal, worn, firmware, online FROM terminal WHERE id = 'T-1'"


async def beat(bedside: Bedside, body: object, **more: object) -> int:
    answer = await bedside.send(body, path=HEARTBEATS, **more)  # type: ignore[arg-type]
    return answer.status_code


async def test_the_newest_of_several_is_written(bedside: Bedside) -> None:
    """An array of beats and a later one: one row, the last word of each field, wrong fields left out."""
    assert await beat(bedside, [{"battery": 80, "worn": True}, {"battery": 79, "signal": -70}], counter=1) == 200
    assert await beat(bedside, {"battery": "full", "firmware": "1.2"}, counter=2) == 200
    await bedside.intake.heartbeats.flush()
    [row] = await bedside.rows(HEALTH)
    assert (row["battery"], row["signal"], bool(row["worn"]), row["firmware"]) == (79, -70, True, "1.2")


async def test_an_old_or_recorded_beat_changes_nothing(bedside: Bedside) -> None:
    """A replay cannot make a dead terminal look alive."""
    await beat(bedside, {"battery": 50}, boot=7, counter=10)
    await bedside.intake.heartbeats.flush()
    await bedside.change("UPDATE terminal SET online = false WHERE id = 'T-1'")
    for boot, counter in ((7, 10), (7, 9), (6, 99)):
        await beat(bedside, {"battery": 99}, boot=boot, counter=counter)
        await bedside.intake.heartbeats.flush()
    [row] = await bedside.rows(HEALTH)
    assert (row["battery"], bool(row["online"])) == (50, False)


async def test_silence_is_told_late_and_coming_back_at_once(bedside: Bedside) -> None:
    """Offline after five minutes of silence, once we ourselves were well for as long; online with the next beat."""
    beats = bedside.intake.heartbeats
    await beats.sweep()
    assert await bedside.rows("SELECT * FROM event") == []
    for _ in range(8):
        bedside.database.clock.shift(seconds=OFFLINE_AFTER.total_seconds() / 8 + 1)
        await beats.sweep()
    topics = [row["topic"] for row in await bedside.rows("SELECT topic FROM event ORDER BY seq")]
    assert topics == ["terminal.offline"] * 4
    await beats.sweep()
    await beat(bedside, {})
    await beats.flush()
    assert (await bedside.rows("SELECT topic, subject FROM event ORDER BY seq"))[4:] == [
        {"topic": "terminal.online", "subject": "terminal:T-1"}
    ]


async def test_a_new_start_of_the_service_loses_nobody(bedside: Bedside) -> None:
    """After an outage of ours no terminal counts as lost before it had its five minutes again."""
    bedside.database.clock.shift(hours=3)
    beats = bedside.intake.heartbeats
    await beats.stop()
    await beats.start()
    await beats.sweep()
    assert await bedside.rows("SELECT * FROM event") == []
    assert timedelta(minutes=4) < OFFLINE_AFTER


@pytest.mark.parametrize("body", [b"{", b"[1]", b"7", b""])
async def test_what_is_no_heartbeat_is_refused(bedside: Bedside, body: bytes) -> None:
    """400 when signed, 401 when not."""
    assert await beat(bedside, body) == 400
    assert await beat(bedside, body, key=bytes(32)) == 401
    assert await beat(bedside, body, terminal="nobody") == 401


async def test_claim_and_rotate_hand_out_keys_once(bedside: Bedside) -> None:
    """A code works once; after a rotation both keys sign for seven days, then only the new one."""
    code = "0123456789abcdef0123456789abcdef"
    until = bedside.database.clock.now() + timedelta(hours=24)
    async with bedside.database.writing() as session:
        session.add(ClaimCode(code_hash=hashlib.sha256(code.encode()).digest(), terminal_id="T-1", until_at=until))
    claims = await asyncio.gather(*(bedside.client.post("/terminals/v1/claim", json={"code": code}) for _ in range(5)))
    assert sorted(answer.status_code for answer in claims) == [200, 401, 401, 401, 401]
    claimed = bytes.fromhex(next(a.json()["key"] for a in claims if a.status_code == 200))
    assert (await bedside.send({"msg_id": "m1", "kind": "sos"}, counter=1)).status_code == 401
    rotated = await bedside.send(b"", key=claimed, counter=2, path="/terminals/v1/rotate")
    new = bytes.fromhex(rotated.json()["key"])
    assert (await bedside.send(b"", key=claimed, counter=2, path="/terminals/v1/rotate")).status_code == 409
    again = await bedside.send(b"", key=claimed, counter=3, path="/terminals/v1/rotate")
    assert bytes.fromhex(again.json()["key"]) == new
    for key in (claimed, new):
        assert (await bedside.send({"msg_id": "m2", "kind": "sos"}, key=key)).status_code == 200
    bedside.database.clock.shift(days=7, seconds=1)
    assert (await bedside.send({"msg_id": "m3", "kind": "sos"}, key=claimed)).status_code == 401
    assert (await bedside.send({"msg_id": "m3", "kind": "sos"}, key=new)).status_code == 200
