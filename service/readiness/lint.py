"""Finds what would let a call go unheard before one comes; refuses to mend anything.

A finding is red when a rung of some ladder reaches nobody, yellow when it soon may. Nothing found is the only green.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Area, Contact, DemoClock, Duty, Elder, Household, Ladder, Station, Terminal
from models.types import AreaLevel, ChannelKind, Post
from service.auth import Actor
from service.channels.office import find_way
from service.clock import rfc3339
from service.devices.queries import IN_STOCK
from service.intake.ladder import readable
from service.settings import Settings
from service.vault import Vault

AHEAD = timedelta(days=7)
RED_WITHIN = timedelta(hours=24)
MOST_NAMED = 20
GATEWAYS = (ChannelKind.SMS, ChannelKind.VOICE)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: a stable code, how bad, where, how many, and what it is about (kind:id each)."""

    code: str
    level: str
    area_code: str | None = None
    count: int = 1
    subjects: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def lint(
    session: AsyncSession, settings: Settings, vault: Vault, now: datetime, actor: Actor | None = None
) -> list[Finding]:
    """Everything found, the red ones first; within the actor's scope, or everywhere without one."""
    found = [
        *await _channels(session, settings, vault),
        *await _ladders(session),
        *await _duty_gaps(session, now, actor),
        *await _numberless(session, now, actor),
        *await _terminals_nowhere(session, actor),
        *await _nobody_to_call(session, actor),
    ]
    return sorted(found, key=lambda one: (one.level != "red", one.code, one.area_code or "", one.subjects))


async def _channels(session: AsyncSession, settings: Settings, vault: Vault) -> list[Finding]:
    """Channels that end in a file: allowed in the demo only."""
    if await session.get(DemoClock, 1) is not None:
        return []
    ways = [await find_way(session, settings, vault, kind, None) for kind in GATEWAYS]
    return [Finding("channel.log_only", "red", facts={"channel": way.kind.value}) for way in ways if way.url is None]


async def _ladders(session: AsyncSession) -> list[Finding]:
    """Ladders in force that cannot be read: calls go by the next best one."""
    columns = select(*Ladder.__table__.columns).where(Ladder.retired_at.is_(None))
    rows = [dict(row) for row in (await session.execute(columns)).mappings()]
    fine = {ladder.id for ladder in readable(rows) if ladder.rungs}
    return [
        Finding("ladder.unreadable", "red", row["area_code"], subjects=[f"ladder:{row['id']}"])
        for row in rows
        if row["id"] not in fine
    ]


def _within(actor: Actor | None, area: Any, provider: Any = None) -> ColumnElement[bool]:
    return true() if actor is None else actor.scope(area, provider)


async def _duty_gaps(session: AsyncSession, now: datetime, actor: Actor | None) -> list[Finding]:
    """Posts that somebody relies on and that nobody holds at some time of the next week."""
    until = now + AHEAD
    query = select(Duty.post, Duty.area_code, Duty.station_id, Duty.from_at, Duty.to_at)
    held: dict[tuple[Post, str], list[Span]] = defaultdict(list)
    for post, area_code, station_id, from_at, to_at in await session.execute(
        query.where(Duty.from_at < until, Duty.to_at > now)
    ):
        held[(post, str(station_id) if post is Post.STATION else area_code)].append((from_at, to_at))
    found = []
    for post, place, area_code, name in await _places(session, actor):
        codes = [place] if post is Post.STATION else _around(place)
        spans = [span for code in codes for span in held.get((post, code), [])]
        holes = gaps(spans, now, until)
        if holes:
            found.append(_gap(post, place, area_code, name, holes, now))
    return found


def _gap(post: Post, place: str, area_code: str, name: str, holes: Sequence[Span], now: datetime) -> Finding:
    first = holes[0]
    minutes = round(sum((end - start).total_seconds() for start, end in holes) / 60)
    level = "red" if first[0] < now + RED_WITHIN else "yellow"
    subject = f"station:{place}" if post is Post.STATION else f"area:{place}"
    facts = {
        "post": post.value,
        "place": name,
        "from_at": rfc3339(first[0]),
        "to_at": rfc3339(first[1]),
        "minutes": minutes,
    }
    return Finding("duty.gap", level, area_code, len(holes), [subject], facts)


async def _places(session: AsyncSession, actor: Actor | None) -> list[tuple[Post, str, str, str]]:
    """Every post that some terminal's ladder relies on: (post, station id or area code, area code, its name)."""
    homes = select(Household.area_code).join(Terminal, Terminal.household_id == Household.id)
    communities = sorted(set(await session.scalars(homes.where(_within(actor, Household.area_code)).distinct())))
    districts = sorted({f"{code[:6]}000000" for code in communities})
    named = select(Area.code, Area.name).where(Area.level.in_([AreaLevel.DISTRICT, AreaLevel.COMMUNITY]))
    known = dict((await session.execute(named)).all())
    stations = select(Station.id, Station.area_code, Station.name).where(
        _within(actor, Station.area_code, Station.provider_id)
    )
    relied = exists(select(Terminal.id).where(Terminal.station_id == Station.id))
    rows = (await session.execute(stations.where(relied).order_by(Station.id))).all()
    above = (Post.DESK, Post.SUPERVISOR)
    found = [(post, code, code, known[code]) for code in districts if code in known for post in above]
    found += [(Post.STATION, str(ident), area_code, name) for ident, area_code, name in rows]
    return found + [(Post.VILLAGE, code, code, known.get(code, code)) for code in communities]


def _around(area_code: str) -> list[str]:
    """An area and those around it, as the roster is asked."""
    return list(dict.fromkeys((area_code, f"{area_code[:9]}000", f"{area_code[:6]}000000")))


def gaps(spans: Iterable[Span], begin: datetime, end: datetime) -> list[Span]:
    """The stretches between `begin` and `end` that no span covers."""
    holes, reached = [], begin
    for start, stop in sorted(spans):
        if start > reached:
            holes.append((reached, min(start, end)))
        reached = max(reached, stop)
        if reached >= end:
            break
    if reached < end:
        holes.append((reached, end))
    return holes


async def _numberless(session: AsyncSession, now: datetime, actor: Actor | None) -> list[Finding]:
    """People on duty within a week whom no channel reaches: no number, and no account that could sign in."""
    query = select(Duty.id, Duty.area_code, Duty.post).outerjoin(Account, Account.id == Duty.account_id)
    nowhere = Duty.phone_sealed.is_(None) & (Duty.account_id.is_(None) | Account.disabled_at.is_not(None))
    query = query.where(Duty.to_at > now, Duty.from_at < now + AHEAD, nowhere, _within(actor, Duty.area_code))
    rows = (await session.execute(query.order_by(Duty.id))).all()
    return _grouped("duty.unreachable", "red", [(area_code, f"duty:{ident}") for ident, area_code, _ in rows])


async def _terminals_nowhere(session: AsyncSession, actor: Actor | None) -> list[Finding]:
    """Terminals in use that belong to no dwelling: nobody would know where to go. Those in stock wait for one."""
    query = select(Terminal.area_code, Terminal.id).where(Terminal.household_id.is_(None), ~IN_STOCK)
    query = query.where(_within(actor, Terminal.area_code, Terminal.provider_id)).order_by(Terminal.id)
    return _grouped("terminal.no_address", "red", [tuple(row) for row in await session.execute(query)])


async def _nobody_to_call(session: AsyncSession, actor: Actor | None) -> list[Finding]:
    """Elders with a terminal and without any contact: the family's rung reaches nobody."""
    alone = ~exists(select(Contact.id).where(Contact.elder_id == Elder.id))
    equipped = exists(select(Terminal.id).where(Terminal.household_id == Elder.household_id))
    query = select(Elder.area_code, Elder.id).where(alone, equipped, _within(actor, Elder.area_code, Elder.provider_id))
    rows = await session.execute(query.order_by(Elder.id))
    return _grouped("elder.no_contact", "yellow", [(area_code, f"elder:{ident}") for area_code, ident in rows])


def _grouped(code: str, level: str, rows: Collection[Any]) -> list[Finding]:
    """One finding a district, naming the first twenty."""
    districts: dict[str | None, list[str]] = defaultdict(list)
    for area_code, subject in rows:
        districts[f"{area_code[:6]}000000" if area_code else None].append(str(subject))
    return [Finding(code, level, area, len(named), named[:MOST_NAMED]) for area, named in districts.items()]


async def count_terminals(session: AsyncSession) -> int:
    """How many terminals the lint looked at, for its last line on the command line."""
    return await session.scalar(select(func.count()).select_from(Terminal)) or 0
