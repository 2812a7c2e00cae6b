"""Who stands behind a rung at this moment: the duty roster and the family, as they are now; refuses to tell anybody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Caregiver, Contact, Duty, Provider
from models.types import Post
from service.channels.outbox import Person
from service.intake.ladder import Rung
from service.organisations.queries import around
from service.vault import masked_name

MOST_FAMILY = 3
PHONES = ("sms", "voice")


class UnknownRung(Exception):
    """A ladder names a rung that nobody can resolve."""


class Place(Protocol):
    """What of an incident says who answers for it; a row of it or the whole."""

    @property
    def elder_id(self) -> int | None: ...
    @property
    def station_id(self) -> int | None: ...
    @property
    def provider_id(self) -> int | None: ...
    @property
    def area_code(self) -> str | None: ...


@dataclass(frozen=True)
class OnDuty:
    """Somebody on duty now, and which ways lead to them."""

    target: str
    name: str
    account_id: int | None
    caregiver_id: int | None
    numbered: bool

    def by(self, channels: tuple[str, ...]) -> Person:
        """The phone's app for a caregiver, the console for others who sign in, a number where known."""
        signed_in, cares = self.account_id is not None, self.caregiver_id is not None
        able = {"push": cares, "console": signed_in and not cares, **dict.fromkeys(PHONES, self.numbered)}
        ways = tuple(channel for channel in channels if able.get(channel, False))
        return Person(self.target, self.name, ways, self.account_id, self.caregiver_id)


class Directory:
    """Who stands behind rungs at one moment; a few questions answer for all incidents of a batch."""

    def __init__(self) -> None:
        self._families: dict[int, list[Contact]] = {}
        self._roster: dict[tuple[Post, int | str], list[OnDuty]] = {}
        self._providers: dict[int, str] = {}
        self._known: dict[tuple[Post, int | str | None, tuple[str, ...]], list[Person]] = {}

    @classmethod
    async def open(
        cls, session: AsyncSession, places: Collection[Place], rungs: Collection[Rung], at: datetime
    ) -> "Directory":
        """Read the families, duties and providers that any of the rungs asks for."""
        directory = cls()
        names = {rung.name for rung in rungs}
        if "family" in names:
            await directory._read_families(session, {place.elder_id for place in places})
        posts = [Post(name) for name in names if name in set(Post)]
        if posts:
            await directory._read_roster(session, posts, places, at)
        if any("webhook" in rung.channels for rung in rungs):
            query = select(Provider.id, Provider.name).where(Provider.id.in_({place.provider_id for place in places}))
            directory._providers = dict((await session.execute(query)).all())
        return directory

    def recipients(self, place: Place, rung: Rung) -> list[Person]:
        """Everybody to be told, each with the channels that can reach them. Raises UnknownRung."""
        if rung.name == "family":
            people = as_family(self._families.get(place.elder_id or 0, []), rung.channels)
        elif rung.name in set(Post):
            people = self._people(Post(rung.name), place, rung.channels)
        else:
            raise UnknownRung(rung.name)
        name = self._providers.get(place.provider_id or 0) if "webhook" in rung.channels else None
        if name is not None:
            people = [*people, Person(f"provider:{place.provider_id}", name, ("webhook",))]
        return [person for person in people if person.channels]

    def _people(self, post: Post, place: Place, channels: tuple[str, ...]) -> list[Person]:
        where = place.station_id if post is Post.STATION else place.area_code
        if (post, where, channels) not in self._known:
            self._known[post, where, channels] = [one.by(channels) for one in self._on(post, place)]
        return self._known[post, where, channels]

    def _on(self, post: Post, place: Place) -> list[OnDuty]:
        """As `organisations.queries.on_duty`: of the station, or of the smallest area around that has anybody."""
        if post is Post.STATION:
            return self._roster.get((post, place.station_id or 0), [])
        found = (self._roster.get((post, code)) for code in around(place.area_code))
        return next((people for people in found if people), [])

    async def _read_families(self, session: AsyncSession, elders: set[int | None]) -> None:
        query = select(Contact).where(Contact.elder_id.in_(elders)).order_by(Contact.rank, Contact.id)
        for contact in await session.scalars(query):
            self._families.setdefault(contact.elder_id, []).append(contact)

    async def _read_roster(
        self, session: AsyncSession, posts: list[Post], places: Collection[Place], at: datetime
    ) -> None:
        stations = {place.station_id for place in places}
        codes = {code for place in places for code in around(place.area_code)}
        numbered = Duty.phone_sealed.is_not(None), Caregiver.phone_sealed.is_not(None)
        query = select(Duty.id, Duty.post, Duty.station_id, Duty.area_code, Duty.name, Duty.account_id, *numbered)
        query = query.add_columns(Account.display, Account.caregiver_id)
        query = query.outerjoin(Account, Account.id == Duty.account_id)
        query = query.outerjoin(Caregiver, Caregiver.id == Account.caregiver_id).where(Account.disabled_at.is_(None))
        query = query.where(Duty.post.in_(posts), Duty.from_at <= at, Duty.to_at > at)
        query = query.where(or_(Duty.station_id.in_(stations), Duty.area_code.in_(codes))).order_by(Duty.id)
        rows: Any = await session.execute(query)
        for ident, post, station_id, code, name, account_id, own, theirs, display, caregiver_id in rows:
            shown = masked_name(name or display or "")
            one = OnDuty(f"duty:{ident}", shown, account_id, caregiver_id, bool(own or theirs))
            place = station_id if post is Post.STATION else code
            self._roster.setdefault((post, place or 0), []).append(one)


async def person_on_duty(session: AsyncSession, duty: Duty, channels: tuple[str, ...]) -> Person:
    """Somebody on duty, with those of the channels that lead to them."""
    account = None if duty.account_id is None else await session.get(Account, duty.account_id)
    caregiver_id = None if account is None else account.caregiver_id
    numbered = duty.phone_sealed is not None
    if not numbered and caregiver_id is not None:
        numbered = await has_number(session, caregiver_id)
    name = masked_name(duty.name or (account.display if account is not None else ""))
    return OnDuty(f"duty:{duty.id}", name, duty.account_id, caregiver_id, numbered).by(channels)


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
