"""Promise: every register shows what is in scope, masked, a page at a time, and nothing else."""

from tests.fixtures.town import COMMUNITY, TownBuilder


async def test_a_desk_sees_its_own_district(town: TownBuilder) -> None:
    """Elders, beds, caregivers, stations, canteens, areas and duty of one district; names masked."""
    near, far = await town.desk("wu"), await town.desk("far")
    elders = (await near.get("/api/elders")).json()["items"]
    assert [elder["name"] for elder in elders] == ["陈**", "于**"]
    assert [elder["name"] for elder in (await far.get("/api/elders")).json()["items"]] == ["柳**"]
    assert len((await near.get("/api/beds")).json()["items"]) == 2
    assert (await near.get("/api/beds/counts")).json()["active"] == 2
    assert (await far.get("/api/beds")).json()["items"] == []
    assert {row["surname"] for row in (await near.get("/api/caregivers")).json()} == {"林", "高"}
    (station,) = (await near.get("/api/stations")).json()
    (provider,) = (await near.get("/api/providers")).json()
    assert (station["name"], station["provider_id"]) == ("清泉站", provider["id"]) and not provider["blacklisted"]
    assert (await far.get("/api/stations")).json() == []
    assert [row["name"] for row in (await near.get("/api/canteens")).json()] == ["清泉食堂"]
    assert [row["diet"] for row in (await near.get("/api/meals")).json()] == [["soft"]]
    assert {row["display"] for row in (await near.get("/api/duty")).json()} == {"林**", "高**"}
    assert COMMUNITY in {row["code"] for row in (await near.get("/api/areas")).json()}
    assert len((await near.get("/api/map/elders")).json()["points"]) == 2


async def test_lists_page_by_cursor(town: TownBuilder) -> None:
    """Page after page without gaps or repeats, and a cursor that is no number is refused by name."""
    desk = await town.desk("root")
    seen, cursor = [], "0"
    while cursor is not None:
        page = (await desk.get(f"/api/elders?limit=1&cursor={cursor}")).json()
        seen += [elder["id"] for elder in page["items"]]
        cursor = page["next"]
    assert seen == sorted(town.elders.values())
    refused = await desk.get("/api/elders?cursor=x")
    assert refused.status_code == 422
    assert refused.json()["fields"][0]["field"] == "query.cursor"


async def test_somebody_elses_elder_is_not_there(town: TownBuilder) -> None:
    """The same answer as for nobody at all."""
    far = await town.desk("far")
    other, nobody = [await far.get(f"/api/elders/{number}") for number in (town.elders["chen"], 999)]
    assert (other.status_code, nobody.status_code) == (404, 404)
    assert other.json()["code"] == nobody.json()["code"]


async def test_what_belongs_to_one_elder(town: TownBuilder) -> None:
    """An elder's page asks for their terminals, calls and bed, and gets nobody else's."""
    desk, chen, yu = await town.desk("wu"), town.elders["chen"], town.elders["yu"]
    call = await town.terminal("chen").presses_call()
    terminals = (await desk.get(f"/api/terminals?elder={chen}")).json()["items"]
    assert [one["id"] for one in terminals] == ["T-chen"]
    calls = [(await desk.get(f"/api/incidents?elder={who}")).json()["items"] for who in (chen, yu)]
    assert [[one["id"] for one in mine] for mine in calls] == [[call["incident"]], []]
    beds = (await desk.get(f"/api/beds?elder_id={yu}")).json()["items"]
    assert [bed["elder_id"] for bed in beds] == [yu]
