"""Keeps what cards say of elders true from night to night: who has become eighty, which categories have turned.

It refuses to end what somebody has noted: only the day that they gave does.
"""

import asyncio
from datetime import date, datetime

from models import Elder, ElderCategory
from models.types import Category
from service.db import Database
from service.elders import queries
from service.elders.categories import refresh_categories
from service.elders.rules import AGED_FROM, birthday, born_by

BY_BIRTH = "按出生日期"
BITE, LOOK_BACK_DAYS = 20, 8
"""A night that was missed is made up for within the week."""


async def keep_categories(database: Database, today: date, now: datetime) -> int:
    """Note who is eighty by now, let cards say which categories hold today; gives how many elders were touched."""
    touched = 0
    while True:
        async with database.writing() as session:
            aged = await queries.next_of_age(session, born_by(today, AGED_FROM), today, BITE)
            for elder in aged:
                row = ElderCategory(elder_id=elder.id, category=Category.AGED, source=BY_BIRTH, noted_at=now)
                row.from_on = birthday(elder.born_on, AGED_FROM)
                session.add(row)
                await refresh_categories(session, elder, today)
        touched += len(aged)
        if not aged:
            break
        await asyncio.sleep(0)
    return touched + await _refresh_turned(database, today)


async def _refresh_turned(database: Database, today: date) -> int:
    async with database.reading() as session:
        turned = await queries.turned_lately(session, today, LOOK_BACK_DAYS)
    for start in range(0, len(turned), BITE):
        async with database.writing() as session:
            for elder_id in turned[start : start + BITE]:
                await refresh_categories(session, await session.get_one(Elder, elder_id), today)
        await asyncio.sleep(0)
    return len(turned)
