"""One incident as the desk and the phones see it, from one flat row; refuses to read anything by itself.

The row is a mapping with these columns (`service.intake.sql.CARD` selects them; an ORM select may label its own):

    id kind playbook severity state drill opened_at last_alert_at presses press_times rung
    terminal_id station_id provider_id area_code lon lat datum
    acknowledged_at acknowledged_by acknowledged_by_display
    assigned_at assigned_to assigned_to_name assigned_travel_s
    on_scene_at recovering_at closed_at outcome note
    elder_id elder_name elder_sex elder_born_on elder_ability elder_ability_until
    elder_lives_alone elder_dialect elder_notes
    address floor lift home_lon home_lat home_datum community
    next_rung next_rung_due_at

Moments may be aware datetimes or the embedded database's text; `press_times` a list or JSON text.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson

from service.clock import LOCAL, rfc3339
from service.vault import masked_name

STORED = "2026-03-05 01:02:03.000000"
"""A moment as the embedded database keeps it, in UTC."""

PHASES = {
    "open": "warning",
    "acknowledged": "response",
    "assigned": "response",
    "on_scene": "rescue",
    "recovering": "recovery",
    "closed": "closed",
}
"""The four phases of an emergency by an incident's state: monitoring and warning, response, rescue, recovery."""


def incident_card(row: Mapping[str, Any]) -> dict[str, Any]:
    """The Incident that sockets and the API carry: names masked, moments RFC 3339, coordinates with datum."""
    state = str(row["state"])
    return {
        "id": row["id"],
        "kind": row["kind"],
        "playbook": row["playbook"],
        "severity": row["severity"],
        "state": state,
        "phase": PHASES[state],
        "drill": bool(row["drill"]),
        "opened_at": _told(row["opened_at"]),
        "last_alert_at": _told(row["last_alert_at"]),
        "presses": row["presses"],
        "press_times": as_list(row["press_times"]),
        "elder": _elder(row),
        "terminal_id": row["terminal_id"],
        "place": _place(row),
        "station_id": row["station_id"],
        "provider_id": row["provider_id"],
        "acknowledged_at": _told(row["acknowledged_at"]),
        "acknowledged_by": _person(row["acknowledged_by"], "display", row["acknowledged_by_display"]),
        "assigned_at": _told(row["assigned_at"]),
        "assigned_to": _responder(row),
        "on_scene_at": _told(row["on_scene_at"]),
        "recovering_at": _told(row["recovering_at"]),
        "closed_at": _told(row["closed_at"]),
        "outcome": None if row["outcome"] is None else str(row["outcome"]),
        "note": row["note"],
        "rung": row["rung"],
        "next_rung": _next_rung(row),
    }


def _elder(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if row["elder_id"] is None or row["elder_name"] is None:
        return None
    return {
        "id": row["elder_id"],
        "name": masked_name(row["elder_name"]),
        "sex": row["elder_sex"],
        "age": _age(row["elder_born_on"], as_moment(row["opened_at"])),
        **_level(row),
        "lives_alone": bool(row["elder_lives_alone"]),
        "dialect": row["elder_dialect"],
        "notes": row["elder_notes"],
    }


def _level(row: Mapping[str, Any]) -> dict[str, Any]:
    """The last level that is known, the last day of its result, and whether it held on the day of the call.

    An old level is better than none at a call, as long as nobody takes it for one that holds.
    """
    level, until, called_at = row["elder_ability"], _day(row["elder_ability_until"]), as_moment(row["opened_at"])
    held = until is not None and called_at is not None and called_at.astimezone(LOCAL).date() <= until
    return {
        "care_level": level,
        "care_level_holds": held,
        "care_level_until_on": None if until is None else until.isoformat(),
    }


def _place(row: Mapping[str, Any]) -> dict[str, Any]:
    reported = row["lon"] is not None and row["lat"] is not None
    return {
        "address": row["address"],
        "area_code": row["area_code"],
        "community": row["community"],
        "floor": row["floor"],
        "lift": None if row["lift"] is None else bool(row["lift"]),
        "lon": row["lon"] if reported else row["home_lon"],
        "lat": row["lat"] if reported else row["home_lat"],
        "datum": row["datum"] if reported else _text(row["home_datum"]),
    }


def _responder(row: Mapping[str, Any]) -> dict[str, Any] | None:
    person = _person(row["assigned_to"], "name", row["assigned_to_name"])
    return None if person is None else {**person, "travel_s": row["assigned_travel_s"]}


def _person(identity: int | None, label: str, name: str | None) -> dict[str, Any] | None:
    return None if identity is None else {"id": identity, label: masked_name(name or "")}


def _next_rung(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if row["next_rung"] is None:
        return None
    return {"name": row["next_rung"], "due_at": _told(row["next_rung_due_at"])}


def _told(value: datetime | str | None) -> str | None:
    """A stored moment as it is told. The embedded database's text is nearly that already: read and written again, as
    there are up to eight in a card, they would be a third of what a card costs."""
    if type(value) is str and len(value) == len(STORED) and value[10] == " ":
        return f"{value[:10]}T{value[11:23]}+00:00"
    return rfc3339(as_moment(value))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _age(born_on: date | str | None, at: datetime | None) -> int | None:
    born = _day(born_on)
    if born is None or at is None:
        return None
    today = at.astimezone(LOCAL)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def as_moment(value: datetime | str | None) -> datetime | None:
    """A stored moment as an aware one: the embedded database keeps naive UTC text."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def moment_of(value: datetime | str) -> datetime:
    """The same for a column that is never empty."""
    moment = as_moment(value)
    if moment is None:
        raise ValueError("a moment is missing")
    return moment


def as_list(value: Any) -> list[Any]:
    """A stored JSON list, decoded or not."""
    decoded = orjson.loads(value) if isinstance(value, str | bytes) else value
    return list(decoded or [])
