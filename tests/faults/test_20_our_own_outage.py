"""Fault 20: we took no heartbeats for a while: nobody is called lost for that, and who stays silent is listed."""

import orjson

from service.intake.heartbeats import OFFLINE_AFTER
from tests.service.intake.bedside import HEARTBEATS, Bedside

INTERVAL_S = OFFLINE_AFTER.total_seconds()


async def outages(bedside: Bedside) -> list[list[str] | None]:
    """The silent terminals of each outage; None while its list is not made."""
    rows = await bedside.rows("SELECT told_at, silent FROM outage ORDER BY id")
    lists = [orjson.loads(row["silent"]) if isinstance(row["silent"], str) else row["silent"] for row in rows]
    return [names if row["told_at"] else None for row, names in zip(rows, lists, strict=True)]


async def passes(bedside: Bedside, seconds: float) -> None:
    """Time goes by, and the intake looks for the silent as it does every few seconds."""
    while seconds > 0:
        bedside.database.clock.shift(seconds=min(seconds, 50))
        await bedside.intake.heartbeats.sweep()
        seconds -= 50


async def lost(bedside: Bedside) -> list[str]:
    """Terminals that were called offline, by name."""
    rows = await bedside.rows("SELECT subject FROM event WHERE topic = 'terminal.offline'")
    return sorted(row["subject"] for row in rows)


async def test_nobody_is_lost_by_our_absence(bedside: Bedside) -> None:
    """Away for 20 minutes: no terminal is offline before a full interval, then the silent ones are named first."""
    beats, clock = bedside.intake.heartbeats, bedside.database.clock
    for name in ("T-1", "T-2", "T-3", "T-9"):
        assert (await bedside.send({}, terminal=name, path=HEARTBEATS)).status_code == 200
    await beats.stop()
    clock.shift(minutes=20)
    await beats.start()
    await beats.sweep()
    assert await outages(bedside) == [None]
    await passes(bedside, INTERVAL_S - 20)
    assert await bedside.rows("SELECT * FROM event") == []
    for name in ("T-1", "T-2"):
        await bedside.send({}, terminal=name, path=HEARTBEATS)
    await beats.flush()
    await passes(bedside, 30)
    assert await outages(bedside) == [["T-3", "T-9"]]
    assert await lost(bedside) == ["terminal:T-3", "terminal:T-9"]


async def test_a_short_restart_is_no_outage(bedside: Bedside) -> None:
    """Less than one interval of theirs: nothing to list."""
    await bedside.intake.heartbeats.stop()
    bedside.database.clock.shift(seconds=40)
    await bedside.intake.heartbeats.start()
    assert await outages(bedside) == []


async def test_a_terminal_on_a_weak_line_has_its_own_patience(bedside: Bedside) -> None:
    """Two hours for the one, five minutes for the others."""
    await bedside.change("UPDATE terminal SET silent_after_s = 7200 WHERE id = 'T-1'")
    for name in ("T-1", "T-2"):
        await bedside.send({}, terminal=name, path=HEARTBEATS)
    await bedside.intake.heartbeats.flush()
    await passes(bedside, INTERVAL_S + 60)
    assert await lost(bedside) == ["terminal:T-2", "terminal:T-3", "terminal:T-9"]
