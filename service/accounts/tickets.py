"""Takes the tickets of all sockets that begin at once in one transaction; refuses a used one and an ended session."""

from starlette.requests import HTTPConnection

from service.accounts.sessions import redeem_tickets
from service.auth import Actor, actors_of_sessions
from service.clock import Clock, clock_of
from service.db import Database, database_of
from service.realtime.admission import Claims


class TicketDesk:
    """The ticket taker of one process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self.claims: Claims[str, Actor] = Claims(self._take)

    async def _take(self, tickets: list[str]) -> dict[str, Actor]:
        now = self._clock.now()
        async with self._database.writing() as session:
            seats = await redeem_tickets(session, tickets, now)
            actors = await actors_of_sessions(session, set(seats.values()), now) if seats else {}
        return {ticket: actors[seat] for ticket, seat in seats.items() if seat in actors}


async def holder_of(connection: HTTPConnection, ticket: str) -> Actor | None:
    """Who this ticket was given to, once; None for a used, late or unknown one and for a session that has ended."""
    state = connection.app.state
    if not hasattr(state, "ticket_desk"):
        state.ticket_desk = TicketDesk(database_of(connection), clock_of(connection))
    desk: TicketDesk = state.ticket_desk
    return await desk.claims.claim(ticket)
