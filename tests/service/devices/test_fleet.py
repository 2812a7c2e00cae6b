"""The fleet: counted within scope, keys sealed and shown once, tasks to call back done by one person."""

from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, text

from models import Account, Household, Terminal, UnreadableCall
from models.types import Role
from service.auth import Actor
from service.db import Database
from service.devices import actions, queries
from service.errors import NotFound
from service.intake.handover import BadClaim, claim
from service.intake.keys import open_key
from service.intake.store import store_for
from service.vault import Vault


def actor(*prefixes: str, provider: int | None = None) -> Actor:
    return Actor(1, "wu", "吴", Role.DISPATCHER, provider, None, None, (), prefixes, 1, "console")


@pytest.mark.parametrize(
    ("who", "total"), [(actor("370613"), 3), (actor("370602"), 2), (actor(""), 4), (actor("370613", provider=1), 3)]
)
async def test_counts_are_those_of_the_scope(fleet: Database, who: Actor, total: int) -> None:
    """Each desk counts what it sees, the placeless terminal too, and the list agrees with the count."""
    async with fleet.reading() as session:
        counts = await queries.terminal_counts(session, who)
        listed, following = await queries.list_terminals(session, who, "", 50)
    assert (counts, len(listed), following) == ({"total": total, "online": total, "low_battery": 0}, total, None)


async def test_the_list_pages_by_id_and_shows_no_key(fleet: Database) -> None:
    """Two at a time, every terminal once."""
    names, after = [], ""
    async with fleet.reading() as session:
        while after is not None:
            rows, after = await queries.list_terminals(session, actor(""), after, 2)  # type: ignore[assignment]
            names += [row["id"] for row in rows]
    assert names == ["T-1", "T-2", "T-3", "T-9"]
    assert not any("key" in name for name in rows[0])


async def test_a_key_is_sealed_for_its_own_terminal_only(fleet: Database, vault: Vault) -> None:
    """What install gives opens from the row of that terminal, and from no other's."""
    async with fleet.writing() as session:
        home = await session.get_one(Household, 1)
        now = fleet.clock.now()
        key = actions.install_terminal(session, vault, now, "T-5", "bedside 1", home, elder_id=1, station_id=1)
    async with fleet.reading() as session:
        row = await session.get_one(Terminal, "T-5")
    assert open_key(vault, "T-5", row.key_sealed) == key
    with pytest.raises(InvalidTag):
        open_key(vault, "T-6", row.key_sealed)


async def test_a_claim_code_is_for_one_terminal_in_scope_and_one_day(fleet: Database, vault: Vault) -> None:
    """Nobody makes a code for a foreign terminal; after 24 h it is worth nothing, nor once another has been used."""
    now = fleet.clock.now()
    async with fleet.writing() as session:
        with pytest.raises(NotFound):
            await actions.issue_claim_code(session, actor("370602"), "T-1", now)
        code, spare = [await actions.issue_claim_code(session, actor("370613"), "T-1", now) for _ in range(2)]
    assert len(code) == 32
    store = store_for(fleet)
    with pytest.raises(BadClaim):
        await store.play(claim(code, vault, now + timedelta(hours=24, seconds=1), fleet.embedded))
    assert (await store.play(claim(code, vault, now, fleet.embedded)))[0] == "T-1"
    for worthless in (code, spare):
        with pytest.raises(BadClaim):
            await store.play(claim(worthless, vault, now, fleet.embedded))
    await store.close()


async def test_one_person_calls_back(fleet: Database) -> None:
    """The second one is told; outsiders see no such task; the event says that it is done."""
    now = fleet.clock.now()
    async with fleet.writing() as session:
        session.add(Account(id=1, name="wu", display="吴", role=Role.DISPATCHER, made_at=now))
        session.add(UnreadableCall(id=1, terminal_id="T-1", problem="not JSON", body=b"{", received_at=now))
    async with fleet.reading() as session:
        assert [task["id"] for task in await queries.call_back_views(session, actor("370613"))] == [1]
        assert await queries.call_back_views(session, actor("370602")) == []
        with pytest.raises(NotFound):
            await queries.get_call_back(session, actor("370602"), 1)
    async with fleet.writing() as session:
        call = await actions.call_back(session, actor("370613"), 1, now)
        assert call.called_back_by == 1
    async with fleet.writing() as session:
        with pytest.raises(actions.AlreadyCalledBack):
            await actions.call_back(session, actor("370613"), 1, now)
    async with fleet.reading() as session:
        assert await queries.call_back_views(session, actor("370613")) == []
        assert (await session.scalars(select(text("topic")).select_from(text("event")))).all() == [
            "terminal.called_back"
        ]
