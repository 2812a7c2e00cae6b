"""Reads one alert's bytes into values, dropping what is wrong and naming it; refuses only what is no JSON object."""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Any, NoReturn

import orjson

from service.intake.ladder import KINDS, UNKNOWN

MAX_BYTES = 16 * 1024
MAX_DEPTH = 8
MAX_TEXT = 2000
MAX_MSG_ID = 120
DATUMS = ("wgs84", "gcj02", "bd09")
CLOCK_SLACK = timedelta(hours=24)
LARGEST = 2**63 - 1


class Unreadable(Exception):
    """The body is not one JSON object that can be kept; the text says why."""


@dataclass
class Message:
    """What one alert says. `warnings` names fields that were dropped, and flags such as `msg_id_reused`."""

    msg_id: str
    kind: str
    body_hash: bytes
    occurred_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    datum: str | None = None
    accuracy_m: float | None = None
    battery: int | None = None
    text: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def without_luggage(self) -> "Message":
        """The bare call: everything optional left behind, for a database that would not take the rest."""
        dropped = [name for name in ("text", "extra", "location") if name not in self.warnings]
        return Message(self.msg_id, self.kind, self.body_hash, warnings=[*self.warnings, *dropped])


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, every value fit to be kept. Raises Unreadable, also for one field that is not."""
    value, unfit = read_fields(body)
    if unfit:
        raise Unreadable(f"{unfit[0]} cannot be kept")
    return value


def read_json(body: bytes) -> Any:
    """Whatever JSON `body` is: the one reader of signed bytes. Raises Unreadable."""
    plain = _read_plain(body)
    if plain is not None:
        return plain
    try:
        return _DECODER.decode(body.decode())
    except Unreadable:
        raise
    except RecursionError as error:
        raise Unreadable("nested too deeply") from error
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8") from error
    except ValueError as error:
        raise Unreadable(f"not JSON: {str(error)[:120]}") from error


PLAIN = (str, int, bool, NoneType)


def _read_plain(body: bytes) -> dict[str, Any] | None:
    """The quick way for what terminals say nearly always: a flat object without escapes. None sends it the long way.

    No key can stand twice in it: every pair has a colon, and there are no more of them than keys and texts account for.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if type(value) is not dict or b"\\" in body:
        return None
    colons = len(value)
    for name, inner in value.items():
        if type(inner) not in PLAIN:
            return None
        colons += name.count(":") + (inner.count(":") if type(inner) is str else 0)
    return value if body.count(b":") == colons else None


def read_fields(body: bytes) -> tuple[dict[str, Any], list[str]]:
    """The JSON object in `body` without the fields that cannot be kept, and the names of those (in ASCII).

    Unfit is what no database keeps: half a surrogate pair, a number beyond 64 bits or all bounds, depth beyond 8.
    Raises Unreadable: not UTF-8, not JSON, a key twice, NaN, not an object, nested beyond what can be parsed.
    """
    value = read_json(body)
    if not isinstance(value, dict):
        raise Unreadable(f"a JSON object is expected, not {type(value).__name__}")
    unfit = [name for name, inner in value.items() if not _fit(name, inner)]
    kept = {name: inner for name, inner in value.items() if name not in unfit}
    return kept, [name.encode("ascii", "backslashreplace").decode()[:60] for name in unfit]


def read_message(body: bytes, boot: int, counter: int, now: datetime) -> Message:
    """Read one alert. Without a usable `msg_id` boot and counter stand in for it. Raises Unreadable."""
    given, warnings = read_fields(body)
    message = Message(
        _msg_id(given, boot, counter, warnings),
        _kind(given, warnings),
        hashlib.sha256(body).digest(),
        warnings=warnings,
    )
    for name, read in _OPTIONAL.items():
        if given.get(name) is not None:
            try:
                read(message, given[name], now)
            except (ValueError, TypeError, LookupError, OverflowError):
                warnings.append(name)
    return message


def _msg_id(given: dict[str, Any], boot: int, counter: int, warnings: list[str]) -> str:
    value = given.get("msg_id")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and 0 < len(value) <= MAX_MSG_ID and "\0" not in value:
        return value
    warnings.append("msg_id")
    if isinstance(value, str) and value:
        return "sha256:" + hashlib.sha256(value.encode()).hexdigest()
    return f"boot:{boot}:counter:{counter}"


def _kind(given: dict[str, Any], warnings: list[str]) -> str:
    kind = given.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        return kind
    warnings.append("kind")
    return UNKNOWN


def _read_occurred_at(message: Message, value: Any, now: datetime) -> None:
    moment = datetime.fromisoformat(value).astimezone(UTC) if "T" in value or " " in value else None
    if moment is None or datetime.fromisoformat(value).tzinfo is None or not 1970 <= moment.year <= 2100:
        raise ValueError(value)
    message.occurred_at = moment
    if abs(moment - now) > CLOCK_SLACK:
        message.warnings.append("occurred_at.clock")


def _read_location(message: Message, value: Any, _now: datetime) -> None:
    lon, lat, datum = _number(value["lon"]), _number(value["lat"]), value.get("datum")
    if datum not in DATUMS or not (-180 <= lon <= 180 and -90 <= lat <= 90) or (lon == 0 and lat == 0):
        raise ValueError(datum)
    message.lon, message.lat, message.datum = lon, lat, datum
    if value.get("accuracy_m") is not None:
        try:
            message.accuracy_m = _number(value["accuracy_m"], least=0)
        except ValueError:
            message.warnings.append("location.accuracy_m")


def _read_battery(message: Message, value: Any, _now: datetime) -> None:
    per_cent = _number(value)
    if not 0 <= per_cent <= 100:
        raise ValueError(value)
    message.battery = round(per_cent)


def _read_text(message: Message, value: Any, _now: datetime) -> None:
    if not isinstance(value, str):
        raise TypeError(value)
    message.text = value.replace("\0", "")[:MAX_TEXT]
    if message.text != value:
        message.warnings.append("text")


def _read_extra(message: Message, value: Any, _now: datetime) -> None:
    if not isinstance(value, dict) or "\\u0000" in json.dumps(value):
        raise ValueError(value)
    message.extra = value


_OPTIONAL: dict[str, Callable[[Message, Any, datetime], None]] = {
    "occurred_at": _read_occurred_at,
    "location": _read_location,
    "battery": _read_battery,
    "text": _read_text,
    "extra": _read_extra,
}


def _number(value: Any, least: float = -math.inf) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < least:
        raise ValueError(value)
    return float(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Unreadable("a key stands twice in one object")
    return made


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def _fit(name: str, value: Any) -> bool:
    try:
        _encodable(name)
        _storable(value, 2)
    except Unreadable:
        return False
    return True


def _storable(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unreadable(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, str):
        _encodable(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Unreadable("a number beyond all bounds")
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise Unreadable("a number of more than 64 bits")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _encodable(key)
            _storable(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _storable(inner, depth + 1)


def _encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Unreadable("half a surrogate pair") from error
