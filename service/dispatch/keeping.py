"""Keeps a draft of a plan in small transactions, so that no call waits for it; it decides nothing about the plan."""

from typing import Any

from service.db import Database
from service.dispatch import actions

ROUTES_A_CHUNK = 8
"""Routes in one transaction: about 200 stops, so that an alert never waits long for the writer."""
UNSERVED_A_CHUNK = 200


async def keep_draft(
    database: Database, head: dict[str, Any], routes: list[dict[str, Any]], unserved: list[dict[str, Any]]
) -> int:
    """Write a draft in small transactions; a failure half way leaves nothing behind."""
    async with database.writing() as session:
        plan_id = await actions.start_draft(session, head)
    try:
        for start in range(0, len(routes), ROUTES_A_CHUNK):
            async with database.writing() as session:
                await actions.add_routes(session, plan_id, routes[start : start + ROUTES_A_CHUNK])
        for start in range(0, len(unserved), UNSERVED_A_CHUNK):
            async with database.writing() as session:
                await actions.add_unserved(session, plan_id, unserved[start : start + UNSERVED_A_CHUNK])
    except BaseException:
        async with database.writing() as session:
            await actions.drop_draft(session, plan_id)
        raise
    return plan_id
