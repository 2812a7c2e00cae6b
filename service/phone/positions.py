"""Keeps where each phone was last and tells the desk when it moved; refuses places from the future and the past."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from models import Caregiver, Position
from service.auth import Actor
from service.errors import NotFound
from service.phone.schemas import PositionReport
from service.staff.actions import tell_caregiver
from service.town_clock import TownTime

MOVED_M = 25.0
TOLD_EVERY = timedelta(seconds=60)
SKEW = timedelta(minutes=2)
METRES_A_DEGREE = 111_195.0


async def keep_positions(
    session: AsyncSession, actor: Actor, reports: Sequence[PositionReport], now: datetime, town: TownTime
) -> bool:
    """Keep the newest of `reports` unless an even newer one is known; True when the desk was told.

    0, 0 is what a phone tells that has not found itself: it moves nobody. The desk is told after 25 m, else once a
    minute. `at` is the phone's moment on the town's clock; one that is ahead by more than two minutes counts as now.
    """
    person = await session.get(Caregiver, actor.caregiver_id)
    if person is None:
        raise NotFound("this account is no caregiver's")
    reports = [report for report in reports if report.lon or report.lat]
    if not reports:
        return False
    newest = max(reports, key=lambda report: _moment(report, town))
    known = await session.get(Position, person.id, with_for_update=True)
    moment = _moment(newest, town)
    if known is not None and moment < known.at <= town.at + SKEW:
        return False
    moved = known is None or _metres(known, newest) >= MOVED_M or now - known.received_at >= TOLD_EVERY
    if not moved:
        return False
    place = {"lon": newest.lon, "lat": newest.lat, "datum": newest.datum, "accuracy_m": newest.accuracy_m}
    values = {**place, "at": moment, "received_at": now}
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql if postgres else sqlite).insert(Position).values(caregiver_id=person.id, **values)
    await session.execute(insert.on_conflict_do_update(index_elements=["caregiver_id"], set_=values))
    await tell_caregiver(session, person.id, town)
    return True


def _moment(report: PositionReport, town: TownTime) -> datetime:
    return town.at if report.at is None or report.at > town.at + SKEW else report.at


def _metres(known: Position, report: PositionReport) -> float:
    """Straight distance; infinite between datums, so that a change of datum always counts."""
    if known.datum is not report.datum:
        return math.inf
    east = (known.lon - report.lon) * math.cos(math.radians(report.lat))
    return math.hypot(east, known.lat - report.lat) * METRES_A_DEGREE
