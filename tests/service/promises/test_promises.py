"""Promise: minutes nobody covers, hours that will be short and days of respite are counted right to the last one."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from models import Duty, Elder, Visit
from models.types import VisitState
from service.beds.rules import rest_days
from service.promises.rules import (
    covered_percent,
    due_minutes,
    minutes_in,
    progress,
    respite_days,
    respite_price,
    uncovered,
)
from tests.fixtures.keeping import Keeping

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def at(minute: int) -> datetime:
    return BEGIN + timedelta(minutes=minute)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(-30, 130), st.integers(0, 60)), max_size=12))
def test_uncovered_minutes_are_those_in_no_duty(duties: list[tuple[int, int]]) -> None:
    """Minute by minute: a minute is a gap exactly when no duty runs in it; gaps are apart and in order."""
    spans = [(at(start), at(start + length)) for start, length in duties]
    gaps = uncovered(spans, at(0), at(100))
    open_minutes = [m for m in range(100) if not any(start <= m < start + length for start, length in duties)]
    counted = [m for m in range(100) if any(start <= at(m) < stop for start, stop in gaps)]
    assert counted == open_minutes and minutes_in(gaps) == len(open_minutes)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(gaps))


def test_a_gap_of_seconds_is_a_gap() -> None:
    """A handover that leaves half a minute open counts as a minute, and cover is not 100 per cent."""
    gaps = uncovered([(at(0), at(60)), (at(60) + timedelta(seconds=30), at(20160))], at(0), at(20160))
    assert minutes_in(gaps) == 1 and covered_percent(gaps, 14) == 99.99 and covered_percent([], 14) == 100.0


def test_the_promise_of_part_of_a_month() -> None:
    """By active days, rounded down; a rest takes its days, the day of return counts."""
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    rest = rest_days([(date(2026, 3, 10), date(2026, 3, 20)), (date(2026, 3, 30), None)], first, last)
    assert len(rest) == 12 and date(2026, 3, 20) not in rest and date(2026, 3, 31) in rest
    month = {first + timedelta(days=number) for number in range(31)}
    assert due_minutes(3600, month, first, last) == 3600
    assert due_minutes(3600, month - rest, first, last) == 3600 * 19 // 31


def test_the_forecast() -> None:
    """What is planned or the pace so far, whichever is more; on the last day nothing more comes than is planned."""
    bar = progress(due=3600, consumed=1200, planned=600, days_gone=15, days_left=16)
    assert (bar.left, bar.forecast, bar.short, bar.at_risk) == (1800, 2480, 1120, True)
    assert progress(1800, 1000, 900, 15, 16).short == 0
    assert progress(1800, 1000, 0, 31, 0).forecast == 1000
    assert progress(0, 0, 0, 0, 31).at_risk is False


def test_respite_is_paid_by_begun_hours_and_counted_in_days() -> None:
    """Two hours and a minute are three; a night is two days; days of another year are that year's."""
    start = datetime(2026, 12, 31, 20, tzinfo=UTC)
    assert respite_price(1500, start, start + timedelta(hours=2, minutes=1)) == 4500
    night = (start, start + timedelta(hours=12))
    assert respite_days([night], 2026) == respite_days([night], 2027) == 1
    assert respite_days([(start, start + timedelta(hours=4))], 2027) == 0


@SQLITE
async def test_hours_cover_and_respite_of_a_live_bed(keeping: Keeping) -> None:
    """Due by level and payer, had and planned from the visits; duty gaps by operator; respite tied to the carer."""
    town = keeping.town
    bed_id = await keeping.lives("chen")
    async with town.database.writing() as session:
        (await session.get_one(Elder, town.elders["chen"])).categories = ["low_income"]
    await town.orders(keeping.root, "chen", "clean.home", town.local(10), town.local(12))
    await town.orders(keeping.root, "chen", "clean.home", town.local(15), town.local(16))
    async with town.database.writing() as session:
        visit = (await session.scalars(select(Visit).order_by(Visit.id))).first()
        assert visit is not None
        visit.state, visit.started_at, visit.finished_at = VisitState.FINISHED, town.local(10), town.local(10, 50)
    shown = (await keeping.sun.get(f"/api/promises/{bed_id}")).json()
    assert shown["promise"]["name"] == "中度 特困/低保" and shown["promise"]["payer"] == "government"
    assert shown["promise"]["assessment_id"] is not None and shown["promise"]["verified"] is True
    assert (shown["consumed_min"], shown["planned_min"]) == (50, 60)
    days = (town.today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    assert shown["due_min"] == 2700 * shown["active_days"] // days.day
    assert [row["bed_id"] for row in (await keeping.sun.get("/api/promises")).json()["items"]] == [bed_id]
    (cover,) = (await keeping.sun.get("/api/duty-cover")).json()["items"]
    assert cover["uncovered_min"] == cover["stations"][0]["uncovered_min"] > 13 * 1440
    async with town.database.writing() as session:
        begin = town.clock.now()
        for day in range(15):
            duty = Duty(post="station", area_code="370613001000", station_id=town.station_id, name="-")
            duty.from_at, duty.to_at = begin + timedelta(days=day - 1), begin + timedelta(days=day + 1)
            session.add(duty)
    (cover,) = (await keeping.sun.get("/api/duty-cover")).json()["items"]
    assert (cover["uncovered_min"], cover["gaps"], cover["covered_percent"]) == (0, [], 100.0)
    assert cover["gap_count"] == cover["stations"][0]["gap_count"] == 0
    start = town.local(9) + timedelta(days=3)
    wish = {"bed_id": bed_id, "contact_id": 1, "from_at": start.isoformat()}
    wish["to_at"] = (start + timedelta(hours=4)).isoformat()
    booked = await keeping.root.post("/api/respites", json=wish)
    assert booked.status_code == 201 and booked.json()["price_fen"] == 6000 and booked.json()["kind"] == "day"
    assert (await keeping.root.post("/api/respites", json=wish)).json()["code"] == "respite.overlaps"
    assert (await keeping.root.post("/api/respites", json={**wish, "contact_id": 2})).status_code == 404
    late = {**wish, "from_at": (start + timedelta(days=1)).isoformat()}
    late["to_at"] = (start + timedelta(days=40)).isoformat()
    assert (await keeping.root.post("/api/respites", json=late)).status_code == 422
    gone = await keeping.root.post(f"/api/respites/{booked.json()['id']}/cancel")
    assert gone.json()["state"] == "cancelled"
    assert (await keeping.root.post("/api/respites", json=wish)).status_code == 201
    await keeping.steps(bed_id, "closed")
    (ended,) = (await keeping.sun.get("/api/promises")).json()["items"]
    assert (ended["state"], ended["consumed_min"], ended["planned_min"]) == ("closed", 50, 60)
    ahead = {"month": str(town.today.replace(day=28) + timedelta(days=4))}
    assert (await keeping.sun.get("/api/promises", params=ahead)).json()["items"] == []


@SQLITE
async def test_gaps_that_are_not_shown_are_counted(keeping: Keeping) -> None:
    """A duty of every other hour for a fortnight: the first 50 gaps are listed, and the answer says of how many."""
    town = keeping.town
    await keeping.lives("chen")
    async with town.database.writing() as session:
        await session.execute(delete(Duty))
        begin = town.clock.now()
        for hour in range(0, 14 * 24, 2):
            duty = Duty(post="station", area_code="370613001000", station_id=town.station_id, name="-")
            duty.from_at, duty.to_at = begin + timedelta(hours=hour), begin + timedelta(hours=hour + 1)
            session.add(duty)
    (cover,) = (await keeping.sun.get("/api/duty-cover")).json()["items"]
    assert (len(cover["gaps"]), len(cover["stations"][0]["gaps"])) == (50, 50)
    assert cover["gap_count"] == cover["stations"][0]["gap_count"] == 168
    assert cover["uncovered_min"] > sum(gap["minutes"] for gap in cover["gaps"])
