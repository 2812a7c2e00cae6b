"""Promise: a policy is data of a known shape; the newest of the smallest area holds; conditions are plain."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from models import Policy
from service.exports import as_csv
from service.policies.actions import read
from service.policies.conditions import Facts, faults, first_holding, holds
from service.policies.kinds import KINDS
from service.policies.queries import Book
from tests.fixtures.keeping import Keeping

FACTS = Facts(age=82, ability=None, lives_alone=True, assessed=False, categories=frozenset({"low_income"}))
COMMUNITY, STREET, DISTRICT = "370613001001", "370613001000", "370613000000"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_default_has_its_shape_and_a_source(kind: str) -> None:
    """What holds where nobody set anything would be accepted if somebody set it."""
    known = KINDS[kind]
    assert known.shape.model_validate(known.default).model_dump(mode="json") and known.source


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ({"category": "low_income"}, True),
        ({"category": "destitute"}, False),
        ({"fact": "age", "least": 82}, True),
        ({"fact": "age", "least": 83}, False),
        ({"fact": "ability", "least": 0}, False),
        ({"is": "lives_alone"}, True),
        ({"is": "assessed"}, False),
        ({"not": {"is": "assessed"}}, True),
        ({"all": [{"is": "lives_alone"}, {"category": "low_income"}]}, True),
        ({"all": [{"is": "lives_alone"}, {"is": "assessed"}]}, False),
        ({"any": [{"is": "assessed"}, {"category": "low_income"}]}, True),
        ({"any": [{"is": "assessed"}]}, False),
    ],
)
def test_conditions(condition: dict[str, object], true: bool) -> None:
    """An unknown ability is less than every level, also less than the lowest."""
    assert faults(condition) == [] and holds(condition, FACTS) is true
    assert first_holding([{"name": "x", "when": condition}], FACTS) == (0 if true else None)


@pytest.mark.parametrize(
    "wrong",
    [
        "low_income",
        {},
        {"category": "Low Income"},
        {"category": "a\u0000b"},
        {"category": "a", "is": "assessed"},
        {"fact": "income", "least": 1},
        {"fact": "age"},
        {"fact": "age", "least": True},
        {"fact": "age", "least": 151},
        {"is": "rich"},
        {"all": []},
        {"not": []},
        {"not": {"not": {"not": {"not": {"not": {"is": "assessed"}}}}}},
        {"exec": "rm"},
    ],
)
def test_what_is_no_condition(wrong: object) -> None:
    """Refused with a reason, whatever it is."""
    assert faults(wrong)


def test_a_wrong_value_is_refused_by_its_place() -> None:
    """A grant below nothing, a role nobody knows, a field nobody asked for."""
    for value in ({"grant_cap_fen": -1, "separate": []}, {"grant_cap_fen": 1, "separate": [["a", "b"]]}, {"cap": 1}):
        with pytest.raises(ValidationError):
            KINDS["bed.works"].shape.model_validate(value)


@pytest.mark.parametrize(
    ("kind", "value", "place"),
    [
        ("bed.devices", {"devices": [{"kind": "call", "mandatory": False}]}, "value.devices"),
        ("bed.devices", {"devices": [{"kind": "smoke", "mandatory": True}]}, "value.devices"),
        ("bed.works", {"grant_cap_fen": 1, "separate": []}, "value.separate"),
        ("bed.works", {"grant_cap_fen": 1, "separate": [["serve", "accept"]]}, "value.separate"),
    ],
)
def test_no_district_rules_the_gate_away(kind: str, value: dict[str, object], place: str) -> None:
    """A caller that must pass its test and a design that somebody else accepts are in every district's rule."""
    assert [fault.field for fault in read({"kind": kind, "value": value})[1]] == [place]


def test_stricter_than_the_floor_is_a_districts_own_thing() -> None:
    """More devices that must be there, the pair written the other way about: both are kept as written."""
    devices = {"devices": [{"kind": "smoke", "mandatory": True}, {"kind": "call", "mandatory": True}]}
    assert read({"kind": "bed.devices", "value": devices}) == (devices, [])
    works = {"grant_cap_fen": 1, "separate": [["accept", "design"]]}
    assert read({"kind": "bed.works", "value": works}) == (works, [])


def test_the_smallest_area_and_the_newest_day_hold() -> None:
    """Community before street before district before the default; later before earlier; another district's never."""

    def row(number: int, area: str, day: int) -> Policy:
        made = Policy(kind="bed.works", area_code=area, from_on=date(2026, 3, day), value={"n": number}, source="s")
        made.id, made.verified, made.made_at = number, False, datetime.now(UTC)
        return made

    book = Book("bed.works", [row(1, DISTRICT, 1), row(2, DISTRICT, 5), row(3, STREET, 1), row(4, "370602000000", 9)])
    assert book.at(COMMUNITY).value == {"n": 3} and book.at(COMMUNITY).version == "bed.works#3"
    assert book.at("370613002001").value == {"n": 2}
    assert book.at("371000000000").version == "bed.works#default"


def test_where_a_district_keeps_one_list_a_street_has_no_say() -> None:
    """What stands for a street is passed over by the kinds that are read for the whole district."""
    made = Policy(kind="bed.waiting", area_code=STREET, from_on=date(2026, 3, 1), value={"n": 1}, source="s")
    made.id, made.verified = 1, False
    assert Book("bed.waiting", [made]).at(COMMUNITY).version == "bed.waiting#default"
    made.kind, made.area_code = "bed.works", STREET
    assert Book("bed.works", [made]).at(COMMUNITY).version == "bed.works#1"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["bed.waiting", "patrol.groups"])
async def test_a_policy_that_nobody_would_read_is_refused(keeping: Keeping, kind: str) -> None:
    """For a street, though the list is the district's: the answer names the code that would be accepted, and it is."""
    wish = {"kind": kind, "value": KINDS[kind].default, "from_on": str(keeping.town.today), "source": "街道通知"}
    for area in (STREET, COMMUNITY):
        refused = await keeping.root.post("/api/policies", json={**wish, "area_code": area})
        assert refused.status_code == 422
        assert [(one["field"], one["accepted"]) for one in refused.json()["fields"]] == [("area_code", DISTRICT)]
    assert (await keeping.root.post("/api/policies", json={**wish, "area_code": DISTRICT})).status_code == 201
    shown = (await keeping.root.get("/api/policies", params={"area_code": COMMUNITY})).json()["items"]
    down_to = {one["kind"]: one["down_to"] for one in shown}
    assert (down_to[kind], down_to["bed.works"]) == ("district", "community")


def test_a_cell_never_becomes_a_formula() -> None:
    """What spreadsheets would run is text there; lists are joined, nothing is nothing."""
    body = as_csv("x", ("a", "b", "c", "d"), [{"a": "=1+1", "b": ["甲", "乙"], "c": None, "d": "@x"}]).body
    assert bytes(body).decode().splitlines() == ["\ufeffa,b,c,d", "'=1+1,甲；乙,,'@x"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_history_tells_who_set_what_when(keeping: Keeping) -> None:
    """What is to come stands first, what a street set beside what its district did; another kind's never."""
    wish = {"kind": "bed.respite", "source": "区里的通知", "from_on": str(keeping.town.today)}
    value = {"hour_fen": 1800, "longest_hours": 48, "days_a_year": 20}
    for area, price, day in ((DISTRICT, 1800, "2026-01-01"), (STREET, 900, "2099-01-01"), (STREET, 1200, "2026-02-01")):
        body = {**wish, "area_code": area, "value": {**value, "hour_fen": price}, "from_on": day}
        made = await keeping.root.post("/api/policies", json=body)
        assert made.status_code == 201, made.text
    asked = {"kind": "bed.respite", "area_code": COMMUNITY}
    told = (await keeping.sun.get("/api/policies/history", params=asked)).json()["items"]
    assert [row["value"]["hour_fen"] for row in told] == [900, 1200, 1800]
    assert told[0]["made_by"] and told[0]["made_at"] and told[0]["area_code"] == STREET
    of_district = (await keeping.sun.get("/api/policies/history", params={**asked, "area_code": DISTRICT})).json()
    assert [row["value"]["hour_fen"] for row in of_district["items"]] == [1800]
    other = await keeping.sun.get("/api/policies/history", params={**asked, "kind": "bed.works"})
    assert other.json()["items"] == []
    for path in ("/api/policies", "/api/policies/history"):
        assert (await keeping.sun.get(path, params={**asked, "area_code": "990000000000"})).status_code == 404


async def test_a_policy_is_refused_once_with_every_fault(keeping: Keeping) -> None:
    """What stands around the value and the value itself, in one answer; nothing is set."""
    wish = {"kind": "bed.works", "area_code": DISTRICT, "from_on": "2026-03-02", "until_on": "2026-03-01"}
    wish |= {"source": " ", "value": {"grant_cap_fen": -1, "separate": []}}
    refused = await keeping.root.post("/api/policies", json=wish)
    assert refused.status_code == 422
    told = {"source", "until_on", "value.grant_cap_fen", "value.separate"}
    assert {one["field"] for one in refused.json()["fields"]} == told
    strange = await keeping.root.post("/api/policies", json={**wish, "kind": "bed.colour", "value": 3, "source": "x"})
    assert {one["field"] for one in strange.json()["fields"]} == {"kind", "value", "until_on"}
    asked = {"kind": "bed.works", "area_code": DISTRICT}
    assert (await keeping.sun.get("/api/policies/history", params=asked)).json()["items"] == []
