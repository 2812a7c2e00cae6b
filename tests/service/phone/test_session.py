"""Phones sign in with tokens that can be lost, copied and taken away again."""

import asyncio

import httpx
from sqlalchemy import select

from models import Event, Session
from models.types import Role
from tests.service.accounts.desk import PASSWORD, Desk

URL = "/phone/v1"


async def sign_in(desk: Desk, name: str = "lin") -> dict[str, str]:
    body = {"name": name, "password": PASSWORD, "device": "test phone"}
    answer = await desk.client().post(f"{URL}/session", json=body)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()
    return tokens


async def phone(desk: Desk, name: str = "lin") -> httpx.AsyncClient:
    return desk.client(bearer=(await sign_in(desk, name))["access_token"])


async def refresh(desk: Desk, token: str) -> httpx.Response:
    return await desk.client().post(f"{URL}/session/refresh", json={"refresh_token": token})


async def test_a_phone_signs_in_and_out(desk: Desk) -> None:
    """The access token opens the door until the phone signs out."""
    client = await phone(desk)
    assert (await client.get(f"{URL}/today")).json()["caregiver"]["name"] == "lin"
    assert (await client.delete(f"{URL}/session")).status_code == 204
    assert (await client.get(f"{URL}/today")).status_code == 401


async def test_only_caregivers_come_in_by_this_door(desk: Desk) -> None:
    """Everybody else is refused, by password, by cookie and by a console session sent as bearer; nor the reverse."""
    await desk.add("zhao", Role.STATION_MANAGER, password=PASSWORD)
    answer = await desk.client().post(f"{URL}/session", json={"name": "zhao", "password": PASSWORD})
    assert answer.status_code == 403
    console = await desk.signed_in("wu")
    assert (await console.get(f"{URL}/today")).status_code == 401
    secret = console.cookies["unwalled_session"]
    assert (await desk.client(bearer=secret).get(f"{URL}/today")).status_code == 401
    assert (await (await phone(desk)).get("/api/incidents")).status_code == 401


async def test_access_ends_after_an_hour_and_is_renewed_by_the_refresh_token(desk: Desk) -> None:
    """A refresh gives new tokens for the same session; the old access token is worth nothing then."""
    tokens = await sign_in(desk)
    desk.clock.shift(minutes=61)
    assert (await desk.client(bearer=tokens["access_token"]).get(f"{URL}/today")).status_code == 401
    renewed = (await refresh(desk, tokens["refresh_token"])).json()
    assert (await desk.client(bearer=renewed["access_token"]).get(f"{URL}/today")).status_code == 200
    assert (await refresh(desk, renewed["refresh_token"])).status_code == 200


async def test_a_refresh_token_that_comes_twice_ends_the_session(desk: Desk) -> None:
    """Whoever copied a token loses it with its owner: the session ends, its sockets too, and nothing renews it."""
    tokens = await sign_in(desk)
    renewed = (await refresh(desk, tokens["refresh_token"])).json()
    assert (await refresh(desk, tokens["refresh_token"])).status_code == 401
    assert (await desk.client(bearer=renewed["access_token"]).get(f"{URL}/today")).status_code == 401
    assert (await refresh(desk, renewed["refresh_token"])).status_code == 401
    async with desk.database.reading() as session:
        topics = (await session.execute(select(Event.topic, Event.subject))).all()
        seat = (await session.scalars(select(Session.id).where(Session.kind == "phone"))).one()
    assert ("session.ended", f"session:{seat}") in [tuple(row) for row in topics]


async def test_nobody_ends_a_session_by_guessing(desk: Desk) -> None:
    """A made-up refresh token with a real session's number changes nothing."""
    tokens = await sign_in(desk)
    number, nonce, mark = tokens["refresh_token"].split(".")
    for forged in (f"{number}.{nonce}.{'0' * 64}", f"{number}.x.{mark}", f"{number}..", "1", "", "é.é.é", "9" * 50):
        assert (await refresh(desk, forged or "x")).status_code == 401
    assert (await desk.client(bearer=tokens["access_token"]).get(f"{URL}/today")).status_code == 200


async def test_one_token_refreshed_by_many_at_once_gives_one_session_at_most(desk: Desk) -> None:
    """Of ten uses of one token at the same moment at most one gets tokens."""
    tokens = await sign_in(desk)
    answers = await asyncio.gather(*[refresh(desk, tokens["refresh_token"]) for _ in range(10)])
    assert [answer.status_code for answer in answers].count(200) == 1


async def test_another_phone_ends_the_first(desk: Desk) -> None:
    """One phone each: signing in elsewhere signs the lost phone out."""
    lost = await phone(desk)
    await phone(desk)
    assert (await lost.get(f"{URL}/today")).status_code == 401


async def test_a_disabled_caregiver_is_out_at_once(desk: Desk) -> None:
    """Disabling the account ends the phone's session and its refresh."""
    tokens = await sign_in(desk)
    admin = await desk.signed_in("qi")
    assert (await admin.post(f"/api/accounts/{desk.people['lin']}/disable")).status_code == 200
    assert (await desk.client(bearer=tokens["access_token"]).get(f"{URL}/today")).status_code == 401
    assert (await refresh(desk, tokens["refresh_token"])).status_code == 401
