"""Who stands behind a rung at this moment: the duty roster and the family, as they are now; refuses to tell anybody."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Caregiver, Contact, Duty
from models.types import Post
from service.channels.outbox import Person
from service.intake.ladder import Rung
from service.intake.play import Ask, Look, Row, Script
from service.intake.within import play_within
from service.organisations.queries import around
from service.vault import masked_name

MOST_FAMILY = 3
PHONES = ("sms", "voice")
POSTS = frozenset(Post)


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


@dataclass(frozen=True, slots=True)
class Relative:
    """One of an elder's contacts."""

    id: int
    name: str


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


RELATIVES = "SELECT id, elder_id, name FROM contact WHERE elder_id = ANY($1) ORDER BY rank, id"
ROSTER = """
SELECT d.id, d.post, d.station_id, d.area_code, d.name, d.account_id, a.display, a.caregiver_id,
       (d.phone_sealed IS NOT NULL OR c.phone_sealed IS NOT NULL) AS numbered
FROM duty d LEFT JOIN account a ON a.id = d.account_id LEFT JOIN caregiver c ON c.id = a.caregiver_id
WHERE d.post = ANY($1) AND d.from_at <= $2 AND d.to_at > $2 AND a.disabled_at IS NULL
      AND (d.station_id = ANY($3) OR d.area_code = ANY($4))
ORDER BY d.id
"""
PROVIDERS = "SELECT id, name FROM provider WHERE id = ANY($1)"


class Directory:
    """Who stands behind rungs at one moment, from the rows that its questions give; they serve a whole batch."""

    def __init__(self, relatives: Iterable[Row], roster: Iterable[Row], providers: Iterable[Row]) -> None:
        self._families: dict[int, list[Relative]] = {}
        self._roster: dict[tuple[Post, int | str], list[OnDuty]] = {}
        self._providers: dict[int, str] = {row["id"]: row["name"] for row in providers}
        self._known: dict[tuple[Post, int | str | None, tuple[str, ...]], list[Person]] = {}
        for row in relatives:
            self._families.setdefault(row["elder_id"], []).append(Relative(row["id"], row["name"]))
        for row in roster:
            post = Post(row["post"])
            place = row["station_id"] if post is Post.STATION else row["area_code"]
            self._roster.setdefault((post, place or 0), []).append(_on_duty(row))

    @staticmethod
    def questions(places: Collection[Place], rungs: Collection[str], at: datetime) -> list[Ask]:
        """What a directory for these places and rungs is made of, in the order of its parts."""
        posts = [rung for rung in rungs if rung in POSTS]
        elders = _each(place.elder_id for place in places) if "family" in rungs else []
        stations = _each(place.station_id for place in places)
        codes = _each(code for place in places for code in around(place.area_code))
        return [
            Ask(RELATIVES, [elders]),
            Ask(ROSTER, [posts, at, stations, codes]),
            Ask(PROVIDERS, [_each(place.provider_id for place in places)]),
        ]

    @classmethod
    async def open(
        cls, session: AsyncSession, places: Collection[Place], rungs: Collection[Rung], at: datetime
    ) -> "Directory":
        """Read what these rungs ask for, within a transaction that has begun."""
        asks = cls.questions(places, [rung.name for rung in rungs], at)
        return cls(*await play_within(session, _look(asks)))

    def recipients(self, place: Place, rung: Rung) -> list[Person]:
        """Everybody to be told, each with the channels that can reach them. Raises UnknownRung."""
        if rung.name == "family":
            people = as_family(self._families.get(place.elder_id or 0, []), rung.channels)
        elif rung.name in POSTS:
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


def _on_duty(row: Row) -> OnDuty:
    name = masked_name(row["name"] or row["display"] or "")
    return OnDuty(f"duty:{row['id']}", name, row["account_id"], row["caregiver_id"], bool(row["numbered"]))


def _each(values: Iterable[Any]) -> list[Any]:
    """Each once, without None: what an array of a statement holds."""
    return [value for value in dict.fromkeys(values) if value is not None]


def _look(asks: Sequence[Ask]) -> Script:
    return (yield Look(asks))


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


def as_family(contacts: Sequence[Contact | Relative], channels: tuple[str, ...]) -> list[Person]:
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
