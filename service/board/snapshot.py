"""The whole state of the desk at one moment, within one actor's scope; refuses to decide anything."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from service.accounts.queries import me_of
from service.auth import Actor
from service.clock import Clock, rfc3339
from service.devices.queries import call_back_views, terminal_counts
from service.dispatch.queries import day_view
from service.emergencies.queries import incident_views, sla
from service.meals.queries import canteen_views
from service.organisations.queries import duty_views, scope_title, station_views
from service.realtime.audience import Picture
from service.staff.queries import caregiver_views
from service.town_clock import town_time


async def desk_picture(session: AsyncSession, actor: Actor, clock: Clock) -> Picture:
    """What docs/protocol.md calls `state`: incidents on real time, the day on the town's clock.

    Everybody with the same scope shares it for a second; who looks and what time it is are said anew to each.
    """
    now, town = clock.now(), await town_time(session, clock)
    shared = {
        "title": await scope_title(session, actor),
        "incidents": await incident_views(session, actor, now),
        "caregivers": await caregiver_views(session, actor, town),
        **await day_view(session, actor, town.today),
        "stations": await station_views(session, actor),
        "canteens": await canteen_views(session, actor),
        "terminals": await terminal_counts(session, actor),
        "call_backs": await call_back_views(session, actor),
        "duty": await duty_views(session, actor, now),
        "sla": await sla(session, actor, now, town),
    }

    def personal(who: Actor) -> dict[str, Any]:
        later = clock.now()
        return {"server_time": rfc3339(later), "clock": town.after(later - now).as_json(), "me": me_of(who)}

    return Picture(shared, personal)
