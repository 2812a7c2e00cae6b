"""Who sits behind a socket and which events are theirs: consoles by area and provider, phones by caregiver."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from service.auth import Actor
from service.realtime.wire import PRIVATE, Event


class Audience(Protocol):
    """Everybody with the same `view` gets the same bytes; `sees` is asked for every event.

    `fields` names the choice of fields that `trimmed` makes: views that share it share their bytes too.
    """

    fields: str

    @property
    def view(self) -> Hashable: ...

    @property
    def actor(self) -> Actor: ...

    @property
    def caregiver_id(self) -> int | None:
        """Set when only events that name this caregiver can concern the audience."""

    def sees(self, event: Event) -> bool: ...

    def trimmed(self, event: Event) -> dict[str, Any]:
        """The event's data without what is not for these eyes."""


@dataclass(frozen=True)
class Desk:
    """A console: what lies in its areas, and for a provider's people only their provider's."""

    actor: Actor
    fields = "desk"
    caregiver_id = None

    @property
    def view(self) -> Hashable:
        return ("desk", tuple(sorted(self.actor.area_prefixes)), self.actor.provider_id)

    def sees(self, event: Event) -> bool:
        return not event.topic.startswith(PRIVATE) and self.actor.sees(event.area_code, event.provider_id)

    def trimmed(self, event: Event) -> dict[str, Any]:
        return event.data


@dataclass(frozen=True)
class Phone:
    """A caregiver's phone: what names that caregiver, and of it what a caregiver needs; nothing else."""

    actor: Actor
    fields = "phone"

    @property
    def caregiver_id(self) -> int:
        return self.actor.caregiver_id or 0

    @property
    def view(self) -> Hashable:
        return ("phone", self.actor.caregiver_id)

    def sees(self, event: Event) -> bool:
        return not event.topic.startswith(PRIVATE) and self.actor.caregiver_id in event.caregiver_ids

    def trimmed(self, event: Event) -> dict[str, Any]:
        return {name: _for_phones(name, value) for name, value in event.data.items() if name not in DESK_ONLY}


DESK_ONLY = frozenset({"terminals", "call"})
"""Parts of an event that are the desk's business."""
CARD_ON_PHONES = frozenset(
    {
        *("id", "kind", "playbook", "severity", "state", "drill", "elder", "place", "note", "outcome"),
        *("opened_at", "last_alert_at", "presses", "press_times", "terminal_id", "station_id", "provider_id"),
        *("acknowledged_at", "acknowledged_by", "assigned_at", "assigned_to", "on_scene_at", "recovering_at"),
        *("closed_at", "rung", "next_rung"),
    }
)
"""What of an incident's card goes to a caregiver's phone: a new field of the card does not, until it is here."""


def phone_card(card: dict[str, Any]) -> dict[str, Any]:
    """An incident's card as a caregiver's phone gets it."""
    return {field: value for field, value in card.items() if field in CARD_ON_PHONES}


def _for_phones(name: str, value: Any) -> Any:
    return phone_card(value) if name == "incident" and isinstance(value, dict) else value


@dataclass(frozen=True)
class Picture:
    """The whole state for one audience, and `personal(actor)`: the parts that differ from person to person or age."""

    shared: dict[str, Any]
    personal: Callable[[Actor], dict[str, Any]]


class Refiner(Protocol):
    """Adds to some topics what depends on who looks, such as counts within a scope."""

    topics: frozenset[str]

    async def load(self, session: AsyncSession) -> Any:
        """Read once for a whole delivery what all views need."""

    def refine(self, event: Event, loaded: Any, actor: Actor) -> dict[str, Any]:
        """The event's data for this actor."""
