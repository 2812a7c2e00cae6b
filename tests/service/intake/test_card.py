"""The incident as everybody sees it."""

import asyncio
from datetime import UTC, date, datetime

import orjson
import pytest

from service.emergencies.queries import cards_of
from service.intake.card import incident_card
from tests.service.intake.bedside import Bedside

COLUMNS = """id kind playbook severity state drill opened_at last_alert_at presses press_times rung terminal_id
station_id provider_id area_code lon lat datum acknowledged_at acknowledged_by acknowledged_by_display assigned_at
assigned_to assigned_to_name assigned_travel_s on_scene_at recovering_at closed_at outcome note elder_id elder_name
elder_sex elder_born_on elder_ability elder_ability_until elder_lives_alone elder_dialect elder_notes address floor lift
home_lon home_lat home_datum community next_rung next_rung_due_at"""


def row(**known: object) -> dict[str, object]:
    at = datetime(2026, 3, 5, 1, 2, 3, tzinfo=UTC)
    base: dict[str, object] = dict.fromkeys(COLUMNS.split())
    base |= {"id": 5, "kind": "sos", "playbook": "person", "severity": 3, "state": "open", "drill": 0, "presses": 1}
    return base | {"opened_at": at, "last_alert_at": at, "press_times": "[]", "rung": 0} | known


def test_names_are_masked_and_ages_are_local() -> None:
    """The desk sees a surname and an age counted on the local date, nothing else that names a person."""
    at = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
    card = incident_card(row(elder_id=1, elder_name="于德海", elder_born_on=date(1940, 3, 5), opened_at=at))
    assert card["elder"]["name"] == "于**"
    assert card["elder"]["age"] == 86
    assert "德海" not in str(card)


@pytest.mark.parametrize(
    ("level", "until", "told"),
    [
        (3, date(2026, 3, 5), (3, True, "2026-03-05")),
        (3, "2026-03-05", (3, True, "2026-03-05")),
        (3, date(2026, 3, 4), (3, False, "2026-03-04")),
        (3, "2026-03-04", (3, False, "2026-03-04")),
        (3, None, (3, False, None)),
        (None, None, (None, False, None)),
    ],
)
def test_a_level_that_had_run_out_is_told_as_such(
    level: int | None, until: date | str | None, told: tuple[object, ...]
) -> None:
    """By the local day of the call, last day included; a mark that no result holds up does not hold."""
    at = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
    known = {"elder_id": 1, "elder_name": "于德海", "elder_ability": level, "elder_ability_until": until}
    elder = incident_card(row(**known, opened_at=at))["elder"]
    assert (elder["care_level"], elder["care_level_holds"], elder["care_level_until_on"]) == told


def test_the_embedded_databases_text_reads_like_postgresqls_moments() -> None:
    """Text and datetime rows give the same card."""
    text = incident_card(row(opened_at="2026-03-05 01:02:03.000000", last_alert_at="2026-03-05 01:02:03.000000"))
    assert text == incident_card(row())
    assert text["opened_at"] == "2026-03-05T01:02:03.000+00:00"


def test_a_missing_position_falls_back_to_the_home() -> None:
    """Without a reported position the installed address is the place; a reported one wins."""
    home = {"home_lon": 121.4, "home_lat": 37.5, "home_datum": "wgs84"}
    assert incident_card(row(**home))["place"]["lon"] == 121.4
    out = incident_card(row(**home, lon=121.5, lat=37.6, datum="gcj02"))["place"]
    assert (out["lon"], out["lat"], out["datum"]) == (121.5, 37.6, "gcj02")


def test_people_and_rungs_are_null_until_there_are_any() -> None:
    """A fresh incident has nobody on it and, without a timer, no next rung."""
    card = incident_card(row())
    assert card["elder"] is card["acknowledged_by"] is card["assigned_to"] is card["next_rung"] is None


async def test_the_card_that_is_told_is_the_one_that_is_kept(bedside: Bedside) -> None:
    """The batch knows the card before it writes: opened, joined, moved, worse, of a home or of none, it is the same."""
    place = {"lon": 121.5, "lat": 37.6, "datum": "gcj02"}
    await bedside.press("a", "door")
    await bedside.change("UPDATE incident SET state = 'acknowledged', acknowledged_at = opened_at")
    presses = [("b", "sos", "T-2", place), ("c", "smoke", "T-3", None), ("d", "fall", "T-9", place)]
    await asyncio.gather(*(bedside.press(m, kind, terminal=t, location=p) for m, kind, t, p in presses))
    told = await bedside.rows("SELECT data FROM event WHERE topic LIKE 'incident.%' ORDER BY seq DESC LIMIT 3")
    for row in told:
        data = row["data"]
        card = (orjson.loads(data) if isinstance(data, str) else data)["incident"]
        async with bedside.database.reading() as session:
            assert (await cards_of(session, [card["id"]]))[card["id"]] == card
