"""What the intake stands on: an address, a clock, a turn to write, a bell; refuses to load an ORM for it.

`service.db.Database` is one. An intake process of its own on PostgreSQL stands on an Outpost, which is nothing more.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from service.clock import Clock


class Gate(Protocol):
    """Who may write next."""

    def turn(self, urgent: bool = False) -> AbstractAsyncContextManager[None]:
        """Wait for the turn to write, hold it, pass it on."""


class Ground(Protocol):
    """A database as the intake needs it: `url` as in the settings, `embedded` for SQLite."""

    @property
    def url(self) -> str: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def embedded(self) -> bool: ...
    @property
    def gate(self) -> Gate: ...
    def ring(self, last: int) -> None:
        """Tell everybody in this process that events up to `last` are on disk."""


class OpenGate:
    """PostgreSQL orders writers itself."""

    @asynccontextmanager
    async def turn(self, urgent: bool = False) -> AsyncIterator[None]:
        """It is always everybody's turn."""
        yield


class Outpost:
    """PostgreSQL seen from an intake process of its own: nobody else is here, so nobody hears its bell."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url, self.clock, self.embedded, self.gate = url, clock, False, OpenGate()

    def ring(self, last: int) -> None:
        """The batch itself has notified the other processes."""
