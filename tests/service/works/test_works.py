"""Promise: works are designed, built and accepted by different hands, with pictures, and the money adds up."""

import pytest

from models.types import Role, WorksState
from service.accounts.actions import create_account
from service.accounts.passwords import hash_password
from service.works.rules import NEXT, Pictured, clashes, lacks, shares
from tests.fixtures.keeping import PNG, Keeping
from tests.fixtures.town import DISTRICT, PASSWORD

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_grant_pays_up_to_its_cap_once() -> None:
    """The household pays what is above the cap, and what an earlier grant has taken of it."""
    assert shares(250_000, 300_000, 0) == (250_000, 0)
    assert shares(350_000, 300_000, 0) == (300_000, 50_000)
    assert shares(100_000, 300_000, 250_000) == (50_000, 50_000)
    assert shares(100_000, 300_000, 400_000) == (0, 100_000)


def test_roles_that_clash() -> None:
    """Only pairs that the district separates, and only once both are named; design and acceptance in any case."""
    apart = [["design", "accept"], ["serve", "accept"]]
    assert clashes({"design": 1, "serve": 1, "accept": None}, apart) == []
    assert clashes({"design": 1, "serve": 2, "accept": 1}, apart) == [("design", "accept")]
    assert clashes({"design": 1, "serve": 1, "accept": 1}, apart) == [("design", "accept"), ("serve", "accept")]
    for nothing_apart in ([], [["accept", "design"]]):
        assert clashes({"design": 1, "serve": 1, "accept": 1}, nothing_apart) == [("design", "accept")]


def test_nothing_is_built_without_pictures() -> None:
    """Before building one of before, before it counts as built one of after; nothing needed is a finding."""
    item = Pictured("扶手", before=False, after=False)
    named = {"design": 1, "serve": 2, "accept": 3}
    assert lacks(WorksState.BUILDING, [item], None, named) == ["a picture of 扶手 before"]
    assert lacks(WorksState.BUILT, [item], None, named) == ["a picture of 扶手 after"]
    assert lacks(WorksState.DESIGNED, [], None, named) != []
    assert lacks(WorksState.DESIGNED, [], "无需改造", named) == []
    assert lacks(WorksState.BUILDING, [], "无需改造", {"design": 1}) == ["who is to serve", "who is to accept"]


def test_the_life_of_works_has_an_end_from_everywhere() -> None:
    """Every state but the two last leads on, and nothing leads out of those."""
    assert [state for state, following in NEXT.items() if not following] == [WorksState.ACCEPTED, WorksState.CANCELLED]
    assert {state for following in NEXT.values() for state in following} == set(WorksState)


@SQLITE
async def test_who_designs_does_not_accept(keeping: Keeping) -> None:
    """Refused by organisation when roles are named, and by person when accepted; a bad picture is refused by name."""
    home = await keeping.household("chen")
    wish = {"household_id": home, "design_provider_id": keeping.designer_id}
    works = (await keeping.sun.post("/api/works", json=wish)).json()["id"]
    url = f"/api/works/{works}"
    same = await keeping.sun.post(f"{url}/roles", json={"accept_provider_id": keeping.designer_id})
    assert same.status_code == 409 and same.json()["roles"] == [["design", "accept"]]
    jump = await keeping.sun.post(f"{url}/moves", json={"to": "accepted"})
    assert jump.status_code == 409 and jump.json()["allowed"] == ["designed", "cancelled"]
    roles = {"serve_provider_id": keeping.operator_id, "accept_provider_id": keeping.inspector_id}
    assert (await keeping.sun.post(f"{url}/roles", json=roles)).is_success
    item = (await keeping.sun.post(f"{url}/items", json={"name": "坐便椅", "price_fen": 350_000})).json()
    assert (item["grant_fen"], item["own_fen"]) == (300_000, 50_000)
    photos = f"{url}/items/{item['items'][0]['id']}/photos"
    assert (await keeping.sun.post(photos, content=b"GIF89a")).status_code == 422
    assert (await keeping.sun.post(photos, params={"after": False}, content=PNG)).status_code == 201
    for to in ("designed", "building"):
        early = await keeping.sun.post(photos, params={"after": True}, content=PNG)
        assert (early.status_code, early.json()["code"]) == (409, "works.illegal_step"), early.text
        assert "from building on" in early.json()["detail"] and early.json()["missing"] == ["building has begun"]
        assert to in early.json()["allowed"]
        assert (await keeping.sun.post(f"{url}/moves", json={"to": to})).is_success
    assert (await keeping.sun.post(photos, params={"after": True}, content=PNG)).status_code == 201
    assert (await keeping.sun.post(f"{url}/moves", json={"to": "built"})).is_success
    refused = await keeping.sun.post(f"{url}/moves", json={"to": "accepted"})
    assert refused.status_code == 409 and refused.json()["code"] == "works.roles_clash"
    accepted = await keeping.root.post(f"{url}/moves", json={"to": "accepted"})
    assert accepted.status_code == 200 and accepted.json()["state"] == "accepted"
    shown = accepted.json()["items"][0]["photos"][0]["id"]
    picture = await keeping.sun.get(f"/api/works/photos/{shown}")
    assert picture.content == PNG and picture.headers["content-type"] == "image/png"
    sheet = await keeping.sun.get("/api/works/export.csv", params={"state": "accepted"})
    assert sheet.text.splitlines()[1].endswith(",350000,300000,50000,")
    far = await keeping.town.desk("far")
    assert (await far.get(f"/api/works/photos/{shown}")).status_code == 404


@SQLITE
async def test_many_at_once_tell_what_came_of_each(keeping: Keeping) -> None:
    """Three works, one unknown: organisations and steps row by row in the order asked, a refusal with its reason, and
    the others go on."""
    made = []
    for who in ("chen", "yu"):
        wish = {"household_id": await keeping.household(who), "design_provider_id": keeping.designer_id}
        made.append((await keeping.sun.post("/api/works", json=wish)).json()["id"])
    item = {"name": "扶手", "price_fen": 18000}
    assert (await keeping.sun.post(f"/api/works/{made[0]}/items", json=item)).is_success
    wanted = [made[1], 999_999, made[0], made[0]]
    same = {"works_ids": wanted, "accept_provider_id": keeping.designer_id}
    clash = (await keeping.sun.post("/api/works/roles", json=same)).json()["items"]
    assert [(row["works_id"], row["ok"]) for row in clash] == [(made[1], False), (999_999, False), (made[0], False)]
    assert [row["problem"]["status"] for row in clash] == [409, 404, 409]
    roles = {"works_ids": wanted, "serve_provider_id": keeping.operator_id, "accept_provider_id": keeping.inspector_id}
    named = (await keeping.sun.post("/api/works/roles", json=roles)).json()["items"]
    assert [row["ok"] for row in named] == [True, False, True]
    moved = (await keeping.sun.post("/api/works/moves", json={"works_ids": wanted, "to": "designed"})).json()["items"]
    assert [(row["works_id"], row["ok"], row["state"]) for row in moved] == [
        (made[1], False, None),
        (999_999, False, None),
        (made[0], True, "designed"),
    ]
    assert moved[0]["problem"]["missing"] == ["items, or a finding that nothing is needed"]
    wu = await keeping.town.desk("wu")
    assert (await wu.post("/api/works/moves", json={"works_ids": made, "to": "designed"})).status_code == 403
    assert (await keeping.sun.post("/api/works/moves", json={"works_ids": [], "to": "designed"})).status_code == 422


@SQLITE
async def test_works_name_the_bed_that_they_are_for(keeping: Keeping) -> None:
    """The one that is not closed, whatever came after; none where there is none, or for who may not open it."""
    town = keeping.town
    closed = await keeping.opens("chen")
    await keeping.steps(closed, "closed")
    homes = {}
    for who in ("chen", "yu"):
        wish = {"household_id": await keeping.household(who), "design_provider_id": keeping.designer_id}
        homes[who] = (await keeping.sun.post("/api/works", json=wish)).json()
    assert (homes["chen"]["bed_id"], homes["yu"]["bed_id"]) == (closed, None)
    again = await keeping.opens("chen")
    listed = (await keeping.sun.get("/api/works")).json()["items"]
    assert {row["id"]: row["bed_id"] for row in listed} == {homes["chen"]["id"]: again, homes["yu"]["id"]: None}
    hashed, now, designer_id = await hash_password(PASSWORD), town.clock.now(), keeping.designer_id
    async with town.database.writing() as session:
        who = (now, "yi", "衣设计", Role.SUPERVISOR, (DISTRICT,))
        await create_account(session, *who, password_hash=hashed, provider_id=designer_id)
    designer = await town.desk("yi")
    shown = (await designer.get(f"/api/works/{homes['chen']['id']}")).json()
    assert shown["bed_id"] is None
    assert (await designer.get(f"/api/beds/{again}")).status_code == 404
