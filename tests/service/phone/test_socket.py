"""The live socket of phones on the whole service: own day, own calls, nobody else's, closed with the session."""

import json
from typing import Any

import httpx
import websockets

from tests.fixtures.house import House
from tests.service.accounts.desk import PASSWORD, Desk, add_caregiver, open_desk


async def until(socket: Any, kind: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(await socket.recv())
        if frame["type"] == kind:
            return frame


async def prepared(house: House) -> Desk:
    """People in the house's own database; its app answers."""
    desk = await open_desk(house.database, house.clock)
    await add_caregiver(desk, 5, "lin", password=PASSWORD)
    await add_caregiver(desk, 6, "gao", password=PASSWORD)
    return desk


async def test_a_call_reaches_the_phone_that_is_sent_and_no_other(house: House) -> None:
    """Snapshot first, then the own call as it happens; the other phone hears nothing; signing out closes the socket."""
    desk = await prepared(house)
    console = house.client(cookies={"unwalled_session": (await desk.signed_in("wu")).cookies["unwalled_session"]})
    async with house.listening() as url:
        sockets = {}
        for name in ("lin", "gao"):
            client = httpx.AsyncClient(base_url=url)
            tokens = (await client.post("/phone/v1/session", json={"name": name, "password": PASSWORD})).json()
            client.headers["authorization"] = f"Bearer {tokens['access_token']}"
            ticket = (await client.post("/phone/v1/socket-ticket")).json()["ticket"]
            socket = await websockets.connect(f"{url.replace('http', 'ws')}/phone/v1/socket")
            await socket.send(json.dumps({"type": "hello", "ticket": ticket, "epoch": None, "cursor": None}))
            state = (await until(socket, "snapshot"))["state"]
            assert state["today"]["caregiver"]["name"] == name and state["incidents"] == []
            sockets[name] = (client, socket)
        card = (await console.post("/api/incidents", json={"elder_id": 1})).json()
        sent = {"caregiver_id": 5, "despite": True}
        assert (await console.post(f"/api/incidents/{card['id']}/assign", json=sent)).status_code == 200
        event = await until(sockets["lin"][1], "event")
        assert event["data"]["incident"]["id"] == card["id"]
        frame = json.loads(await sockets["gao"][1].recv())
        assert frame["type"] == "tick"
        client, socket = sockets["lin"]
        assert (await client.delete("/phone/v1/session")).status_code == 204
        await socket.wait_closed()
        assert socket.close_code == 4401
        await sockets["gao"][1].close()
        for client, _ in sockets.values():
            await client.aclose()


async def test_a_consoles_ticket_does_not_open_the_phones_socket(house: House) -> None:
    """Tickets are bound to their session, and a console's session is no caregiver's."""
    desk = await prepared(house)
    console = house.client(cookies={"unwalled_session": (await desk.signed_in("wu")).cookies["unwalled_session"]})
    ticket = (await console.post("/api/socket-ticket")).json()["ticket"]
    async with house.listening() as url:
        socket = await websockets.connect(f"{url.replace('http', 'ws')}/phone/v1/socket")
        await socket.send(json.dumps({"type": "hello", "ticket": ticket, "epoch": None, "cursor": None}))
        await socket.wait_closed()
        assert socket.close_code == 4401
