"""Who sits behind a socket and which events are theirs: consoles by area and provider, phones by caregiver."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from service.auth import Actor
from service.realtime.wire import PRIVATE, Event


class Audience(Protocol):
    """Everybody with the same `view` gets the same text; `sees` is asked for every event."""

    @property
    def view(self) -> Hashable: ...

    @property
    def actor(self) -> Actor: ...

    def sees(self, event: Event) -> bool: ...


@dataclass(frozen=True)
class Desk:
    """A console: what lies in its areas, and for a provider's people only their provider's."""

    actor: Actor

    @property
    def view(self) -> Hashable:
        return ("desk", tuple(sorted(self.actor.area_prefixes)), self.actor.provider_id)

    def sees(self, event: Event) -> bool:
        return not event.topic.startswith(PRIVATE) and self.actor.sees(event.area_code, event.provider_id)


@dataclass(frozen=True)
class Phone:
    """A caregiver's phone: what names that caregiver, nothing else."""

    actor: Actor

    @property
    def view(self) -> Hashable:
        return ("phone", self.actor.caregiver_id)

    def sees(self, event: Event) -> bool:
        return not event.topic.startswith(PRIVATE) and self.actor.caregiver_id in event.caregiver_ids


class Refiner(Protocol):
    """Adds to some topics what depends on who looks, such as counts within a scope."""

    topics: frozenset[str]

    async def load(self, session: AsyncSession) -> Any:
        """Read once for a whole delivery what all views need."""

    def refine(self, event: Event, loaded: Any, actor: Actor) -> dict[str, Any]:
        """The event's data for this actor."""
