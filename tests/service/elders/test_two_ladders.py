"""Promise: a merge leaves one guardian and one order of contacts, the kept row's first; undone, each has their own."""

from typing import Any

import pytest

from tests.fixtures.town import TownBuilder
from tests.service.elders.test_merging import twice


async def ladder(desk: Any, elder_id: int) -> list[tuple[int, int, bool]]:
    contacts = (await desk.get(f"/api/elders/{elder_id}")).json()["contacts"]
    return [(one["id"], one["rank"], one["guardian"]) for one in contacts]


async def gives(desk: Any, elder_id: int, names: str) -> list[int]:
    """A ladder of these people, the first of them guardian; answers their ids in order."""
    version = (await desk.get(f"/api/elders/{elder_id}")).json()["version"]
    people = [
        {"name": name, "relation": "女儿", "phone": "119", "guardian": place == 0} for place, name in enumerate(names)
    ]
    put = await desk.put(f"/api/elders/{elder_id}/contacts", json={"version": version, "contacts": people})
    assert put.status_code == 200, put.text
    return [one["id"] for one in put.json()["contacts"]]


async def test_one_guardian_stays(town: TownBuilder) -> None:
    """The gone row's guardian is a contact after the others, and guardian again when the merge is taken back."""
    kept, gone = await twice(town)
    sun = await town.desk("sun")
    first, second = await gives(sun, kept, "甲乙")
    third, fourth = await gives(sun, gone, "丙丁")
    merge = await sun.post(f"/api/elders/{kept}/merge", json={"gone_id": gone, "reason": "同一个人"})
    assert merge.status_code == 201, merge.text
    assert await ladder(sun, kept) == [(first, 1, True), (second, 2, False), (third, 3, False), (fourth, 4, False)]
    assert (await sun.post(f"/api/elders/merges/{merge.json()['id']}/undo")).status_code == 200
    assert await ladder(sun, kept) == [(first, 1, True), (second, 2, False)]
    assert await ladder(sun, gone) == [(third, 1, True), (fourth, 2, False)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_only_guardian_stays_guardian(town: TownBuilder) -> None:
    """Where the kept row has none, the other's answers in law."""
    kept, gone = await twice(town)
    sun = await town.desk("sun")
    (guardian,) = await gives(sun, gone, "丙")
    assert not any(one[2] for one in await ladder(sun, kept))
    merge = await sun.post(f"/api/elders/{kept}/merge", json={"gone_id": gone, "reason": "同一个人"})
    assert merge.status_code == 201, merge.text
    assert [one[0] for one in await ladder(sun, kept) if one[2]] == [guardian]
