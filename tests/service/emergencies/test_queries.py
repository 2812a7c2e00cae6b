"""What the board shows of incidents: the open ones, today's closed ones, and today's promises, each in scope."""

from datetime import timedelta

from models import Incident, Visit
from models.types import Outcome, VisitState
from service.clock import LOCAL
from service.emergencies import queries
from service.emergencies.queries import incident_views
from service.town_clock import TownTime
from tests.service.accounts.desk import LAISHAN, DayPlan, Desk, add_caregiver


async def add_call(desk: Desk, minutes_ago: float, answered_s: float | None = None, **more: object) -> None:
    opened_at = desk.clock.now() - timedelta(minutes=minutes_ago)
    call = Incident(playbook="person", kind="sos", severity=3, drill=False, press_times=[], area_code=LAISHAN)
    call.state, call.opened_at, call.last_alert_at = "open", opened_at, opened_at  # type: ignore[assignment]
    if answered_s is not None:
        call.state, call.acknowledged_at = "acknowledged", opened_at + timedelta(seconds=answered_s)  # type: ignore[assignment]
    for name, value in more.items():
        setattr(call, name, value)
    async with desk.database.writing() as session:
        session.add(call)


async def test_the_board_shows_open_calls_and_those_closed_today(desk: Desk) -> None:
    """Open calls of any day, closed ones of today, nothing of another district."""
    now = desk.clock.now()
    await add_call(desk, 60 * 50)
    await add_call(desk, 0.1, 5, state="closed", closed_at=now, outcome=Outcome.FALSE_ALARM)
    await add_call(desk, 60 * 60, 5, state="closed", closed_at=now - timedelta(days=2), outcome=Outcome.HELPED)
    wu, far = await desk.actor("wu"), await desk.actor("far")
    async with desk.database.reading() as session:
        assert [view["state"] for view in await incident_views(session, wu, now)] == ["open", "closed"]
        assert await incident_views(session, far, now) == []


async def test_promises_count_this_day_in_scope_without_drills(desk: Desk) -> None:
    """Answers, arrivals and visits on time as [met, total]; drills, other days and other districts do not count."""
    desk.clock.shift(hours=_hours_to_noon(desk))
    await add_call(desk, 10, 20)
    await add_call(desk, 10, 90)
    await add_call(desk, 10, drill=True)
    await add_call(desk, 60 * 24, 600)
    await add_caregiver(desk, 5, "lin")
    plan = await DayPlan(desk).publish()
    for arrived_min in (0, 30):
        visit_id = await plan.visit(5, after_min=-60, state=VisitState.ARRIVED)
        await _arrive(desk, visit_id, arrived_min)
    await plan.visit(5, after_min=60)
    now = desk.clock.now()
    async with desk.database.reading() as session:
        shares = await queries.sla(session, await desk.actor("wu"), now, TownTime(now))
        assert shares == {"answered_60": [1, 2], "on_site_45": [0, 0], "on_time": [1, 2]}
        none = {"answered_60": [0, 0], "on_site_45": [0, 0], "on_time": [0, 0]}
        assert await queries.sla(session, await desk.actor("far"), now) == none


async def _arrive(desk: Desk, visit_id: int, minutes: float) -> None:
    async with desk.database.writing() as session:
        visit = await session.get_one(Visit, visit_id)
        visit.arrived_at = visit.window_from_at + timedelta(minutes=minutes)


def _hours_to_noon(desk: Desk) -> float:
    """To the next local noon, so that "today" holds what the test makes."""
    local = desk.clock.now().astimezone(LOCAL)
    return (12 - local.hour) % 24


async def test_the_promises_of_the_day_are_counted_on_demand(desk: Desk) -> None:
    """The header's numbers without a new snapshot: [kept, due] of each promise."""
    client = await desk.signed_in("wu")
    counted = (await client.get("/api/incidents/promises")).json()
    assert counted == {"answered_60": [0, 0], "on_site_45": [0, 0], "on_time": [0, 0]}
