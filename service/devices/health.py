"""How the fleet is: by model, what is silent, weak, untested or never tried, and who was not heard after an outage."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Alert, Outage, Terminal
from service.auth import Actor
from service.clock import rfc3339
from service.devices.queries import IN_STOCK, LOW_BATTERY, UNPLACED

TEST_EVERY = timedelta(days=31)
"""Once a month somebody presses the button of every terminal."""
RECENT = timedelta(days=30)
SHOWN = 20

WANTS = ("never_tested", "test_due", "offline", "low_battery")
IN_LIST = (*WANTS, "in_stock")
UNFITTED = {"in_stock": IN_STOCK, "unplaced": UNPLACED}


def wanting(what: str, now: datetime) -> ColumnElement[bool]:
    """Terminals that want something, one of WANTS, or are in stock, where they want nothing, or in no home at all.

    Never tested means delivered, and nobody has tried it.
    """
    wants = {
        "never_tested": Terminal.tested_at.is_(None),
        "test_due": Terminal.tested_at < now - TEST_EVERY,
        "offline": ~Terminal.online,
        "low_battery": Terminal.battery <= LOW_BATTERY,
    }
    return UNFITTED[what] if what in UNFITTED else and_(~IN_STOCK, wants[what])


async def fleet_health(session: AsyncSession, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """By model: how many there are, want what and are in stock, and how often the first attempt of a message arrived.

    A message counts as arrived at once when no counter before it was lost and it never came again (30 days).
    """
    wants = [func.coalesce(func.sum(case((wanting(what, now), 1), else_=0)), 0).label(what) for what in IN_LIST]
    query = select(Terminal.model, func.count().label("total"), *wants).group_by(Terminal.model)
    mine = actor.scope(Terminal.area_code, Terminal.provider_id)
    models = (await session.execute(query.where(mine).order_by(Terminal.model))).mappings()
    at_once = func.sum(case((and_(Alert.gap == 0, Alert.again == 0), 1), else_=0))
    calls = select(Terminal.model, func.count(), at_once).join(Alert, Alert.terminal_id == Terminal.id)
    recent = calls.where(mine, Alert.received_at > now - RECENT).group_by(Terminal.model)
    heard = {model: (total, int(first)) for model, total, first in await session.execute(recent)}
    views = []
    for row in models:
        total, first = heard.get(row["model"], (0, 0))
        counts = {name: int(row[name]) for name in ("total", *IN_LIST)}
        rate = {"messages": total, "first_attempt": round(first / total, 4) if total else None}
        views.append({"model": row["model"], **counts, **rate})
    return views


async def outage_views(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """Our last outages, newest first, with the terminals in scope that were not heard again within an interval."""
    outages = (await session.scalars(select(Outage).order_by(Outage.id.desc()).limit(SHOWN))).all()
    named = {name for outage in outages for name in outage.silent}
    mine = actor.scope(Terminal.area_code, Terminal.provider_id)
    seen = set(await session.scalars(select(Terminal.id).where(Terminal.id.in_(named), mine)))
    return [
        {
            "id": outage.id,
            "from_at": rfc3339(outage.from_at),
            "until_at": rfc3339(outage.until_at),
            "told_at": rfc3339(outage.told_at),
            "silent": [name for name in outage.silent if name in seen],
        }
        for outage in outages
    ]
