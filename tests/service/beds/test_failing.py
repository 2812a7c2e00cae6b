"""Promise: an active bed that today's gate would not let pass is named with what it lacks, and no other bed is."""

import inspect
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from models import (
    Assessment,
    Base,
    Bed,
    BedDevice,
    Contract,
    ContractTemplate,
    Elder,
    Household,
    Provider,
    Station,
    Terminal,
    WorksOrder,
)
from models.types import AssessmentState, BedState, ContractState, Datum, DeviceKind, Scale, WorksState
from service.beds import rules
from tests.fixtures.keeping import Keeping
from tests.fixtures.town import COMMUNITY, DISTRICT

DAY = timedelta(days=1)
Rows = dict[str, Any]


def ways(today: date, now: datetime) -> dict[str, Rows]:
    """By the code of what is missing: what of a faultless bed has to be otherwise for it to be missing, only it."""
    return {
        "elder.left": {"elder": {"left_on": today - DAY}},
        "provider.licence_expired": {"provider": {"licence_until_on": today - DAY}},
        "provider.blacklisted": {"provider": {"blacklisted": True}},
        "assessment.none": {"assessment": {"valid_until_on": today - DAY}},
        "works.none": {"works": {"state": WorksState.CANCELLED}},
        "works.not_accepted": {"works": {"state": WorksState.SENT_BACK}},
        "device.missing": {"device": {"mandatory": False}},
        "device.not_fitted": {"device": {"fitted_at": None}},
        "device.not_tested": {"device": {"fitted_at": now + timedelta(seconds=1)}},
        "contract.none": {"contract": {"state": ContractState.WITHDRAWN}},
        "contract.not_signed": {"contract": {"state": ContractState.DRAWN}},
        "contract.over": {"contract": {"until_on": today - DAY}},
        "contract.not_begun": {"contract": {"from_on": today + DAY}},
        "contract.other_provider": {"newer_contract": {"provider_id": 1}},
    }


class Beds:
    """Active beds written as rows; without a difference each has all that its gate asks, and things it does not."""

    def __init__(self, session: AsyncSession, today: date, now: datetime) -> None:
        self.session, self.today, self.now = session, today, now

    async def add(self, row: Base, differences: Rows) -> Any:
        for name, value in differences.items():
            setattr(row, name, value)
        self.session.add(row)
        await self.session.flush()
        return row

    async def lives(self, n: int, otherwise: Rows) -> int:
        """One active bed; gives its id."""
        fine: Rows = {}
        place = {"lon": 121.4, "lat": 37.5, "datum": Datum.WGS84, "area_code": COMMUNITY, "address": f"试验路 {n} 号"}
        home = await self.add(Household(**place), fine)
        provider = Provider(name=f"机构 {n}", licence_no=f"L-{n}", licence_until_on=self.today)
        provider = await self.add(provider, otherwise.get("provider", fine))
        station = await self.add(Station(provider_id=provider.id, name=f"站 {n}", **place), fine)
        elder = Elder(household_id=home.id, area_code=COMMUNITY, name="陈氏", sex="F", born_on=date(1940, 1, 1))
        elder = await self.add(elder, otherwise.get("elder", fine))
        bed = Bed(elder_id=elder.id, provider_id=provider.id, station_id=station.id, area_code=COMMUNITY)
        bed = await self.add(bed, {"state": BedState.ACTIVE, "state_since_at": self.now})
        await self._assessment(elder.id, otherwise.get("assessment", fine))
        for state, more in ((WorksState.ACCEPTED, "works"), (WorksState.CANCELLED, "newer_works")):
            works = WorksOrder(household_id=home.id, area_code=COMMUNITY, design_provider_id=provider.id, state=state)
            works.state_since_at, works.made_at, works.grant_cap_fen = self.now, self.now, 0
            await self.add(works, otherwise.get(more, fine))
        terminal = Terminal(id=f"F-{n}", household_id=home.id, elder_id=elder.id, model="BX-2", key_sealed=b"")
        terminal = await self.add(terminal, {"tested_at": self.now})
        device = BedDevice(bed_id=bed.id, kind=DeviceKind.CALL, terminal_id=terminal.id, fitted_at=self.now)
        await self.add(device, {"mandatory": True} | otherwise.get("device", fine))
        await self.add(BedDevice(bed_id=bed.id, kind=DeviceKind.GAS, mandatory=False), fine)
        await self._contract(bed, otherwise.get("contract", fine))
        gone = {"state": ContractState.ENDED, "provider_id": 1}
        await self._contract(bed, otherwise.get("newer_contract", gone))
        return int(bed.id)

    async def _assessment(self, elder_id: int, otherwise: Rows) -> None:
        row = Assessment(elder_id=elder_id, scale=Scale.GBT42195, reason="first", level=2, answers={}, result={})
        row.state, row.made_at, row.saved_at = AssessmentState.APPROVED, self.now, self.now
        row.assessed_on, row.valid_until_on = self.today - 100 * DAY, self.today
        await self.add(row, otherwise)

    async def _contract(self, bed: Bed, otherwise: Rows) -> None:
        row = Contract(bed_id=bed.id, elder_id=bed.elder_id, provider_id=bed.provider_id, area_code=COMMUNITY)
        row.template_id, row.template_version, row.prices, row.drawn_at = 1, 0, [], self.now
        row.state, row.from_on, row.until_on = ContractState.SIGNED, self.today - 100 * DAY, self.today
        await self.add(row, otherwise)


async def populate(keeping: Keeping) -> dict[str, int]:
    """A bed for each thing that can be missing, and one that lacks nothing and is built at again, in the small town."""
    town = keeping.town
    template = ContractTemplate(id=1, area_code=DISTRICT, version=1, title="-", body="-", from_on=town.today)
    template.made_at = town.clock.now()
    async with town.database.writing() as session:
        beds = Beds(session, town.today, town.clock.now())
        await beds.add(template, {})
        beside = {"newer_works": {"state": WorksState.BUILDING}}
        named = {"": beside} | ways(town.today, town.clock.now())
        return {code: await beds.lives(n, otherwise) for n, (code, otherwise) in enumerate(named.items())}


def lacks(rows: list[dict[str, Any]]) -> dict[int, list[str]]:
    return {row["id"]: [lack["code"] for lack in row["blocks"]] for row in rows}


def test_every_lack_has_its_bed_here() -> None:
    """A new lack in the rules fails here until a bed below lacks it: so that the search cannot pass it over."""
    said = set(re.findall(r'Lack\("([a-z_.]+)"', inspect.getsource(rules)))
    assert said - {"contract.old_template"} == set(ways(date(2026, 3, 1), datetime(2026, 3, 1)))


async def test_each_bed_that_fails_is_found_with_what_it_lacks_and_none_else(keeping: Keeping) -> None:
    """By pages, by one lack, in counts, in scope; the same as judging every active bed."""
    beds = await populate(keeping)
    sun, wanted = keeping.sun, {ident: [code] for code, ident in beds.items() if code}
    everyone = (await sun.get("/api/beds", params={"state": "active", "limit": 200})).json()["items"]
    assert {ident: codes for ident, codes in lacks(everyone).items() if codes} == wanted
    found, cursor = dict[int, list[str]](), ""
    while cursor is not None:
        page = (await sun.get("/api/beds/failing", params={"limit": 4, "cursor": cursor or 0})).json()
        assert len(page["items"]) <= 4 and {row["state"] for row in page["items"]} == {"active"}
        found, cursor = found | lacks(page["items"]), page["next"]
    assert found == wanted
    counts = (await sun.get("/api/beds/failing/counts")).json()
    assert counts == {"beds": len(wanted), "lacks": {code: 1 for code in beds if code}, "more": False}
    one = (await sun.get("/api/beds/failing", params={"lack": "contract.over"})).json()
    assert list(lacks(one["items"])) == [beds["contract.over"]] and one["next"] is None
    far = await keeping.town.desk("far")
    assert (await far.get("/api/beds/failing")).json()["items"] == []
    assert (await far.get("/api/beds/failing/counts")).json()["beds"] == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_a_district_asks_for_is_missing_from_that_day(keeping: Keeping) -> None:
    """A rule that makes another device mandatory fails the beds around it that have none."""
    beds = await populate(keeping)
    devices = [{"kind": "call", "mandatory": True}, {"kind": "smoke", "mandatory": True}]
    rule = {"kind": "bed.devices", "area_code": COMMUNITY, "value": {"devices": devices}, "source": "社区方案"}
    set_ = await keeping.sun.post("/api/policies", json={**rule, "from_on": str(keeping.town.today)})
    assert set_.is_success, set_.text
    counts = (await keeping.sun.get("/api/beds/failing/counts")).json()
    assert counts["beds"] == len(beds) == counts["lacks"]["device.missing"]
