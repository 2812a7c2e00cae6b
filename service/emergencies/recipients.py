"""Who stands behind a rung at this moment: the duty roster and the family, as they are now; refuses to tell anybody."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Caregiver, Contact, Duty, Incident, Provider
from models.types import Post
from service.channels.outbox import Person
from service.intake.ladder import Rung
from service.organisations.queries import on_duty
from service.vault import masked_name

MOST_FAMILY = 3
PHONES = ("sms", "voice")


class UnknownRung(Exception):
    """A ladder names a rung that nobody can resolve."""


class Directory:
    """Who stands behind rungs at one moment; asks once for a station or area, and once for all families."""

    def __init__(self, session: AsyncSession, at: datetime, families: dict[int, list[Contact]]) -> None:
        self._session, self._at, self._families = session, at, families
        self._posts: dict[tuple[Post, int | str | None, tuple[str, ...]], list[Person]] = {}

    @classmethod
    async def open(
        cls, session: AsyncSession, incidents: Iterable[Incident], rungs: Iterable[Rung], at: datetime
    ) -> "Directory":
        """Read the families that any of the rungs asks for."""
        families: dict[int, list[Contact]] = {}
        if any(rung.name == "family" for rung in rungs):
            elders = {incident.elder_id for incident in incidents if incident.elder_id is not None}
            query = select(Contact).where(Contact.elder_id.in_(elders)).order_by(Contact.rank, Contact.id)
            for contact in await session.scalars(query):
                families.setdefault(contact.elder_id, []).append(contact)
        return cls(session, at, families)

    async def recipients(self, incident: Incident, rung: Rung) -> list[Person]:
        """Everybody to be told, each with the channels that can reach them. Raises UnknownRung."""
        if rung.name == "family":
            people = as_family(self._families.get(incident.elder_id or 0, []), rung.channels)
        elif rung.name in set(Post):
            people = await self._on_post(Post(rung.name), incident, rung.channels)
        else:
            raise UnknownRung(rung.name)
        if "webhook" in rung.channels and incident.provider_id is not None:
            provider = await self._session.get_one(Provider, incident.provider_id)
            people = [*people, Person(f"provider:{provider.id}", provider.name, ("webhook",))]
        return [person for person in people if person.channels]

    async def _on_post(self, post: Post, incident: Incident, channels: tuple[str, ...]) -> list[Person]:
        place = incident.station_id if post is Post.STATION else incident.area_code
        key = (post, place, channels)
        if key not in self._posts:
            self._posts[key] = await on_post(self._session, post, incident, channels, self._at)
        return self._posts[key]


async def on_post(
    session: AsyncSession, post: Post, incident: Incident, channels: tuple[str, ...], at: datetime
) -> list[Person]:
    """Whoever is on duty at a post for the place of the incident."""
    if post is Post.STATION:
        if incident.station_id is None:
            return []
        roster = await on_duty(session, post, at, station_id=incident.station_id)
    else:
        roster = await on_duty(session, post, at, area_code=incident.area_code)
    return [await person_on_duty(session, duty, channels) for duty in roster]


async def person_on_duty(session: AsyncSession, duty: Duty, channels: tuple[str, ...]) -> Person:
    """Somebody on duty; the phone's app for a caregiver, the console for others who sign in, a number where known."""
    account = None if duty.account_id is None else await session.get(Account, duty.account_id)
    caregiver_id = None if account is None else account.caregiver_id
    numbered = duty.phone_sealed is not None
    if not numbered and caregiver_id is not None:
        numbered = await has_number(session, caregiver_id)
    able = {"push": caregiver_id is not None, "console": account is not None and caregiver_id is None}
    able |= dict.fromkeys(PHONES, numbered)
    name = masked_name(duty.name or (account.display if account is not None else ""))
    ways = tuple(channel for channel in channels if able.get(channel, False))
    return Person(f"duty:{duty.id}", name, ways, duty.account_id, caregiver_id)


async def family(session: AsyncSession, elder_id: int | None, channels: tuple[str, ...]) -> list[Person]:
    """The first three contacts of the elder, in their order."""
    query = select(Contact).where(Contact.elder_id == elder_id).order_by(Contact.rank, Contact.id).limit(MOST_FAMILY)
    return as_family((await session.scalars(query)).all(), channels)


def as_family(contacts: Sequence[Contact], channels: tuple[str, ...]) -> list[Person]:
    """The first three of an elder's contacts, by those channels that reach a telephone."""
    ways = tuple(channel for channel in channels if channel in PHONES)
    return [Person(f"contact:{one.id}", masked_name(one.name), ways) for one in contacts[:MOST_FAMILY]]


async def caregiver(session: AsyncSession, caregiver_id: int) -> Person:
    """A caregiver who is sent: by the app, else by message, else by voice."""
    person = await session.get_one(Caregiver, caregiver_id)
    ways = ("push", *(PHONES if person.phone_sealed is not None else ()))
    return Person(f"caregiver:{caregiver_id}", masked_name(person.name), ways, None, caregiver_id)


async def has_number(session: AsyncSession, caregiver_id: int) -> bool:
    """Whether a caregiver's number is known."""
    query = select(Caregiver.id).where(Caregiver.id == caregiver_id, Caregiver.phone_sealed.is_not(None))
    return await session.scalar(query) is not None
