"""What is read from an alert's bytes, and what is dropped."""

import contextlib
import json
import time
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.intake import message
from service.intake.ladder import KINDS
from service.intake.message import MAX_BYTES, Message, Unreadable, read_message

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def read(**body: Any) -> Message:
    return read_message(orjson.dumps({"msg_id": "m", "kind": "sos", **body}), 7, 42, NOW)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("battery", 101),
        ("battery", "full"),
        ("battery", True),
        ("location", {"lon": 0, "lat": 0, "datum": "wgs84"}),
        ("location", {"lon": 121.4, "lat": 37.5}),
        ("location", {"lon": 200, "lat": 37.5, "datum": "wgs84"}),
        ("location", "home"),
        ("location", []),
        ("occurred_at", "yesterday"),
        ("occurred_at", "2026-03-05T12:00:00"),
        ("occurred_at", 1741176000),
        ("occurred_at", "0001-01-01T00:00:00+14:00"),
        ("text", 5),
        ("extra", [1]),
    ],
)
def test_a_bad_optional_field_is_dropped_and_named(field: str, value: Any) -> None:
    """The call stands, the field is gone, the terminal is told its name."""
    message = read(**{field: value})
    assert message.warnings == [field]
    empty = {} if field == "extra" else None
    assert getattr(message, "lon" if field == "location" else field) == empty


def test_good_optional_fields_are_kept() -> None:
    """Everything that is right arrives without a warning."""
    message = read(
        occurred_at="2026-03-05T20:00:00+08:00",
        location={"lon": 121.4, "lat": 37.5, "datum": "gcj02", "accuracy_m": 12},
        battery=55,
        text="help",
        extra={"room": 3},
    )
    assert message.warnings == []
    assert (message.occurred_at, message.lon, message.datum, message.accuracy_m) == (NOW, 121.4, "gcj02", 12)
    assert (message.battery, message.text, message.extra) == (55, "help", {"room": 3})


def test_a_terminal_with_a_wild_clock_is_heard_and_flagged() -> None:
    """1970 is flagged, not refused."""
    assert read(occurred_at="1970-01-01T00:00:00Z").warnings == ["occurred_at.clock"]


@pytest.mark.parametrize("kind", ["SOS", "help", None, 3, [], {}, ""])
def test_an_unknown_kind_is_a_call_for_help(kind: Any) -> None:
    """Better a call too many than one too few."""
    message = read(kind=kind)
    assert (message.kind, message.warnings) == ("sos", ["kind"])


@pytest.mark.parametrize("msg_id", [None, "", "x" * 121, [], "a\x00b"])
def test_a_call_without_a_usable_id_is_still_a_call(msg_id: Any) -> None:
    """Boot and counter, or a hash, stand in for it."""
    message = read(msg_id=msg_id)
    assert message.msg_id
    assert len(message.msg_id) <= 120
    assert message.warnings == ["msg_id"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"sos"',
        b"null",
        b"\xff\xfe",
        b'{"msg_id":"a","msg_id":"b","kind":"sos"}',
        b'{"msg_id":"a","kind":"sos","battery":NaN}',
        b'{"msg_id":"a","kind":"sos","extra":{"x":' + b"9" * 5000 + b"}}",
        b'{"msg_id":"a","kind":"sos","extra":' + b"[" * 8000 + b"]" * 8000 + b"}",
        b"[" * MAX_BYTES,
    ],
)
def test_what_is_no_json_object_is_unreadable_and_quickly_so(body: bytes) -> None:
    """Poison costs less than 10 ms."""
    start = time.process_time()
    with pytest.raises(Unreadable):
        read_message(body, 7, 42, NOW)
    assert time.process_time() - start < 0.01


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("extra", b'{"x":1e999}'),
        ("extra", b"[" * 40 + b"]" * 40),
        ("extra", b'{"x":' + b"9" * 50 + b"}"),
        ("text", b'"\\ud800"'),
    ],
)
def test_what_no_database_keeps_is_dropped_and_the_call_heard(field: str, value: bytes) -> None:
    """A call for help is not refused for luggage: the field goes, its name stays in the warnings."""
    message = read_message(b'{"msg_id":"a","kind":"sos","' + field.encode() + b'":' + value + b"}", 7, 42, NOW)
    assert (message.msg_id, message.kind) == ("a", "sos")
    assert field in message.warnings


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_unreadable(body: bytes) -> None:
    """Nothing but Unreadable ever comes out."""
    with contextlib.suppress(Unreadable):
        assert read_message(body, 1, 1, NOW).kind in KINDS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["msg_id", "kind", "occurred_at", "location", "battery", "text", "extra", "else"])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(FIELDS, JSON, max_size=8))
def test_any_object_becomes_a_message_that_can_be_stored(body: dict[str, Any]) -> None:
    """Whatever the fields hold, what is kept is text without NUL, JSON, and numbers within bounds."""
    try:
        message = read_message(json.dumps(body).encode(), 1, 1, NOW)
    except Unreadable:
        return
    assert "\0" not in (message.text or "") + message.msg_id
    assert "\\u0000" not in orjson.dumps(message.extra).decode()
    assert message.battery is None or 0 <= message.battery <= 100


KEYS = st.sampled_from(["msg_id", "kind", "text", "a:b", "é", "battery"])
VALUES = st.one_of(
    st.text(max_size=8), st.integers(-(2**70), 2**70), st.booleans(), st.none(), st.floats(), st.lists(st.integers())
)
PAIRS = st.lists(st.tuples(KEYS, st.one_of(VALUES, st.dictionaries(KEYS, VALUES, max_size=2))), max_size=5)


@given(PAIRS, st.booleans(), st.sampled_from([", ", ",", " ,\n"]))
def test_the_quick_way_reads_what_the_long_way_reads(pairs: list[tuple[str, Any]], escaped: bool, comma: str) -> None:
    """Whatever is sent, keys twice and numbers beyond all bounds among it: the same value, or the same refusal."""
    text = comma.join(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=escaped)}" for name, value in pairs)
    body = ("{" + text + "}").encode("utf-8", "surrogatepass")
    quick = message._read_plain(body)
    if quick is not None:
        assert quick == message._DECODER.decode(body.decode())
        assert len(quick) == len(pairs)
    elif pairs == []:
        raise AssertionError("an empty object is plain")


def test_a_key_twice_is_refused_however_it_is_hidden() -> None:
    """Colons in texts, escapes and blanks cannot make one of two equal keys look like part of a text."""
    for body in (
        b'{"kind":"sos","kind":"test"}',
        b'{"a":"\\u003a","a":"x"}',
        b'{"a":"\\u003a\\u003a","a" :1}',
        b'{"text":"x:y","text":"z"}',
        b'{"a:b":1,"a:b":2}',
    ):
        with pytest.raises(message.Unreadable, match="twice"):
            message.read_json(body)
