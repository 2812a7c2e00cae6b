"""A crowd at the door: it waits in line, shares what it is shown, and never takes the log's place at the database."""

import asyncio
import itertools
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from models.types import Role
from service.auth import Actor
from service.realtime.admission import CROWD, STORM, Claims, Shared, Turnstile
from service.realtime.audience import Desk, Picture
from service.realtime.socket import LiveSocket
from tests.service.realtime.tower import Client, Tower

CONSOLES, STALE_S = 200, 2.5


@pytest.mark.slow
async def test_a_storm_of_slow_pictures_does_not_blind_the_hub(tower: Tower) -> None:
    """Two hundred consoles of two hundred scopes, each picture half a second: the log is still read all the while."""
    numbers = itertools.count()

    async def let_in(_websocket: WebSocket, _ticket: str) -> Actor:
        return Actor(1, "n", "d", Role.DISPATCHER, None, None, None, (), (f"{next(numbers):06d}",), 1, "console")

    async def slow(_websocket: WebSocket, session: AsyncSession, _actor: Actor) -> Picture:
        await session.execute(text("SELECT 1"))
        await asyncio.sleep(0.5)
        return Picture({}, lambda _: {})

    tower.routes.append(WebSocketRoute("/slow", LiveSocket(let_in, slow, Desk).serve))
    clients = [Client(f"ws://{tower.address}/slow", None) for _ in range(CONSOLES)]
    tower.clients += clients
    await asyncio.gather(*[client.hello("x") for client in clients])
    worst = 0.0
    for _ in range(40):
        await asyncio.sleep(0.1)
        worst = max(worst, tower.live.pump.blind_s)
    assert tower.live.turnstile.inside > CONSOLES / 4
    assert worst < STALE_S


async def test_of_many_who_claim_one_thing_the_first_gets_it() -> None:
    """Whether they come in one batch or in several, and errors reach everybody who waited."""
    batches: list[list[str]] = []
    left = {"a": 1, "b": 2}

    async def take(keys: list[str]) -> dict[str, int]:
        batches.append(keys)
        await asyncio.sleep(0.01)
        if "broken" in keys:
            raise ValueError("broken")
        return {key: left.pop(key) for key in keys if key in left}

    claims: Claims[str, int] = Claims(take)
    first = await asyncio.gather(*[claims.claim(key) for key in ("a", "a", "b", "c", "a")])
    assert first == [1, None, 2, None, None]
    assert await claims.claim("a") is None
    results: list[Any] = await asyncio.gather(claims.claim("broken"), claims.claim("broken"), return_exceptions=True)
    assert [type(result) for result in results] == [ValueError, ValueError]
    assert len(batches) <= 4


async def test_a_crowd_shares_one_answer_and_an_error_is_not_kept() -> None:
    """However long the making takes, whoever asks meanwhile gets that one; a failed one is made anew."""
    made = 0

    async def make() -> int:
        nonlocal made
        made += 1
        await asyncio.sleep(0.02)
        if made == 1:
            raise ValueError("not yet")
        return made

    shared: Shared[str, int] = Shared()
    failed = await asyncio.gather(*[shared.get("k", make) for _ in range(5)], return_exceptions=True)
    assert [type(result) for result in failed] == [ValueError] * 5
    assert await asyncio.gather(*[shared.get("k", make) for _ in range(5)]) == [2] * 5
    await asyncio.sleep(0.1)
    assert await shared.get("k", make, 3600) == 2
    assert await shared.get("k", make, 0.05) == 3
    assert await shared.get("k", make, 3600, lambda answer: answer > 3) == 4


async def test_the_bigger_the_crowd_the_older_a_picture_may_be() -> None:
    """Somebody alone gets one of their own, a crowd that of the last second, a storm one of five seconds ago."""
    turnstile, found = Turnstile(at_once=1000), []
    for _ in range(STORM + 1):
        async with turnstile.turn():
            found.append(turnstile.good_for_s)
    assert (found[0], found[CROWD - 1], found[CROWD], found[STORM - 1], found[STORM]) == (0, 0, 1, 1, 5)
