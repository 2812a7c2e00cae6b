"""Accounts: made by an admin, opened by a one-time link, closed at once with every session and socket."""

import asyncio
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from models import Account, Event, Ticket
from models.types import Role
from service.accounts import actions, sessions
from service.accounts.setup import create_first_admin
from service.auth import actor_of_session
from service.clock import Clock
from service.db import Database
from service.errors import BadInput, Conflict
from service.settings import Settings
from tests.fixtures.house import SECRET
from tests.service.accounts.desk import LAISHAN, PASSWORD, YANTAI_STREET, Desk


async def set_password(desk: Desk, token: str, password: str = PASSWORD) -> httpx.Response:
    return await desk.client().post("/api/session/link", json={"token": token, "password": password})


async def link_for(desk: Desk, account_id: int) -> str:
    admin = await desk.signed_in("qi")
    return str((await admin.post(f"/api/accounts/{account_id}/link")).json()["link_token"])


async def test_an_account_is_opened_by_its_link_once(desk: Desk) -> None:
    """Made without a password, opened by the link, signed in with the password; the link is then worth nothing."""
    admin = await desk.signed_in("qi")
    body = {"name": "lin", "display": "林静", "role": "dispatcher", "areas": [LAISHAN]}
    made = await admin.post("/api/accounts", json=body)
    assert made.status_code == 201 and made.json()["account"]["has_password"] is False
    token = await link_for(desk, made.json()["account"]["id"])
    assert (await set_password(desk, token)).status_code == 204
    signed = await desk.client().post("/api/session", json={"name": "lin", "password": PASSWORD})
    assert signed.status_code == 200
    again = await set_password(desk, token, "another good one 1")
    assert again.status_code == 401 and again.json()["code"] == "session.bad_link"


async def test_a_link_runs_out_and_is_replaced_by_a_newer_one(desk: Desk) -> None:
    """After 24 hours, or when a newer link was given, a link does not open."""
    first, second = await link_for(desk, desk.people["wu"]), await link_for(desk, desk.people["wu"])
    assert (await set_password(desk, first)).status_code == 401
    desk.clock.shift(hours=25)
    assert (await set_password(desk, second)).status_code == 401


async def test_one_link_used_by_two_at_once_opens_once(desk: Desk) -> None:
    """Two uses of one link at the same moment: one sets the password."""
    token = await link_for(desk, desk.people["wu"])
    answers = await asyncio.gather(*[set_password(desk, token, f"{PASSWORD} {n}") for n in range(2)])
    assert sorted(answer.status_code for answer in answers) == [204, 401]


async def test_guessing_links_is_slowed_down(desk: Desk) -> None:
    """A source that tries links waits longer and longer."""
    answers = [(await set_password(desk, f"guess {n}")).status_code for n in range(8)]
    assert 429 in answers


async def test_a_new_password_ends_every_session(desk: Desk) -> None:
    """Whoever was signed in with the old password is out."""
    client = await desk.signed_in("wu")
    await set_password(desk, await link_for(desk, desk.people["wu"]))
    assert (await client.get("/api/session")).status_code == 401


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaa", "xx" * 80])
async def test_weak_passwords_are_refused_with_what_would_do(desk: Desk, weak: str) -> None:
    """The answer names the field and what is accepted, and the link stays good."""
    token = await link_for(desk, desk.people["wu"])
    refused = await set_password(desk, token, weak)
    assert refused.status_code == 422 and refused.json()["fields"][0]["field"] == "password"
    assert (await set_password(desk, token)).status_code == 204


async def test_a_disabled_account_is_out_and_its_sockets_are_told(desk: Desk) -> None:
    """Disabling ends every session in the same moment and tells the sockets by an event."""
    client = await desk.signed_in("wu")
    admin = await desk.signed_in("qi")
    for _ in range(2):
        answer = await admin.post(f"/api/accounts/{desk.people['wu']}/disable")
        assert answer.json()["account"]["disabled_at"] is not None
    assert (await client.get("/api/session")).status_code == 401
    async with desk.database.reading() as session:
        told = (await session.scalars(select(Event.subject).where(Event.topic == "session.ended"))).all()
    assert len(told) == 1


async def test_the_same_name_is_taken_once(desk: Desk) -> None:
    """Two admins who make the same account at once make one."""
    admin = await desk.signed_in("qi")
    body = {"name": "twin", "display": "Twin", "role": "supervisor"}
    answers = await asyncio.gather(*[admin.post("/api/accounts", json=body) for _ in range(2)])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {"account.name_taken"} == {answer.json()["code"] for answer in answers if answer.status_code == 409}


async def test_an_admin_gives_away_only_what_they_have(desk: Desk) -> None:
    """An admin of one street makes accounts there, not in the district and not without areas; sees only theirs."""
    await desk.add("small", Role.ADMIN, [YANTAI_STREET])
    admin = await desk.signed_in("small")
    body = {"name": "new", "display": "New", "role": "dispatcher"}
    for areas, status in (([LAISHAN], 403), ([], 403), (["370613999000"], 403), ([YANTAI_STREET], 201)):
        assert (await admin.post("/api/accounts", json={**body, "areas": areas})).status_code == status
    names = [account["name"] for account in (await admin.get("/api/accounts")).json()["items"]]
    assert names == ["small", "new"]
    assert (await admin.post(f"/api/accounts/{desk.people['wu']}/link")).status_code == 404


async def test_accounts_are_the_admins_business(desk: Desk) -> None:
    """Nobody else lists, makes or disables accounts, and no answer ever carries a hash."""
    client = await desk.signed_in("wu")
    assert (await client.get("/api/accounts")).status_code == 403
    assert (await client.post(f"/api/accounts/{desk.people['sun']}/disable")).status_code == 403
    text = (await (await desk.signed_in("qi")).get("/api/accounts")).text
    assert "hash" not in text and "argon2" not in text


@pytest.mark.parametrize(
    "wrong", [{"name": "a\x00b"}, {"name": " "}, {"role": "king"}, {"areas": ["37"]}, {"extra": 1}, {"caregiver_id": 0}]
)
async def test_bad_input_makes_no_account(desk: Desk, wrong: dict[str, object]) -> None:
    """Control characters, unknown roles, areas and fields are refused, and nothing half-made stays."""
    admin = await desk.signed_in("qi")
    body = {"name": "lin", "display": "Lin", "role": "dispatcher", "areas": [LAISHAN]} | wrong
    assert (await admin.post("/api/accounts", json=body)).status_code == 422
    async with desk.database.reading() as session:
        assert len((await session.scalars(select(Account.id))).all()) == 4


async def test_a_ticket_opens_one_socket_of_its_own_session_within_thirty_seconds(desk: Desk) -> None:
    """Of twenty uses at once one wins; a late one, an unknown one and one whose session ended open nothing."""
    client = await desk.signed_in("wu")
    answer = (await client.post("/api/socket-ticket")).json()
    assert answer["expires_s"] == 30

    async def redeem(ticket: str) -> int | None:
        async with desk.database.writing() as session:
            return (await sessions.redeem_tickets(session, [ticket], desk.clock.now())).get(ticket)

    won = [one for one in await asyncio.gather(*[redeem(answer["ticket"]) for _ in range(20)]) if one is not None]
    assert len(won) == 1
    async with desk.database.reading() as session:
        actor = await actor_of_session(session, won[0], desk.clock.now())
        assert actor is not None and actor.name == "wu"
        assert answer["ticket"].encode() not in (await session.scalars(select(Ticket.token_hash))).all()
    assert await redeem("unknown") is None
    late = (await client.post("/api/socket-ticket")).json()["ticket"]
    desk.clock.shift(seconds=31)
    assert await redeem(late) is None
    kept = (await client.post("/api/socket-ticket")).json()["ticket"]
    await client.delete("/api/session")
    seat = await redeem(kept)
    async with desk.database.reading() as session:
        assert seat is not None and await actor_of_session(session, seat, desk.clock.now()) is None


async def test_what_has_run_out_is_forgotten_and_nothing_else(desk: Desk) -> None:
    """Old tickets and sessions go, live ones stay."""
    client = await desk.signed_in("wu")
    await client.post("/api/socket-ticket")
    desk.clock.shift(days=31)
    fresh = await desk.signed_in("sun")
    async with desk.database.writing() as session:
        await sessions.forget_old(session, desk.clock.now())
    async with desk.database.reading() as session:
        assert (await session.scalars(select(Ticket.session_id))).all() == []
    assert (await fresh.get("/api/session")).status_code == 200


async def test_the_first_admin_comes_from_the_command_line(database_url: str, tmp_path: Path) -> None:
    """`admin create` answers a link that opens the account; asked again before it was used, a new one."""
    settings = Settings(home=tmp_path, database_url=database_url, secret_key=SECRET)
    await create_first_admin(settings, "boss")
    link = await create_first_admin(settings, "boss")
    token = link.rpartition("/")[2]
    assert "#" in link.partition(token)[0]
    clock = Clock()
    database = Database(database_url, clock)
    try:
        async with database.writing() as session:
            await actions.use_link(session, token, "a hash", clock.now())
        with pytest.raises(Conflict):
            await create_first_admin(settings, "boss")
    finally:
        await database.close()


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 61])
async def test_the_first_admin_has_a_name(database_url: str, tmp_path: Path, name: str) -> None:
    """What nobody could type at the sign-in is refused before the database is opened."""
    with pytest.raises(BadInput):
        await create_first_admin(Settings(home=tmp_path / "home", database_url=database_url, secret_key=SECRET), name)
    assert not (tmp_path / "home").exists()
