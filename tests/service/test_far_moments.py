"""Promise: a day or moment that no zone can reckon with is refused at its field, wherever a form takes one."""

import pytest

from tests.fixtures.town import DISTRICT, TownBuilder

FIRST, LAST = "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_first_and_the_last_year_are_refused_at_their_fields(town: TownBuilder) -> None:
    """Orders, plans, pins, days of the board, duties, respite: 422 and the field, never an error of the service."""
    root = await town.desk("root")
    for at in (FIRST, LAST):
        window = {"service_on": str(town.today), "window_from": at, "window_to": at}
        forms = [
            ("POST", "/api/orders", {"elder_id": 1, "item_code": "clean.home", **window}, "window_from"),
            ("POST", "/api/plans", {"on_date": at[:10], "area_code": DISTRICT}, "on_date"),
            ("PUT", "/api/visits/1/pin", {"caregiver_ids": [1], "start_at": at}, "start_at"),
            ("POST", "/api/duty", {"post": "village", "from_at": at, "to_at": at}, "from_at"),
            ("POST", "/api/respites", {"bed_id": 1, "contact_id": 1, "from_at": at, "to_at": at}, "from_at"),
            ("POST", "/api/demo/clock", {"at": at}, "at"),
        ]
        for method, path, body, field in forms:
            refused = await root.request(method, path, json=body)
            assert refused.status_code == 422, f"{path}: {refused.text}"
            assert field in [one["field"].removeprefix("body.") for one in refused.json()["fields"]], refused.text
        for path in ("/api/board/day", "/api/plans"):
            assert (await root.get(path, params={"on": at[:10]})).status_code == 422
