"""The security list for live sockets: each test names the control it holds."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from service.realtime.audience import CARD_ON_PHONES, Desk, Phone
from service.realtime.wire import MAX_FRAME, Close
from tests.fixtures.desk_socket import DeskSocket
from tests.fixtures.served import Served
from tests.fixtures.town import TownBuilder
from tests.service.realtime.test_hub import actor, happening
from tests.service.realtime.tower import WU, Tower

OURS = "OURS"
ORIGINS = {
    "http://OURS": True,
    "https://OURS": True,
    "https://listed.example": True,
    "http://evil.example": False,
    "null": False,
    "": False,
    "http://OURS.evil.example": False,
    "http://evil-OURS": False,
    "HTTP://OURS": False,
    "ftp://OURS": False,
    "http://user@OURS": False,
    "http://127.0.0.1:1": False,
    "https://LISTED.example": False,
    "https://listed.example.evil": False,
}


@pytest.mark.parametrize(("origin", "allowed"), ORIGINS.items())
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_control_1_only_our_own_pages_open_a_socket(tower: Tower, origin: str, allowed: bool) -> None:
    """Exactly our own origin or one the operator listed: look-alikes, null, other cases and ports get 403."""
    object.__setattr__(tower.live.settings, "origins", ("https://listed.example",))
    client = tower.client(origin.replace(OURS, tower.address))
    if allowed:
        await client.hello(await tower.ticket())
        await client.until(lambda c: c.mode)
        return
    with pytest.raises(InvalidStatus) as refused:
        await client.hello("x")
    assert refused.value.response.status_code == 403


async def test_control_2_of_many_uses_of_one_ticket_one_wins(tower: Tower) -> None:
    """Twelve sockets race with the same ticket, in one batch or in several: one gets in, eleven are told 4401."""
    ticket = await tower.ticket()
    pages = await asyncio.gather(*[tower.client().hello(ticket) for _ in range(12)])
    for page in pages:
        await page.until(lambda c: c.mode or c.closed)
    assert sorted(page.closed or 0 for page in pages) == [0, *[Close.SESSION_OVER] * 11]


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_control_3_signing_out_closes_sockets_at_every_process(
    served: Served, served_town: TownBuilder, tmp_path: Path
) -> None:
    """Two processes hold sockets of one session, one of another: both of the first end with 4401 within two seconds."""
    hub = Served(tmp_path, served.database_url)
    try:
        await served.start()
        await hub.start("--role", "hub", "--no-migrate")
        async with served.client() as first, served.client() as second:
            wu, sun = await served_town.desk("wu", first), await served_town.desk("sun", second)
            async with (
                DeskSocket(wu, served.url) as here,
                DeskSocket(wu, hub.url) as there,
                DeskSocket(sun, hub.url) as stays,
            ):
                assert (await wu.delete("/api/session")).status_code == 204
                for socket in (here, there):
                    with pytest.raises(ConnectionClosed) as closed:
                        async with asyncio.timeout(2):
                            while True:
                                await socket.receive()
                    assert closed.value.rcvd is not None
                    assert closed.value.rcvd.code == Close.SESSION_OVER
                await stays.send({"type": "here", "seq": 0, "visible": True, "sound": True})
    finally:
        await hub.kill()


async def test_control_3_a_session_that_ends_while_its_socket_begins_gets_no_further(tower: Tower) -> None:
    """Between the ticket and the hub lies a moment; a sign-out in it is not forgotten."""
    since = tower.live.pump.last
    desk = await tower.opens(WU)
    [connection] = tower.live.hub.connections
    await tower.say("session.ended", area=None, subject=f"session:{WU}")
    await tower.live.pump.catch_up()
    connection.closing = None
    tower.live.take(connection, connection.line, since)  # type: ignore[arg-type]
    assert connection.closing is Close.SESSION_OVER
    assert await desk.until(lambda c: c.closed) == Close.SESSION_OVER


CANARIES = ("15400001234", "1357#", "陈秀英", "password", "argon2", "token_hash", "key_sealed")
SEALED = re.compile(r'"[a-z_]*(sealed|password|secret|id_number|gate_code|conditions|_hash)[a-z_]*":')


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_control_5_no_frame_carries_a_sealed_field_whoever_looks(town: TownBuilder) -> None:
    """A call from ring to close, seen by every role: names masked, no numbers, codes or keys in any frame."""
    seats = ("wu", "sun", "ma", "root")
    async with town.house.listening() as url:
        desks = {name: await town.desk(name) for name in seats}
        sockets = {name: await DeskSocket(desk, url).__aenter__() for name, desk in desks.items()}
        lin = await town.phone("lin")
        phone, heard = await phone_socket(lin, url)
        case = (await town.terminal("chen").presses_call())["incident"]
        for verb, body in (
            ("acknowledge", None),
            ("assign", {"caregiver_id": town.caregivers["lin"]}),
            ("on-scene", None),
        ):
            answer = await desks["wu"].post(f"/api/incidents/{case}/{verb}", json=body)
            assert answer.status_code == 200, answer.text
        closed = {"outcome": "helped", "note": "扶起"}
        assert (await desks["wu"].post(f"/api/incidents/{case}/close", json=closed)).status_code == 200
        frames: dict[str, list[Any]] = {}
        for name, socket in sockets.items():
            await socket.sees("incident.closed")
            frames[name] = [socket.snapshot, *socket.events]
            await socket.__aexit__(None, None, None)
        await phone.close()
        frames["lin"] = [frame async for frame in heard]
    cards = [frame["data"]["incident"] for frame in frames["lin"] if "incident" in frame.get("data", {})]
    assert len(cards) >= 3
    assert all(set(card) <= CARD_ON_PHONES for card in cards)
    for name, seen in frames.items():
        text = json.dumps(seen, ensure_ascii=False)
        assert "incident.closed" in text
        assert [canary for canary in CANARIES if canary in text] == [], name
        assert SEALED.findall(text) == [], name


async def phone_socket(phone: Any, url: str) -> tuple[Any, Any]:
    ticket = (await phone.post("/phone/v1/socket-ticket")).json()["ticket"]
    socket = await websockets.connect(f"{url.replace('http', 'ws')}/phone/v1/socket", proxy=None)
    await socket.send(json.dumps({"type": "hello", "ticket": ticket, "epoch": None, "cursor": None}))

    async def heard() -> Any:
        async for text in socket:
            yield json.loads(text)

    return socket, heard()


def test_control_5_a_new_field_of_the_card_stays_off_phones_until_it_is_listed() -> None:
    """The phone's card is a list of what may go there, not of what may not; the desk gets the event as it is."""
    event = happening(1, "370613000000", None, (5,))
    event.data.update({"incident": {"id": 1, "state": "open", "conditions": "…"}, "call": {"raw": "…"}})
    assert Phone(actor((), None, 5)).trimmed(event)["incident"] == {"id": 1, "state": "open"}
    assert "call" not in Phone(actor((), None, 5)).trimmed(event)
    assert Desk(actor(("",))).trimmed(event) == event.data


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("x" * (MAX_FRAME + 1), Close.BAD_FRAME),
        ("x" * 70_000, 1009),
        ('{"type":"here"}', Close.BAD_FRAME),
        ('{"type":"here","seq":true}', Close.BAD_FRAME),
        ('{"type":"seen","seq":1e3}', Close.BAD_FRAME),
        ('{"type":"shout","seq":1}', Close.BAD_FRAME),
        ("[" * 4000, Close.BAD_FRAME),
        (b"\x00\x01", Close.BAD_FRAME),
    ],
    ids=["4 KB", "64 KB", "no seq", "bool", "float", "unknown", "nested", "binary"],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_control_12_what_is_no_frame_of_ours_ends_the_socket(tower: Tower, frame: str | bytes, code: int) -> None:
    """Too long, unknown, nested or binary: closed with its code before anything reads further, and others stay."""
    desk, other = await tower.opens(), await tower.opens()
    await desk.say(frame)
    assert await desk.until(lambda c: c.closed) == code
    await tower.say("visit.late")
    await other.sees("visit.late")
    assert len(tower.live.hub) == 1
