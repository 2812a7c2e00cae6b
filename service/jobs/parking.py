"""Runs the timed work while this program knows the database's schema; refuses to touch one that a newer program made.

During a rolling update the new version migrates first. From then on the old one only takes calls and shows events;
ladder, outbox and jobs are the new one's, so that no rule is applied in two versions at once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

log = logging.getLogger(__name__)

CHECK_S = 1.0

Works = Callable[[], Sequence[Coroutine[Any, Any, None]]]


async def run_while(known: Callable[[], Awaitable[bool]], works: Works) -> None:
    """Start `works` when the schema is known and end them when it is not. A look that failed changes nothing."""
    running: list[asyncio.Task[None]] = []
    try:
        while True:
            try:
                good = await known()
            except Exception:
                log.exception("the schema's version could not be read")
                good = bool(running)
            if good and not running:
                running = [asyncio.create_task(work) for work in works()]
            elif running and not good:
                log.warning("a newer version has migrated the database: timed work is parked here")
                await _end(running)
                running = []
            await asyncio.sleep(CHECK_S)
    finally:
        await _end(running)


async def _end(tasks: Sequence["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
