"""The live socket of caregivers' apps: own day and own calls, then what concerns this caregiver; nothing else."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from models.types import Role
from service.accounts.sessions import redeem_ticket
from service.auth import Actor, actor_of_session
from service.clock import clock_of, rfc3339
from service.db import database_of
from service.emergencies.queries import own_incidents
from service.phone.today import today_view
from service.realtime.audience import Phone
from service.realtime.socket import LiveSocket
from service.town_clock import town_time


async def authenticate(websocket: WebSocket, ticket: str) -> Actor | None:
    """The caregiver whose ticket this is, once; None for anybody else."""
    now = clock_of(websocket).now()
    async with database_of(websocket).writing() as session:
        session_id = await redeem_ticket(session, ticket, now)
        actor = None if session_id is None else await actor_of_session(session, session_id, now)
    return actor if actor is not None and actor.kind == "phone" and actor.role is Role.CAREGIVER else None


async def snapshot(websocket: WebSocket, session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Everything the phone shows: today's route and the open calls of this caregiver."""
    clock = clock_of(websocket)
    return {
        "server_time": rfc3339(clock.now()),
        "today": await today_view(session, actor, await town_time(session, clock)),
        "incidents": await own_incidents(session, actor.caregiver_id or 0),
    }


phone_socket = LiveSocket(authenticate, snapshot, Phone)
routes: list[BaseRoute] = [WebSocketRoute("/phone/v1/socket", phone_socket.serve, name="phone socket")]
