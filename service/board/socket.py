"""The desk's live socket: who may open it and what it shows; refuses phones and used tickets."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from service.accounts.tickets import holder_of
from service.auth import DESK, Actor
from service.board.snapshot import desk_picture
from service.clock import clock_of
from service.devices.queries import FleetGroup, counts_within, fleet_groups
from service.realtime.audience import Desk, Picture
from service.realtime.socket import LiveSocket
from service.realtime.wire import Event


class FleetCounts:
    """Adds the numbers of the fleet, within each scope, to what a terminal does."""

    topics = frozenset(f"terminal.{what}" for what in ("online", "offline", "low_battery", "placed", "taken_back"))

    async def load(self, session: AsyncSession) -> list[FleetGroup]:
        """The fleet by area and provider."""
        return await fleet_groups(session)

    def refine(self, event: Event, loaded: list[FleetGroup], actor: Actor) -> dict[str, Any]:
        """The event's data with `terminals`: total, online, low_battery in scope."""
        return {**event.data, "terminals": counts_within(loaded, actor)}


async def _authenticate(websocket: WebSocket, ticket: str) -> Actor | None:
    actor = await holder_of(websocket, ticket)
    return actor if actor is not None and actor.kind == "console" and actor.role in DESK else None


async def _snapshot(websocket: WebSocket, session: AsyncSession, actor: Actor) -> Picture:
    return await desk_picture(session, actor, clock_of(websocket))


desk_socket = LiveSocket(_authenticate, _snapshot, Desk, FleetCounts())

routes: list[BaseRoute] = [WebSocketRoute("/board/v1/socket", desk_socket.serve, name="desk socket")]
