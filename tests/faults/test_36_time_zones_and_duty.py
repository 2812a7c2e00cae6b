"""Fault 36: clocks change in ten zones, a leap second passes, a zone changes its rules: nobody's duty has a hole."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models import Area, Duty
from models.types import AreaLevel, Post
from service.db import Database
from service.intake.ladder import LADDERS, PERSON, Ladder, choose
from service.organisations.queries import on_duty
from service.readiness.lint import gaps

ZONES = {
    "Asia/Shanghai": ["1986-05-04", "1986-09-14", "1991-04-14", "1991-09-15"],
    "Europe/Berlin": ["2025-03-30", "2025-10-26", "2026-03-29", "2026-10-25"],
    "America/New_York": ["2025-03-09", "2025-11-02", "2026-03-08", "2026-11-01"],
    "America/Santiago": ["2025-04-06", "2025-09-07", "2026-04-05", "2026-09-06"],
    "Australia/Sydney": ["2025-04-06", "2025-10-05", "2026-04-05", "2026-10-04"],
    "Australia/Lord_Howe": ["2025-04-06", "2025-10-05", "2026-04-05", "2026-10-04"],
    "Africa/Casablanca": ["2025-02-23", "2025-04-06", "2026-02-15", "2026-03-22"],
    "Europe/London": ["2016-12-31", "2025-03-30", "2025-10-26", "2026-03-29"],
    "Pacific/Apia": ["2011-04-02", "2011-09-24", "2011-12-29", "2012-04-01"],
    "Asia/Pyongyang": ["2015-08-14", "2015-08-15", "2018-05-04", "2018-05-05"],
}
AREA = "370613000000"


def spans(zone: ZoneInfo, day: date) -> list[tuple[datetime, datetime]]:
    """Day duty 08 to 18 and night duty 18 to 08 by the wall clock, from the day before to the day after."""
    found = []
    for offset in range(-1, 2):
        one = day + timedelta(days=offset)
        following = one + timedelta(days=1)
        eight, six = datetime(*one.timetuple()[:3], 8, tzinfo=zone), datetime(*one.timetuple()[:3], 18, tzinfo=zone)
        found += [(eight, six), (six, datetime(*following.timetuple()[:3], 8, tzinfo=zone))]
    return [(begin.astimezone(UTC), end.astimezone(UTC)) for begin, end in found]


@pytest.mark.parametrize("name", ZONES)
async def test_at_every_half_hour_somebody_is_on_duty(database: Database, name: str) -> None:
    """Through each of four changes of the clock: no half hour without anybody."""
    zone = ZoneInfo(name)
    async with database.writing() as session:
        session.add(Area(code=AREA, name="莱山区", level=AreaLevel.DISTRICT))
        await session.flush()
        for text in ZONES[name]:
            for begin, end in spans(zone, date.fromisoformat(text)):
                if begin < end:
                    session.add(Duty(post=Post.DESK, area_code=AREA, name="值班", from_at=begin, to_at=end))
    async with database.reading() as session:
        for text in ZONES[name]:
            whole = spans(zone, date.fromisoformat(text))
            assert gaps(whole, whole[0][0], whole[-1][1]) == []
            moment = whole[0][0]
            while moment < whole[-1][1]:
                assert await on_duty(session, Post.DESK, moment, area_code=AREA), f"{name} {moment}"
                moment += timedelta(minutes=30)


def test_a_ladder_for_the_night_spans_midnight() -> None:
    """From 22:00 to 06:00 by the town's clock: at both ends, at midnight, and not by day."""
    night = Ladder(LADDERS[PERSON].rungs, 7, from_min=22 * 60, to_min=6 * 60)
    found = {minute: choose([night], None, "sos", PERSON, minute).id for minute in (0, 359, 360, 720, 1319, 1320, 1439)}
    assert found == {0: 7, 359: 7, 360: None, 720: None, 1319: None, 1320: 7, 1439: 7}


def test_a_leap_second_is_a_moment_like_any_other() -> None:
    """The last second of 2016 had a successor in UTC; a duty that ends at midnight and one that begins touch."""
    end = datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC) + timedelta(seconds=1)
    first, second = (end - timedelta(hours=8), end), (end, end + timedelta(hours=8))
    assert gaps([first, second], first[0], second[1]) == []
