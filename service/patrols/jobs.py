"""Timed work on patrols by night: the month's register, and visits where the district wants them; town's clock."""

from service.clock import LOCAL, Clock
from service.db import Database
from service.patrols import queries, register
from service.policies.queries import policy_on
from service.town_clock import town_time

NIGHT = range(1, 5)
"""Hours of the town's night: everybody is looked at while nobody waits, before anybody plans the day."""


async def keep_register(database: Database, clock: Clock) -> None:
    """By night, or when a month has no register yet: bring it up to date, make the visits where the rule says so."""
    async with database.reading() as session:
        town = await town_time(session, clock)
        found = await queries.districts(session)
        rules = {code: await policy_on(session, "patrol.groups", f"{code}000000", town.today) for code in found}
        month = queries.month_around(town.today, town.today)
        fresh = {code for code in found if not await queries.has_register(session, month, code)}
    night = town.at.astimezone(LOCAL).hour in NIGHT
    for code, rule in rules.items():
        if night or code in fresh:
            await register.refresh(database, clock, month, code)
        if night and rule.value["auto"]:
            await register.generate(database, clock, month, code)
