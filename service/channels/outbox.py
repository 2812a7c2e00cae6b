"""The rows of notices: post, claim, settle, stop. Each statement hits a row only in the state it expects."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from models import Notice
from models.types import ChannelKind, NoticeState
from service.channels.channel import Verdict
from service.channels.live import RECEIPT_S
from service.db import NOW
from service.intake.ledger import dumps
from service.intake.play import Tell
from service.intake.sql import NOTICE_COLUMNS, insert

LEASE = timedelta(seconds=10)
MOST_TRIES = 3
LIVE = (ChannelKind.CONSOLE, ChannelKind.PUSH)
SAME = (
    *("incident_id", "step", "cycle", "rung", "target", "name", "account_id", "caregiver_id", "text"),
    *("provider_id", "area_code", "must"),
)
WAITING = (NoticeState.PENDING, NoticeState.LEASED)


@dataclass(frozen=True)
class Person:
    """Somebody to be told: `target` is kind:id, `channels` the ways to try one after the other."""

    target: str
    name: str
    channels: tuple[str, ...]
    account_id: int | None = None
    caregiver_id: int | None = None


@dataclass(frozen=True)
class Occasion:
    """Why people are told: the incident's rung, at one turn of it, with the words that are sent."""

    incident_id: int
    step: int
    cycle: int
    rung: str
    text: str
    provider_id: int | None
    area_code: str | None
    must: bool = False


WHY = attrgetter(*Occasion.__dataclass_fields__)


async def post(session: AsyncSession, occasion: Occasion, people: Sequence[Person], now: datetime) -> int:
    """Queue one notice a person by their first channel, in the caller's transaction; one that exists stays as it is."""
    told = 0
    for person in people:
        if person.channels:
            told += await _insert(session, _row(occasion, person, now))
    return told


def posting(posted: Sequence[tuple[Occasion, Sequence[Person]]], now: datetime) -> Tell:
    """The step of a script that queues the notices of many occasions; those that exist stay as they are."""
    keys = new_keys(now)
    rows = [values for occasion, people in posted for values in _values(occasion, people, now, keys)]
    return Tell(f"{insert('notice', NOTICE_COLUMNS)} ON CONFLICT DO NOTHING", rows, alike=True)


def _values(
    occasion: Occasion, people: Sequence[Person], now: datetime, keys: Iterator[str]
) -> Iterator[tuple[Any, ...]]:
    """The values of NOTICE_COLUMNS for each person, as `_row` has them by name."""
    why = WHY(occasion)
    later = now + timedelta(seconds=RECEIPT_S)
    for person in people:
        if person.channels:
            first, *then = person.channels
            who = (person.target, person.name[:60], person.account_id, person.caregiver_id)
            life = (next(keys), NoticeState.PENDING, 0, now, later if first in LIVE else now)
            yield *why, *who, first, dumps(then), *life


def new_keys(now: datetime) -> Iterator[str]:
    """What a gateway tells repeats by: UUIDs of version 7 (RFC 9562), time first, each one above the last.

    Random ones fall all over their index: a batch of four hundred wrote every page of it to the disk anew.
    """
    moment, chance = f"{int(now.timestamp() * 1000):012x}", int.from_bytes(os.urandom(9))
    while True:
        version, rest = 0x7000 | chance >> 62 & 0xFFF, 1 << 63 | chance & (1 << 62) - 1
        last = f"{rest:016x}"
        yield f"{moment[:8]}-{moment[8:]}-{version:04x}-{last[:4]}-{last[4:]}"
        chance += 1


def _row(occasion: Occasion, person: Person, now: datetime) -> dict[str, Any]:
    first, *then = person.channels
    return {
        **{name: getattr(occasion, name) for name in occasion.__dataclass_fields__},
        "target": person.target,
        "name": person.name[:60],
        "account_id": person.account_id,
        "caregiver_id": person.caregiver_id,
        "channel": ChannelKind(first),
        "then": then,
        "key": next(new_keys(now)),
        "state": NoticeState.PENDING,
        "attempts": 0,
        "made_at": now,
        "due_at": _first_due(ChannelKind(first), now),
    }


def _first_due(channel: ChannelKind, now: datetime) -> datetime:
    """A live page is out with the commit: what is due later is the look for its receipt."""
    return now + timedelta(seconds=RECEIPT_S) if channel in LIVE else now


async def _insert(session: AsyncSession, row: Mapping[str, Any]) -> int:
    postgres = session.get_bind().dialect.name == "postgresql"
    adding = (postgresql if postgres else sqlite).insert(Notice).values(row)
    added = await session.execute(adding.on_conflict_do_nothing().returning(Notice.id))
    return len(added.all())


async def anything_due(session: AsyncSession) -> bool:
    """Whether a claim is worth a write transaction."""
    query = select(Notice.id).where(Notice.state.in_(WAITING), Notice.due_at <= NOW).limit(1)
    return (await session.scalars(query)).first() is not None


async def claim(
    session: AsyncSession, channel: ChannelKind, most: int, busy: Collection[int | None] = ()
) -> list[tuple[Notice, bool]]:
    """Lease the notices of one channel that are due, the longest waiting first; none of providers that are `busy`.

    With each: whether it may have been sent already. A lease that ran out is due as well, its process is gone.
    """
    due = select(Notice.id, Notice.state).where(
        Notice.channel == channel, Notice.state.in_(WAITING), Notice.due_at <= NOW
    )
    if busy:
        due = due.where(func.coalesce(Notice.provider_id, 0).not_in([provider or 0 for provider in busy]))
    due = due.order_by(Notice.due_at, Notice.id).limit(most).with_for_update(skip_locked=True)
    before = dict((await session.execute(due)).all())
    if not before:
        return []
    now = (await session.execute(select(NOW))).scalar_one()
    mine = update(Notice).where(Notice.id.in_(before), Notice.state.in_(WAITING))
    taken = mine.values(
        state=NoticeState.LEASED, attempts=Notice.attempts + 1, leased_until_at=now + LEASE, due_at=now + LEASE
    )
    rows = await session.scalars(taken.returning(Notice).execution_options(populate_existing=True))
    return [(row, before[row.id] is NoticeState.LEASED) for row in sorted(rows, key=lambda row: row.id)]


async def settle(session: AsyncSession, notice: Notice, verdict: Verdict) -> bool:
    """Write what became of a leased notice; False when it is not ours any more.

    One that did not arrive goes on at once by the person's next channel, and is itself tried up to three times. One
    that was stopped meanwhile and did go out is sent all the same.
    """
    now = (await session.execute(select(NOW))).scalar_one()
    values: dict[str, Any] = {"state": verdict.state, "problem": verdict.problem, "leased_until_at": None}
    if verdict.arrived:
        values["seen_at" if verdict.state is NoticeState.SEEN else "sent_at"] = now
    elif verdict.again and notice.attempts < MOST_TRIES:
        values |= {"state": NoticeState.PENDING, "due_at": now + timedelta(seconds=2.0**notice.attempts)}
    if not await _hit(session, notice, NoticeState.LEASED, values):
        if verdict.arrived:
            await _hit(session, notice, NoticeState.STOPPED, values)
        return False
    if not verdict.arrived and notice.then:
        await _insert(session, _following(notice, now))
    return True


async def _hit(session: AsyncSession, notice: Notice, state: NoticeState, values: dict[str, Any]) -> bool:
    ours = (Notice.id == notice.id) & (Notice.state == state) & (Notice.attempts == notice.attempts)
    done = update(Notice).where(ours).values(values).returning(Notice.id)
    return (await session.execute(done.execution_options(synchronize_session=False))).first() is not None


def _following(notice: Notice, now: datetime) -> dict[str, Any]:
    """The same words to the same person by the next channel."""
    first, *then = notice.then
    channel = ChannelKind(first)
    fresh = {"key": next(new_keys(now)), "state": NoticeState.PENDING, "attempts": 0, "made_at": now}
    kept = {name: getattr(notice, name) for name in SAME}
    return kept | fresh | {"channel": channel, "then": then, "due_at": _first_due(channel, now)}


async def stop(session: AsyncSession, incident_id: int, *, keep_step: int | None = None) -> None:
    """Nothing more about this incident goes out, but what a process is sending already, and notices of `keep_step`."""
    waiting = update(Notice).where(Notice.incident_id == incident_id, Notice.state.in_(WAITING))
    if keep_step is not None:
        waiting = waiting.where(Notice.step != keep_step)
    await session.execute(waiting.values(state=NoticeState.STOPPED).execution_options(synchronize_session=False))
