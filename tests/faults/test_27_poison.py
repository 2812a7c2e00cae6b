"""Fault 27 and controls 12, 13: poison of every kind costs little, breaks nothing, and hurts no batch-mate."""

import asyncio
import time

import httpx
import pytest

from service.intake.message import MAX_BYTES
from tests.service.intake.bedside import HEARTBEATS, Bedside

UNREADABLE = [
    b"",
    b"\xff\xfe",
    b'{"msg_id":"a","kind":"sos","battery":NaN}',
    b'{"msg_id":"a","kind":"sos","battery":Infinity}',
    b'{"msg_id":"a","kind":"battery","kind":"sos"}',
    b'{"msg_id":"a","kind":"sos","extra":{"x":1,"x":2}}',
    b'{"msg_id":"a","msg\\u005fid":"b","kind":"sos"}',
    b"[" * MAX_BYTES,
]
LUGGAGE = [
    ("extra", b"[" * 40 + b"]" * 40),
    ("extra", b'{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}'),
    ("extra", b'{"x":1e999}'),
    ("extra", b'{"x":' + b"9" * 400 + b"}"),
    ("extra", b'{"x":"\\u0000"}'),
    ("text", b'"\\ud800"'),
    ("text", b'"a\\u0000b"'),
]


@pytest.mark.parametrize("body", UNREADABLE)
async def test_what_cannot_be_read_is_kept_raw_and_shown(bedside: Bedside, body: bytes) -> None:
    """400, one task to call back, no incident; ten milliseconds of work at most, seven good calls beside it kept."""
    began = time.process_time()
    poison = bedside.send(body)
    mates = [bedside.press(f"m{n}", terminal="T-3") for n in range(7)]
    answer, *taken = await asyncio.gather(poison, *mates)
    assert isinstance(answer, httpx.Response)
    assert (answer.status_code, answer.json()["code"]) == (400, "alert.unreadable")
    assert len({one["alert"] for one in taken if isinstance(one, dict)}) == 7
    assert time.process_time() - began < 5
    [kept] = await bedside.rows("SELECT body, terminal_id FROM unreadable_call")
    assert (bytes(kept["body"]), kept["terminal_id"]) == (body, "T-1")


@pytest.mark.parametrize(("field", "value"), LUGGAGE)
async def test_luggage_that_no_database_keeps_is_left_behind(bedside: Bedside, field: str, value: bytes) -> None:
    """Depth beyond eight, endless numbers, half characters, NUL: the field goes, the call stays."""
    body = b'{"msg_id":"a","kind":"sos","' + field.encode() + b'":' + value + b"}"
    answer = await bedside.send(body)
    assert (answer.status_code, field in answer.json()["warnings"]) == (200, True)


async def test_a_body_or_head_beyond_all_size_is_not_even_read(bedside: Bedside) -> None:
    """413 for 100 MB announced or sent, and for a head of more than 8 KB."""
    announced = await bedside.client.post("/terminals/v1/alerts", headers={"content-length": "100000000"})
    assert announced.status_code == 413
    assert (await bedside.send(b" " * (MAX_BYTES + 1))).status_code == 413
    headed = await bedside.client.post("/terminals/v1/alerts", headers={"x-fill": "a" * 8200})
    assert (headed.status_code, headed.json()["code"]) == (413, "body.too_large")


@pytest.mark.parametrize("body", [b'{"battery":1,"battery":2}', b'[{"battery":1},{"worn":true,"worn":false}]', b"NaN"])
async def test_heartbeats_have_the_same_reader(bedside: Bedside, body: bytes) -> None:
    """A key twice is refused there too: what was signed is what was read."""
    answer = await bedside.send(body, path=HEARTBEATS)
    assert (answer.status_code, answer.json()["code"]) == (400, "heartbeat.unreadable")
