"""Hears on PostgreSQL when another process has committed; refuses to believe that silence means quiet.

A bell only says "look now" and is rung once a batch. Every few seconds the ear rings itself on a channel of its own.
When it does not hear that, or the connection ends, it takes a new one and rings once, for what it may have missed.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

log = logging.getLogger(__name__)

CHANNEL = "unwalled"
CHECK_S = 3.0
ANSWER_S = 2.0
AGAIN_S = 0.5


class Deaf(Exception):
    """The connection does not bring notifications any more."""


class Ear:
    """`run` until cancelled; `hearing` says whether bells of others would be heard now, `opened` how often it began."""

    def __init__(self, engine: AsyncEngine, ring: Callable[[], None]) -> None:
        self._engine, self._ring = engine, ring
        self._own = f"unwalled_ear_{secrets.token_hex(6)}"
        self._heard = asyncio.Event()
        self._ended = asyncio.Event()
        self.hearing = False
        self.opened = 0

    async def run(self) -> None:
        """Listen, and listen again whenever that ends."""
        while True:
            try:
                await self._listen()
            except Exception as error:
                log.warning("the bells of other processes are not heard: %s", error)
            finally:
                self.hearing = False
            await asyncio.sleep(AGAIN_S)

    async def _listen(self) -> None:
        async with asyncio.timeout(ANSWER_S * 2):
            connection = await self._engine.connect()
        try:
            driver = (await connection.get_raw_connection()).driver_connection
            self._ended.clear()
            async with asyncio.timeout(ANSWER_S * 2):
                await driver.add_listener(CHANNEL, lambda *_: self._ring())  # type: ignore[union-attr]
                await driver.add_listener(self._own, lambda *_: self._heard.set())  # type: ignore[union-attr]
            driver.add_termination_listener(lambda *_: self._ended.set())  # type: ignore[union-attr]
            self.hearing, self.opened = True, self.opened + 1
            self._ring()
            while True:
                await self._check(driver)
        finally:
            await _let_go(connection)

    async def _check(self, driver: Any) -> None:
        self._heard.clear()
        try:
            async with asyncio.timeout(ANSWER_S):
                await driver.execute(f"NOTIFY {self._own}")
                await self._heard.wait()
        except TimeoutError as error:
            raise Deaf("an own bell was not heard within 2 s") from error
        with suppress(TimeoutError):
            async with asyncio.timeout(CHECK_S):
                await self._ended.wait()
        if self._ended.is_set():
            raise Deaf("the connection ended")


async def _let_go(connection: AsyncConnection) -> None:
    """Throw the connection away: one that listened goes back to no pool."""
    with suppress(Exception):
        await connection.invalidate()
    with suppress(Exception):
        await connection.close()
