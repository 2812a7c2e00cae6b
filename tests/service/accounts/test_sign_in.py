"""Signing in: who gets in, who does not, and what outsiders can learn from the answer."""

import asyncio
import time
from datetime import timedelta
from statistics import median

import httpx
from sqlalchemy import select

from models import AuditRow, DemoClock, Session
from models.types import Role
from service.accounts.passwords import hash_password, verify_password
from service.accounts.sessions import keep_alive
from service.auth import actor_of_session
from tests.service.accounts.desk import PASSWORD, Desk

WRONG = "not the password"


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/api/session", json={"name": name, "password": password})


async def test_the_right_password_opens_a_session(desk: Desk) -> None:
    """Who signs in gets an HttpOnly, SameSite=Strict cookie, is known by it, and is unknown after signing out."""
    await desk.add("lin", Role.DISPATCHER, password=PASSWORD)
    client = desk.client()
    answer = await sign_in(client, "lin")
    assert answer.status_code == 200, answer.text
    account = answer.json()["account"]
    assert account["name"] == "lin" and account["areas"] == [{"code": "370613000000", "name": "莱山区"}]
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "secure" not in cookie
    assert (await client.get("/api/session")).json()["account"] == account
    for _ in range(2):
        assert (await client.delete("/api/session")).status_code == 204
    assert (await client.get("/api/session")).status_code == 401


async def test_over_https_the_cookie_is_secure(desk: Desk) -> None:
    """A session opened over https never travels over http."""
    await desk.add("lin", Role.DISPATCHER, password=PASSWORD)
    transport = httpx.ASGITransport(app=desk.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://testserver") as client:
        assert "secure" in (await sign_in(client, "lin")).headers["set-cookie"].lower()


async def test_the_database_holds_no_plain_secret(desk: Desk) -> None:
    """Neither the password nor the session's secret is kept, only their hashes."""
    account = await desk.add("lin", Role.DISPATCHER, password=PASSWORD)
    client = desk.client()
    await sign_in(client, "lin")
    secret = client.cookies["unwalled_session"]
    async with desk.database.reading() as session:
        hashes = (await session.scalars(select(Session.token_hash))).all()
    assert account.password_hash is not None and account.password_hash.startswith("$argon2id$")
    assert PASSWORD not in account.password_hash
    assert secret.encode() not in hashes


async def test_unknown_names_and_wrong_passwords_get_the_same_answer(desk: Desk) -> None:
    """An outsider cannot learn from the answer whether a name exists or is disabled."""
    await desk.add("lin", Role.DISPATCHER, password=PASSWORD)
    gone = await desk.add("gone", Role.DISPATCHER, password=PASSWORD)
    admin = await desk.signed_in("qi")
    assert (await admin.post(f"/api/accounts/{gone.id}/disable")).status_code == 200
    answers = [
        await sign_in(desk.client(source="10.0.0.2"), "lin", WRONG),
        await sign_in(desk.client(source="10.0.0.3"), "nobody", WRONG),
        await sign_in(desk.client(source="10.0.0.4"), "gone", PASSWORD),
        await sign_in(desk.client(source="10.0.0.5"), "wu", WRONG),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["code"] == "session.wrong_password"


async def test_unknown_names_take_as_long_as_known_ones() -> None:
    """The work of checking is the same with and without an account, so that time tells nothing."""
    kept = await hash_password(PASSWORD)
    times: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(12):
        for known in (True, False):
            began = time.perf_counter()
            assert not await verify_password(WRONG, kept if known else None)
            times[known].append(time.perf_counter() - began)
    slow, quick = median(times[True]), median(times[False])
    assert 0.6 < quick / slow < 1.67


async def test_guessing_is_slowed_down_but_never_locks_the_person_out(desk: Desk) -> None:
    """After failures that source waits for that name; the person comes in from elsewhere, and there after the wait."""
    await desk.add("lin", Role.DISPATCHER, password=PASSWORD)
    attacker = desk.client(source="203.0.113.9")
    codes = [(await sign_in(attacker, "lin", WRONG)).status_code for _ in range(6)]
    assert codes[:3] == [401, 401, 401] and codes[-1] == 429
    refused = await sign_in(attacker, "lin")
    assert refused.status_code == 429 and refused.json()["retry_after_s"] >= 1
    assert (await sign_in(desk.client(source="10.0.0.7"), "lin")).status_code == 200
    desk.clock.shift(seconds=90)
    assert (await sign_in(attacker, "lin")).status_code == 200


async def test_a_hundred_guesses_at_once_are_not_all_looked_at(desk: Desk) -> None:
    """Guesses in parallel do not slip past the delay."""
    await desk.add("lin", Role.DISPATCHER, password=PASSWORD)
    guesses = [sign_in(desk.client(source="203.0.113.9"), "lin", f"{WRONG} {n}") for n in range(100)]
    codes = [answer.status_code for answer in await asyncio.gather(*guesses)]
    assert codes.count(401) <= 5 and codes.count(429) == 100 - codes.count(401)


async def test_one_source_that_tries_many_names_is_slowed_down(desk: Desk) -> None:
    """Trying one password on every name does not get around the delay by name."""
    attacker = desk.client(source="203.0.113.9")
    codes = [(await sign_in(attacker, f"name{n}", WRONG)).status_code for n in range(40)]
    assert 429 in codes
    assert codes.count(401) <= 33


async def test_refused_sign_ins_are_in_the_audit_trail_without_the_typed_name(desk: Desk) -> None:
    """A failure is noted; the name, which may be a password typed into the wrong field, is not."""
    await sign_in(desk.client(), "my secret password")
    async with desk.database.reading() as session:
        query = select(AuditRow.account_id, AuditRow.detail).where(AuditRow.action == "session.refused")
        rows = [tuple(row) for row in await session.execute(query)]
    assert rows == [(None, None)]


async def test_a_session_ends_when_idle_and_at_its_absolute_limit(desk: Desk) -> None:
    """Twelve hours without a sign of life end a session; use keeps it, but not beyond a day."""
    client = await desk.signed_in("wu")
    for _ in range(3):
        desk.clock.shift(hours=7)
        assert (await client.get("/api/session")).status_code == 200
    desk.clock.shift(hours=4)
    assert (await client.get("/api/session")).status_code == 401
    other = await desk.signed_in("sun")
    desk.clock.shift(hours=12, minutes=1)
    assert (await other.get("/api/session")).status_code == 401


async def test_nobody_loses_the_desk_in_the_middle_of_a_call(desk: Desk) -> None:
    """Each step of a call gives an hour more, even past the absolute limit; an idle hour later it is over."""
    client = await desk.signed_in("wu")
    actor = await desk.actor("wu")
    desk.clock.shift(hours=11)
    for _ in range(15):
        desk.clock.shift(minutes=55)
        async with desk.database.writing() as session:
            await keep_alive(session, actor.session_id, desk.clock.now(), handling=True)
    assert (await client.get("/api/session")).status_code == 401
    async with desk.database.reading() as session:
        assert await actor_of_session(session, actor.session_id, desk.clock.now()) is not None
        assert await actor_of_session(session, actor.session_id, desk.clock.now() + timedelta(minutes=61)) is None


async def test_the_demo_says_so_to_who_is_not_signed_in(desk: Desk) -> None:
    """Where the demo town lives the sign-in page learns it; elsewhere it does not."""
    assert "demo" not in (await desk.client().get("/api/session")).json()
    now = desk.clock.now()
    async with desk.database.writing() as session:
        session.add(DemoClock(id=1, anchor_at=now, town_at=now, speed=1.0, seed=1))
    assert (await desk.client().get("/api/session")).json()["demo"] is True


async def test_caregivers_do_not_sign_in_at_the_desk(desk: Desk) -> None:
    """The desk's door is closed to phones' people, even with the right password."""
    await desk.add("lin", Role.CAREGIVER, password=PASSWORD)
    assert (await sign_in(desk.client(), "lin")).status_code == 403


async def test_signing_in_again_ends_the_session_before(desk: Desk) -> None:
    """A browser that signs in twice leaves no forgotten session behind."""
    await desk.add("lin", Role.DISPATCHER, password=PASSWORD)
    client = desk.client()
    await sign_in(client, "lin")
    before = client.cookies["unwalled_session"]
    await sign_in(client, "lin")
    assert (await desk.client(before).get("/api/session")).status_code == 401
    assert (await client.get("/api/session")).status_code == 200
