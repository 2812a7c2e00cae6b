"""Calls straight off the line: cut, chunked, one behind another or hung up on, answered as through the door."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from service.guests import Stage
from service.listening import Listener, free_port, server_for
from service.terminals.door import Door
from service.terminals.hatch import Hatch
from service.terminals.signature import sign
from tests.service.intake.bedside import ALERTS, HEARTBEATS, KEY, Bedside

Answers = list[tuple[int, dict[str, object]]]


def raw(path: str, counter: int, body: bytes, *, key: bytes = KEY, more: str = "", chunked: bool = False) -> bytes:
    """A signed request as bytes on the line."""
    signature = sign(key, "POST", path, "T-1", "7", str(counter), body)
    length = "transfer-encoding: chunked" if chunked else f"content-length: {len(body)}"
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\nx-terminal: T-1\r\nx-boot: 7\r\nx-counter: {counter}\r\n"
    head += f"X-Signature: {signature}\r\n{length}\r\n{more}\r\n"
    return head.encode() + (b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if chunked else body)


def call(number: int) -> bytes:
    return orjson.dumps({"msg_id": f"m{number}", "kind": "sos"})


@asynccontextmanager
async def listening(bedside: Bedside) -> AsyncIterator[Listener]:
    """The real listener, parser and hatch in front of the bedside's intake."""
    port = free_port()
    door = Door(bedside.app, bedside.intake)
    server = server_for(door, "127.0.0.1", port, hatch=Hatch(bedside.intake))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server
    finally:
        server.should_exit = True
        await serving


async def said(server: Listener, parts: list[bytes], answers: int) -> Answers:
    """Write these parts, then read so many answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.005)
    found: Answers = []
    for _ in range(answers):
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).lower()
        if head.startswith(b"http/1.1 100"):
            head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        found.append((int(head.split()[1]), orjson.loads(await reader.readexactly(length))))
    writer.close()
    return found


async def test_however_it_is_cut_it_is_one_call(bedside: Bedside) -> None:
    """Byte for byte, in one piece, chunked, or with an expectation: the same signed call is kept and answered."""
    async with listening(bedside) as server:
        whole = raw(ALERTS, 1, call(1))
        for number, parts in enumerate(
            (
                [whole[at : at + 40] for at in range(0, len(whole), 40)],
                [raw(ALERTS, 2, call(2))],
                [raw(ALERTS, 3, call(3), chunked=True)],
                [raw(ALERTS, 4, call(4), more="expect: 100-continue\r\n")],
                [raw(ALERTS, 5, call(5), more="x-counter: 5\r\n")],
            ),
            1,
        ):
            [(status, taken)] = await said(server, parts, 1)
            assert (status, taken["duplicate"]) == (200, False), number
    rows = await bedside.rows("SELECT msg_id FROM alert ORDER BY id")
    assert [row["msg_id"] for row in rows] == ["m1", "m2", "m3", "m4", "m5"]


async def test_requests_behind_one_another_are_answered_in_order(bedside: Bedside) -> None:
    """Calls and heartbeats sent without waiting on one line: every answer in its place."""
    requests = [raw(ALERTS, 1, call(1)), raw(HEARTBEATS, 2, b"{}"), raw(ALERTS, 3, call(3)), raw(ALERTS, 4, b"{")]
    async with listening(bedside) as server:
        answers = await said(server, [b"".join(requests)], 4)
        again = await said(server, [b"".join(requests[:2])], 2)
    assert [status for status, _ in answers] == [200, 200, 200, 400]
    assert ["alert" in taken for _, taken in answers] == [True, False, True, False]
    assert again[0][1]["duplicate"] is True


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (raw(ALERTS, 1, call(1), key=bytes(32)), 401, "terminal.bad_signature"),
        (raw(HEARTBEATS, 1, b"7"), 400, "heartbeat.unreadable"),
        (raw(ALERTS, 1, b"x" * 17000), 413, "body.too_large"),
        (raw(HEARTBEATS, 1, b"{}", more=f"x-filling: {'x' * 9000}\r\n"), 413, "body.too_large"),
    ],
)
async def test_refusals_are_the_doors(bedside: Bedside, request_: bytes, status: int, code: str) -> None:
    """What is refused has the same status and code on either way."""
    async with listening(bedside) as server:
        [(found, problem)] = await said(server, [request_], 1)
    assert (found, problem["code"]) == (status, code)


async def test_who_hangs_up_is_still_kept(bedside: Bedside) -> None:
    """A caller whose line breaks before the answer is on disk, and holds no place; the next one is answered."""
    await bedside.press("first")  # its key is known from here on
    async with listening(bedside) as server:
        async with bedside.intake.committer._turn:  # nothing is committed while this is held
            _, writer = await asyncio.open_connection("127.0.0.1", server.config.port)
            writer.write(raw(ALERTS, 5, call(5)))
            while not server.guests.count(Stage.ANSWERED):
                await asyncio.sleep(0.01)
            writer.close()
            while len(server.guests):
                await asyncio.sleep(0.01)
        [(status, taken)] = await said(server, [raw(ALERTS, 6, call(5))], 1)
    assert (status, taken["duplicate"]) == (200, True)


class Heard:
    """A request as the hatch sees it, and what it was answered."""

    def __init__(self, path: str, counter: int, body: bytes) -> None:
        head, _, self.body = raw(path, counter, body).partition(b"\r\n\r\n")
        lines = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:]]
        self.head = {name.lower(): value for name, value in lines}
        self.url, self.source, self.line = path.encode(), "192.0.2.1", self
        self.status, self.response_complete = 0, False

    def is_known(self) -> None:
        """Nothing to keep."""

    def answer(self, status: int, _headers: object, _body: bytes) -> None:
        self.status, self.response_complete = status, True


async def test_a_call_passes_the_signs_of_life_before_it(bedside: Bedside, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many came before it are answered a few at a time, in order, when it is in the queue already."""
    await bedside.press("first")  # its key is known from here on
    monkeypatch.setattr("service.terminals.hatch.SLICE_S", 0.0)
    hatch: Any = Hatch(bedside.intake)
    beats, urgent = [Heard(HEARTBEATS, 10 + number, b"{}") for number in range(5)], Heard(ALERTS, 40, call(40))
    async with bedside.intake.committer._turn:  # nothing is committed while this is held
        for request in (*beats, urgent):
            hatch.take(request)
        assert bedside.intake.committer.queued == 1 and not any(beat.status for beat in beats)
        for turn in range(1, 8):
            await asyncio.sleep(0)
            done = sum(beat.response_complete for beat in beats)
            assert [beat.status for beat in beats] == [200] * done + [0] * (5 - done) and done <= turn
        assert done == 5
    while not urgent.status:
        await asyncio.sleep(0.01)
    assert urgent.status == 200
