"""Promise: the waiting list's order follows the district's rule, explains every position, and is the same each time."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Elder
from service.policies.conditions import Facts
from service.policies.kinds import KINDS
from service.waiting.rules import Applicant, rank
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import DISTRICT, ELSEWHERE

RULE = KINDS["bed.waiting"].default
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def applicant(number: int, day: int, ability: int | None = 2, age: int = 75, *categories: str) -> Applicant:
    facts = Facts(age, ability, False, ability is not None, frozenset(categories))
    return Applicant(number, date(2026, 3, day), facts)


def test_groups_then_need_then_day() -> None:
    """The destitute first, then the poor in need, then the others by level, day of asking and age."""
    people = [
        applicant(1, 1, 3),
        applicant(2, 2, 1, 75, "low_income"),
        applicant(3, 3, 2, 75, "low_income"),
        applicant(4, 9, 1, 61, "destitute"),
        applicant(5, 5, 2, 85),
        applicant(6, 5, 2, 90),
    ]
    places = rank(people, RULE)
    assert [place.entry_id for place in places] == [4, 3, 1, 6, 5, 2]
    assert [place.decided_by for place in places] == [None, "tier", "tier", "ability", "age", "ability"]
    assert places[0].reasons[0] == {"by": "tier", "value": 1, "name": "特困"}


def test_first_among_equals() -> None:
    """A soldier's family goes before others of the same group, not before another group."""
    people = [applicant(1, 1, 4), applicant(2, 2, 1, 75, "military_family"), applicant(3, 3, 1, 75, "destitute")]
    assert [place.entry_id for place in rank(people, RULE)] == [3, 2, 1]


def test_who_may_not_wait_stands_last_with_the_reason() -> None:
    """Too young, not assessed, or not in need: no position, and every unmet condition by name."""
    places = rank([applicant(1, 1, 0), applicant(2, 1, None, 59), applicant(3, 1, 1)], RULE)
    assert [(place.entry_id, place.position) for place in places] == [(3, 1), (1, None), (2, None)]
    assert places[1].unmet == ("轻度失能以上",)
    assert places[2].unmet == ("60 周岁以上", "评估有效", "轻度失能以上")


PEOPLE = st.lists(
    st.tuples(
        st.integers(1, 28),
        st.sampled_from([None, 0, 1, 2, 3, 4]),
        st.integers(55, 105),
        st.lists(st.sampled_from(["destitute", "low_income", "special_family", "military_family"]), max_size=2),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_same_people_in_any_order_give_the_same_list(rows: list[tuple], rng: object) -> None:  # type: ignore[type-arg]
    """Nothing depends on how rows come; positions are 1 to n; nobody is lost; the order is the keys' order."""
    people = [applicant(number, day, ability, age, *names) for number, (day, ability, age, names) in enumerate(rows)]
    mixed = people.copy()
    rng.shuffle(mixed)  # type: ignore[attr-defined]
    first, again = rank(people, RULE), rank(mixed, RULE)
    assert first == again
    placed = [place for place in first if place.position is not None]
    assert [place.position for place in placed] == list(range(1, len(placed) + 1))
    assert sorted(place.entry_id for place in first) == list(range(len(people)))


@SQLITE
async def test_asked_ranked_and_granted(keeping: Keeping) -> None:
    """Two ask; the order is explained; passing somebody over takes a reason; a district's own rule reorders."""
    for who in ("chen", "yu"):
        await keeping.assesses(who)
    async with keeping.town.database.writing() as session:
        (await session.get_one(Elder, keeping.town.elders["yu"])).born_on = date(1930, 1, 1)
    ids = {}
    for days, who in enumerate(("chen", "yu")):
        wish = {"elder_id": keeping.town.elders[who], "asked_on": str(keeping.town.today - timedelta(days=9 - days))}
        answer = await keeping.root.post("/api/waiting", json=wish)
        assert answer.status_code == 201, answer.text
        ids[who] = answer.json()["id"]
        assert (await keeping.root.post("/api/waiting", json=wish)).json()["entry_id"] == ids[who]
    shown = (await keeping.root.get("/api/waiting", params={"area_code": DISTRICT})).json()
    assert [row["id"] for row in shown["items"]] == [ids["chen"], ids["yu"]]
    assert shown["items"][1]["decided_by"] == "asked_on" and shown["rule"]["verified"] is False
    sheet = (await keeping.root.get("/api/waiting/export.csv", params={"area_code": DISTRICT})).text.splitlines()
    assert "tier 3；first_among_equals false；ability 2 (most first)；asked_on" in sheet[1] and len(sheet) == 3
    station = {"station_id": keeping.town.station_id}
    passed = await keeping.root.post(f"/api/waiting/{ids['yu']}/grant", json=station)
    assert passed.status_code == 409 and passed.json()["first"] == ids["chen"]
    rule = {**RULE, "order": [{"by": "age", "first": "most"}]}
    policy = {"kind": "bed.waiting", "area_code": DISTRICT, "value": rule, "source": "试行办法", "verified": True}
    set_to = await keeping.root.post("/api/policies", json={**policy, "from_on": str(keeping.town.today)})
    assert set_to.status_code == 201, set_to.text
    shown = (await keeping.root.get("/api/waiting", params={"area_code": DISTRICT})).json()
    assert [row["id"] for row in shown["items"]] == [ids["yu"], ids["chen"]] and shown["rule"]["verified"] is True
    granted = await keeping.root.post(f"/api/waiting/{ids['yu']}/grant", json=station)
    assert granted.status_code == 200 and granted.json()["state"] == "granted"
    assert (await keeping.bed(granted.json()["bed_id"]))["history"][0]["why"].startswith("waiting list, position 1")
    assert (await keeping.root.post(f"/api/waiting/{ids['yu']}/withdraw")).status_code == 409
    wrong = {**policy, "value": {**rule, "tiers": [{"name": "x", "when": {"fact": "income", "least": 1}}]}}
    refused = await keeping.root.post("/api/policies", json={**wrong, "from_on": str(keeping.town.today)})
    assert refused.status_code == 422 and refused.json()["fields"][0]["field"] == "value.tiers.0.when"


@SQLITE
async def test_a_bed_beside_the_list_takes_a_reason(keeping: Keeping) -> None:
    """While somebody is first, a bed for anybody else is opened with a word that its history keeps."""
    town, root = keeping.town, keeping.root
    await keeping.assesses("chen")
    wish = {"station_id": town.station_id}
    entry = (await root.post("/api/waiting", json={"elder_id": town.elders["chen"]})).json()
    assert entry["position"] == 1
    beside = {**wish, "elder_id": town.elders["yu"]}
    refused = await root.post("/api/beds", json=beside)
    assert (refused.status_code, refused.json()["code"]) == (409, "waiting.not_first")
    assert refused.json()["first"] == entry["id"]
    assert (await root.get("/api/beds", params={"elder_id": beside["elder_id"]})).json()["items"] == []
    opened = await root.post("/api/beds", json={**beside, "why": "出院当天没人照护"})
    assert opened.status_code == 201, opened.text
    told = opened.json()["history"][0]["why"]
    assert told == "beside the waiting list, bed.waiting#default: 出院当天没人照护"
    first = await root.post("/api/beds", json={**wish, "elder_id": town.elders["chen"]})
    assert first.status_code == 201 and first.json()["history"][0]["why"] is None


@SQLITE
async def test_who_may_not_wait_keeps_nobody_from_a_bed(keeping: Keeping) -> None:
    """An application that holds no place (nobody has assessed) asks for no reason."""
    entry = (await keeping.root.post("/api/waiting", json={"elder_id": keeping.town.elders["chen"]})).json()
    assert entry["position"] is None
    assert await keeping.opens("yu") > 0


@SQLITE
async def test_days_that_nobody_asked_on_and_who_wants_no_bed_any_more(keeping: Keeping) -> None:
    """A day to come or of long ago is refused and puts nobody first; who has left or has a bed holds no place."""
    town = keeping.town
    for who in ("chen", "yu"):
        await keeping.assesses(who)
    wish = {"elder_id": town.elders["chen"]}
    for day in (
        "1900-01-01",
        "2100-01-01",
        str(town.today + timedelta(days=1)),
        str(town.today - timedelta(days=1099)),
    ):
        refused = await keeping.root.post("/api/waiting", json={**wish, "asked_on": day})
        (fault,) = refused.json()["fields"]
        assert (refused.status_code, fault["field"]) == (422, "asked_on")
        assert fault["accepted"] == f"a date {town.today - timedelta(days=1098)} to {town.today}"
    chen = (await keeping.root.post("/api/waiting", json={**wish, "asked_on": str(town.today)})).json()["id"]
    yu = (await keeping.root.post("/api/waiting", json={"elder_id": town.elders["yu"]})).json()["id"]
    async with town.database.writing() as session:
        (await session.get_one(Elder, town.elders["chen"])).left_on = town.today
    await keeping.opens("yu")
    shown = (await keeping.root.get("/api/waiting", params={"area_code": DISTRICT})).json()
    unmet = {row["id"]: (row["position"], row["unmet"]) for row in shown["items"]}
    assert unmet == {chen: (None, ["已离开名册"]), yu: (None, ["已有床位"])} and shown["waiting"] == 0
    granted = await keeping.root.post(f"/api/waiting/{chen}/grant", json={"station_id": town.station_id, "why": "急"})
    assert (granted.status_code, granted.json()["code"]) == (409, "elder.has_left")
    async with town.database.writing() as session:
        (await session.get_one(Elder, town.elders["chen"])).merged_into_id = town.elders["yu"]
    told = (await keeping.root.get(f"/api/waiting/{chen}")).json()
    assert (told["position"], told["unmet"]) == (None, ["已合并到另一条"])
    assert (await keeping.root.post(f"/api/waiting/{chen}/withdraw")).is_success
    refused = (await keeping.root.post("/api/waiting", json=wish)).json()
    assert (refused["code"], refused["elder_id"]) == ("elder.merged_away", town.elders["yu"])


@SQLITE
async def test_who_moves_waits_where_they_live_now(keeping: Keeping) -> None:
    """In the new district's list by its rule and at its desks; in the old one's no more."""
    town = keeping.town
    await keeping.assesses("chen")
    entry = (await keeping.root.post("/api/waiting", json={"elder_id": town.elders["chen"]})).json()["id"]
    async with town.database.writing() as session:
        far = await session.get_one(Elder, town.elders["far"])
        chen = await session.get_one(Elder, town.elders["chen"])
        chen.household_id, chen.area_code = far.household_id, far.area_code
    lists = {}
    for code in (DISTRICT, ELSEWHERE):
        shown = (await keeping.root.get("/api/waiting", params={"area_code": code})).json()
        lists[code] = [(row["id"], row["position"]) for row in shown["items"]]
    assert lists == {DISTRICT: [], ELSEWHERE: [(entry, 1)]}
    assert (await keeping.sun.get(f"/api/waiting/{entry}")).status_code == 404
    assert (await (await town.desk("far")).get(f"/api/waiting/{entry}")).json()["position"] == 1
