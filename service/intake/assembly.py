"""Puts the intake together for the composition roots; refuses to know any door."""

from starlette.requests import HTTPConnection

from service.intake.committer import Committer
from service.intake.ground import Ground
from service.intake.heartbeats import Heartbeats
from service.intake.keys import KeyRing
from service.intake.limits import Limits
from service.intake.unverified import UnverifiedCaps
from service.vault import Vault


class Intake:
    """Committer, heartbeats, keys and limits of one process; `app.state.intake`."""

    def __init__(self, ground: Ground, vault: Vault) -> None:
        self.ground, self.clock, self.vault = ground, ground.clock, vault
        self.committer = Committer(ground)
        self.heartbeats = Heartbeats(ground)
        self.keys = KeyRing(ground, vault)
        self.limits = Limits()
        self.unverified = UnverifiedCaps(ground.clock.now())

    async def start(self) -> None:
        """Begin to take calls."""
        await self.committer.start()
        await self.heartbeats.start()

    async def stop(self) -> None:
        """Write what waits, then let the database go."""
        await self.committer.stop()
        await self.heartbeats.stop()
        await self.keys.close()


def intake_of(connection: HTTPConnection) -> Intake:
    """The application's intake, for the doors of terminals."""
    intake: Intake = connection.app.state.intake
    return intake
