"""The live socket of caregivers' apps: own day and own calls, then what concerns this caregiver; nothing else."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from models.types import Role
from service.accounts.tickets import holder_of
from service.auth import Actor
from service.clock import clock_of, rfc3339
from service.emergencies.queries import own_incidents
from service.phone.today import today_view
from service.realtime.audience import Phone, Picture, phone_card
from service.realtime.socket import LiveSocket
from service.town_clock import town_time


async def authenticate(websocket: WebSocket, ticket: str) -> Actor | None:
    """The caregiver whose ticket this is, once; None for anybody else."""
    actor = await holder_of(websocket, ticket)
    return actor if actor is not None and actor.kind == "phone" and actor.role is Role.CAREGIVER else None


async def snapshot(websocket: WebSocket, session: AsyncSession, actor: Actor) -> Picture:
    """Everything the phone shows: today's route and the open calls of this caregiver."""
    clock = clock_of(websocket)
    shared = {
        "today": await today_view(session, actor, await town_time(session, clock)),
        "incidents": [phone_card(card) for card in await own_incidents(session, actor.caregiver_id or 0)],
    }
    return Picture(shared, lambda _: {"server_time": rfc3339(clock.now())})


phone_socket = LiveSocket(authenticate, snapshot, Phone)
routes: list[BaseRoute] = [WebSocketRoute("/phone/v1/socket", phone_socket.serve, name="phone socket")]
