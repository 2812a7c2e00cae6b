"""Puts the intake together for the composition root; refuses to know any door."""

from starlette.requests import HTTPConnection

from service.db import Database
from service.intake.committer import Committer
from service.intake.heartbeats import Heartbeats
from service.intake.keys import KeyRing
from service.intake.unverified import UnverifiedCaps
from service.vault import Vault


class Intake:
    """Committer, heartbeats, keys and caps of one process; `app.state.intake`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database, self.vault = database, vault
        self.committer = Committer(database)
        self.heartbeats = Heartbeats(database)
        self.keys = KeyRing(database, vault)
        self.unverified = UnverifiedCaps(database.clock.now())

    async def start(self) -> None:
        """Begin to take calls."""
        await self.committer.start()
        await self.heartbeats.start()

    async def stop(self) -> None:
        """Write what waits, then let the database go."""
        await self.committer.stop()
        await self.heartbeats.stop()


def intake_of(connection: HTTPConnection) -> Intake:
    """The application's intake, for the doors of terminals."""
    intake: Intake = connection.app.state.intake
    return intake
