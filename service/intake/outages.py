"""Our own outages, as scripts: noticed by a pulse that stood still, and whom nobody heard after; calls nobody lost."""

from collections.abc import Generator
from datetime import datetime, timedelta

from service.intake import sql
from service.intake.card import moment_of
from service.intake.ledger import dumps
from service.intake.play import Ask, Row, Step, Tell

PULSE_LONGEST = timedelta(seconds=60)
"""A pulse this old means that heartbeats were missed by us: one interval of theirs."""
MOST = 5000
"""Terminals named in one list."""


def beat_pulse(now: datetime) -> Generator[Step, list[Row], bool]:
    """Write that heartbeats are taken; whether they were not for a while before, which is then kept as an outage."""
    before = yield Ask(sql.PULSE)
    if not before:
        yield Tell(sql.FIRST_PULSE, [[now]])
        return False
    yield Tell(sql.NEXT_PULSE, [[now]])
    at = moment_of(before[0]["at"])
    if now - at <= PULSE_LONGEST:
        return False
    yield Tell(sql.ADD_OUTAGE, [[at, now, "[]"]])
    return True


def list_silent(ended_before: datetime, now: datetime) -> Generator[Step, list[Row], int]:
    """For each outage that ended before a moment, once: who was there before it and was not heard again after it."""
    outages = yield Ask(sql.OUTAGES_TO_TELL, [ended_before])
    for outage in outages:
        silent = yield Ask(sql.SILENT_SINCE, [moment_of(outage["until_at"]), MOST])
        yield Tell(sql.TELL_OUTAGE, [[outage["id"], dumps([row["id"] for row in silent]), now]])
    return len(outages)
