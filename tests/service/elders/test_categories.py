"""Promise: a category told earlier, twice, or taken off before it begins stands as told; merged rows take nothing."""

from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.town import TownBuilder
from tests.service.elders.test_merging import twice

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def noted(town: TownBuilder, since: int, until: int | None = None) -> dict[str, Any]:
    """Low income, told by the bureau, from and until so many days from today."""
    days = {"from_on": str(town.today + timedelta(days=since))}
    days |= {} if until is None else {"until_on": str(town.today + timedelta(days=until))}
    return {"category": "low_income", "source": "民政局", **days}


def spans(card: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(row["from_on"], row["until_on"]) for row in card["category_rows"]]


@SQLITE
async def test_said_today_though_a_later_beginning_is_known(town: TownBuilder) -> None:
    """The one row begins earlier and holds today; said again, or as of later, nothing changes."""
    wu, path = await town.desk("wu"), f"/api/elders/{town.elders['chen']}/categories"
    first = (await wu.post(path, json=noted(town, 30))).json()
    assert first["categories"] == []
    card = (await wu.post(path, json=noted(town, 0))).json()
    assert card["categories"] == ["low_income"] and spans(card) == [(str(town.today), None)]
    assert card["category_rows"][0]["id"] == first["category_rows"][0]["id"]
    for since in (0, 30):
        again = (await wu.post(path, json=noted(town, since))).json()
        assert (spans(again), again["version"]) == (spans(card), card["version"])


@SQLITE
async def test_one_span_is_noted_once(town: TownBuilder) -> None:
    """Told twice it is one row; another span, and one without an end, are rows of their own."""
    wu, path = await town.desk("wu"), f"/api/elders/{town.elders['chen']}/categories"
    for _ in range(2):
        card = (await wu.post(path, json=noted(town, -20, -10))).json()
    assert len(spans(card)) == 1
    for until in (-9, None):
        card = (await wu.post(path, json=noted(town, -20, until))).json()
    assert len(spans(card)) == 3


@SQLITE
async def test_taken_off_before_it_began(town: TownBuilder) -> None:
    """Ended today, one that begins next month is gone; one that has begun keeps its days in order."""
    wu, path = await town.desk("wu"), f"/api/elders/{town.elders['chen']}/categories"
    (coming,) = (await wu.post(path, json=noted(town, 30))).json()["category_rows"]
    ended = await wu.post(f"{path}/{coming['id']}/end", json={"until_on": str(town.today)})
    assert ended.status_code == 200 and spans(ended.json()) == [], ended.text
    (begun,) = (await wu.post(path, json=noted(town, 0))).json()["category_rows"]
    early = {"until_on": str(town.today - timedelta(days=1))}
    assert (await wu.post(f"{path}/{begun['id']}/end", json=early)).status_code == 422


async def test_a_row_that_was_merged_away_takes_nothing(town: TownBuilder) -> None:
    """Categories, their ends, consents, contacts and benefits are refused with who stands; there they are taken."""
    kept, gone = await twice(town)
    sun = await town.desk("sun")
    rows = (await sun.get(f"/api/elders/{gone}")).json()["category_rows"]
    assert (await sun.post(f"/api/elders/{kept}/merge", json={"gone_id": gone, "reason": "同一个人"})).is_success
    said = {"purpose": "health", "given": False, "said_by": "陈桂兰", "said_how": "当面"}
    benefit = {"item": "assessment", "source": "区评估机构", "from_on": str(town.today)}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "categories", noted(town, 0)),
        ("POST", f"categories/{rows[0]['id']}/end", {"until_on": str(town.today)}),
        ("POST", "consents", said),
        ("POST", "benefits", benefit),
        ("PUT", "contacts", {"contacts": []}),
    ]
    for elder_id in (gone, kept):
        version = (await sun.get(f"/api/elders/{elder_id}")).json()["version"]
        for method, what, body in asked:
            told = body | {"version": version} if what == "contacts" else body
            answer = await sun.request(method, f"/api/elders/{elder_id}/{what}", json=told)
            if elder_id == gone:
                assert (answer.status_code, answer.json()["code"]) == (409, "elder.merged_away"), answer.text
                assert answer.json()["elder_id"] == kept
            elif what != "contacts":
                assert answer.is_success, answer.text


async def test_every_note_is_a_new_version(town: TownBuilder) -> None:
    """A form that was opened before a consent, a category or its end was noted is told so."""
    wu, path = await town.desk("wu"), f"/api/elders/{town.elders['chen']}"
    said = {"purpose": "health", "given": False, "said_by": "陈桂兰", "said_how": "当面"}
    assert (await wu.post(f"{path}/consents", json=said)).json()["version"] == 2
    card = (await wu.post(f"{path}/categories", json=noted(town, -5))).json()
    assert card["version"] == 3
    end = f"{path}/categories/{card['category_rows'][-1]['id']}/end"
    assert (await wu.post(end, json={"until_on": str(town.today)})).json()["version"] == 4
    stale = await wu.patch(path, json={"version": 1, "dialect": "说烟台话"})
    assert (stale.status_code, stale.json()["version"]) == (409, 4)
