"""Promise: whatever is done in whatever order, a bed is active only with all four conditions; no visit is left over.

The conditions are asked of the tables here by statements of this file's own, not by the rules that are under test.
"""

import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Assessment, Bed, BedDevice, Contract, Elder, Policy, Provider, Station, Terminal, WorksOrder
from models.types import AssessmentState, BedState, ContractState, DeviceKind, PauseKind, Role, Scale, WorksState
from service.auth import Actor
from service.beds import moving, pausing
from service.beds.actions import fit_device, open_bed, plan_device, remove_device
from service.beds.queries import billed_days
from service.clock import Clock
from service.contracts.actions import draw_up, publish_template, sign, step_back
from service.db import Database
from service.errors import ServiceError
from service.orders.actions import Wish, place_order
from service.policies.actions import set_policy
from service.town_clock import TownTime
from service.vault import Vault
from tests.fixtures.house import SECRET, nine_in_the_morning
from tests.fixtures.town import DISTRICT, TownBuilder

WALK = [BedState(name) for name in ("assessed", "surveyed", "adapting", "devices_installed", "tested", "contracted")]
DEEDS = (
    *("assess", "expire", "accept_works", "reopen_works", "more_works", "fit", "test", "sign", "sign", "template"),
    *("end_contract", "blacklist", "pardon", "suspend", "suspend", "resume", "night", "order", "order"),
    *("onwards", "onwards", "onwards", "back", "activate", "activate", "close", "policy", "plan", "remove"),
)


@dataclass
class World:
    """One bed in one transaction that is never committed."""

    session: AsyncSession
    clock: Clock
    actor: Actor
    elder: Elder
    station: Station
    bed: Bed
    refused: list[str] = field(default_factory=list)

    @property
    def town(self) -> TownTime:
        return TownTime(self.clock.now())

    async def does(self, deed: str, number: int) -> None:
        """One deed; a refusal changes nothing and is remembered."""
        self.clock.shift(seconds=1)
        try:
            async with self.session.begin_nested():
                await getattr(self, deed)(number)
        except ServiceError as refusal:
            self.refused.append(refusal.code)
        await self.session.refresh(self.bed)

    async def assess(self, number: int) -> None:
        on, now = self.town.today, self.clock.now()
        row = Assessment(elder_id=self.elder.id, scale=Scale.GBT42195, reason="first", level=2, answers={}, result={})
        row.state, row.made_at, row.saved_at = AssessmentState.APPROVED, now, now
        row.assessed_on, row.valid_until_on = on, on + timedelta(days=number)
        self.session.add(row)

    async def expire(self, _number: int) -> None:
        for row in await self.session.scalars(select(Assessment)):
            row.ended_on = self.town.today

    async def accept_works(self, _number: int) -> None:
        row = WorksOrder(household_id=self.elder.household_id, area_code=self.elder.area_code, grant_cap_fen=0)
        row.state, row.state_since_at, row.made_at = WorksState.ACCEPTED, self.clock.now(), self.clock.now()
        row.design_provider_id = self.bed.provider_id
        self.session.add(row)

    async def more_works(self, _number: int) -> None:
        await self.accept_works(0)
        await self.session.flush()
        newest = select(WorksOrder).order_by(WorksOrder.id.desc()).limit(1)
        (await self.session.scalars(newest)).one().state = WorksState.SURVEYED

    async def reopen_works(self, _number: int) -> None:
        for row in await self.session.scalars(select(WorksOrder)):
            row.state = WorksState.SENT_BACK

    async def fit(self, _number: int) -> None:
        device = await self._must_be_there()
        if device is not None:
            await fit_device(self.session, self.actor, self.bed.id, device.id, "T-chen", self.clock.now())

    async def policy(self, number: int) -> None:
        """No device is mandatory from now on: as somebody sets it, or in a row from before that was refused."""
        value, today = {"devices": [{"kind": "call", "mandatory": False}]}, self.town.today
        if number % 2:
            told = {"kind": "bed.devices", "area_code": DISTRICT, "value": value, "from_on": today, "until_on": None}
            await set_policy(self.session, self.actor, {**told, "source": "…", "verified": False}, self.clock.now())
        row = Policy(kind="bed.devices", area_code=DISTRICT, from_on=today, value=value, source="…")
        row.verified, row.made_at = False, self.clock.now()
        self.session.add(row)

    async def plan(self, number: int) -> None:
        kind = (DeviceKind.CALL, DeviceKind.SMOKE)[number % 2]
        await plan_device(self.session, self.actor, self.bed.id, kind, number < 2, self.clock.now())

    async def remove(self, _number: int) -> None:
        device = await self._must_be_there()
        if device is not None:
            await remove_device(self.session, self.actor, self.bed.id, device.id, self.clock.now())

    async def _must_be_there(self) -> BedDevice | None:
        of_bed = select(BedDevice).where(BedDevice.bed_id == self.bed.id, BedDevice.mandatory)
        return (await self.session.scalars(of_bed.order_by(BedDevice.id).limit(1))).first()

    async def test(self, _number: int) -> None:
        (await self.session.get_one(Terminal, "T-chen")).tested_at = self.clock.now()

    async def template(self, _number: int) -> None:
        today = self.town.today
        await publish_template(self.session, self.actor, DISTRICT, "合同", "…", today, self.clock.now())

    async def sign(self, number: int) -> None:
        now, today = self.clock.now(), self.town.today
        begin = today + timedelta(days=number % 2)
        row = await draw_up(self.session, self.actor, self.bed.id, None, begin, 12, now, today)
        await sign(self.session, self.actor, row.id, "elder", now, today)

    async def end_contract(self, _number: int) -> None:
        for row in await self.session.scalars(select(Contract).where(Contract.state == ContractState.SIGNED)):
            await step_back(self.session, self.actor, row.id, "…", self.clock.now(), self.town.today)

    async def blacklist(self, _number: int) -> None:
        (await self.session.get_one(Provider, self.bed.provider_id)).blacklisted = True

    async def pardon(self, _number: int) -> None:
        (await self.session.get_one(Provider, self.bed.provider_id)).blacklisted = False

    async def suspend(self, number: int) -> None:
        begin = self.town.today + timedelta(days=number - 2)
        await pausing.suspend(
            self.session, self.actor, self.bed.id, PauseKind.HOSPITAL, begin, None, self.clock.now(), self.town
        )

    async def resume(self, number: int) -> None:
        on = self.town.today + timedelta(days=number - 2)
        await pausing.resume(self.session, self.actor, self.bed.id, on, None, self.clock.now(), self.town)

    async def night(self, _number: int) -> None:
        self.clock.shift(days=1)
        await pausing.begin_rest(self.session, self.bed.id, self.clock.now(), self.town)

    async def order(self, number: int) -> None:
        start = self.town.at + timedelta(days=number, hours=1)
        day = TownTime(start).today
        wish = Wish(self.elder.id, "clean.home", day, start, start + timedelta(hours=1))
        await place_order(self.session, self.actor, wish, self.clock.now(), self.town.at)

    async def onwards(self, _number: int) -> None:
        after = WALK.index(self.bed.state) + 1 if self.bed.state in WALK else 0
        await self._move(WALK[after] if after < len(WALK) else BedState.ACTIVE)

    async def back(self, _number: int) -> None:
        await self._move(WALK[WALK.index(self.bed.state) - 1] if self.bed.state in WALK[1:] else BedState.APPLIED)

    async def activate(self, _number: int) -> None:
        await self._move(BedState.ACTIVE)

    async def close(self, number: int) -> None:
        if number == 3:
            await self._move(BedState.CLOSED)

    async def _move(self, to: BedState) -> None:
        await moving.move_bed(self.session, self.actor, self.bed.id, to, self.clock.now(), self.town)


GATE = """
SELECT
 EXISTS (SELECT 1 FROM assessment WHERE elder_id = :elder AND state = 'approved' AND assessed_on <= :today
         AND valid_until_on >= :today AND (ended_on IS NULL OR ended_on > :today)) AS assessed,
 EXISTS (SELECT 1 FROM works_order w WHERE household_id = :home AND state = 'accepted' AND (:again OR NOT EXISTS
         (SELECT 1 FROM works_order n WHERE n.household_id = :home AND n.id > w.id))) AS built,
 NOT EXISTS (SELECT 1 FROM bed_device d LEFT JOIN terminal t ON t.id = d.terminal_id WHERE d.bed_id = :bed
             AND d.mandatory AND (t.tested_at IS NULL OR d.fitted_at IS NULL OR t.tested_at < d.fitted_at))
 AND EXISTS (SELECT 1 FROM bed_device WHERE bed_id = :bed AND mandatory AND kind = 'call') AS tested,
 EXISTS (SELECT 1 FROM contract WHERE bed_id = :bed AND state IN ('signed', 'renewed')
         AND from_on <= :today AND until_on >= :today
         AND (:again OR template_version = (SELECT max(version) FROM contract_template))) AS signed
"""
LEFT_OVER = """
SELECT count(*) FROM visit v JOIN bed_pause p ON p.elder_id = v.elder_id
WHERE v.state = 'accepted' AND v.service_on >= p.from_on AND (p.until_on IS NULL OR v.service_on < p.until_on)
"""
RESTING = "SELECT count(*) FROM bed_pause WHERE until_on IS NULL AND from_on <= :today"
BILLED = """
SELECT (SELECT min(date(at, '+8 hours')) FROM bed_step WHERE bed_id = :bed AND to_state = 'active') <= :day
       AND coalesce((SELECT min(date(at, '+8 hours')) FROM bed_step WHERE bed_id = :bed AND to_state = 'closed')
                    > :day, 1) AS live,
 EXISTS (SELECT 1 FROM bed_pause WHERE bed_id = :bed AND from_on <= :day
         AND (until_on IS NULL OR until_on > :day)) AS rests
"""
LOST = """
SELECT count(*) FROM care_order o LEFT JOIN visit v ON v.order_id = o.id
WHERE (o.state = 'placed') <> (v.state = 'accepted')
"""


@pytest.fixture(scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> AsyncIterator[TownBuilder]:
    file = tmp_path_factory.mktemp("paths") / "town.db"
    shutil.copy(migrated_file, file)
    clock = nine_in_the_morning()
    database = Database(f"sqlite+aiosqlite:///{file}", clock)
    nobody = None
    yield await TownBuilder(database, clock, Vault(SECRET), nobody, None).found()  # type: ignore[arg-type]
    await database.close()


async def world_on(ground: TownBuilder, session: AsyncSession) -> World:
    """The town with one fresh bed of Granny Chen's."""
    await session.execute(text("DELETE FROM bed"))
    account = (await session.scalars(select(Account).where(Account.name == "root"))).one()
    actor = Actor(account.id, "root", "r", Role.ADMIN, None, None, None, (), ("",), 1, "console")
    elder = await session.get_one(Elder, ground.elders["chen"])
    station = await session.get_one(Station, ground.station_id)
    bed = await open_bed(session, actor, elder, station, ground.clock.now(), ground.today)
    return World(session, ground.clock, actor, elder, station, bed)


async def bills(world: World) -> None:
    """Day by day over five weeks: billed is what came after the first day of life, before the end, and in no rest."""
    first, last = world.town.today - timedelta(days=21), world.town.today + timedelta(days=14)
    billed = (await billed_days(world.session, [world.bed], first, last))[world.bed.id]
    for day in (first + timedelta(days=number) for number in range(36)):
        row = (await world.session.execute(text(BILLED), {"bed": world.bed.id, "day": day.isoformat()})).one()
        assert (day in billed) is bool(row.live and not row.rests), f"{day} {row}"


async def check(world: World, before: BedState) -> None:
    """What has to hold after any deed."""
    if world.bed.state is BedState.SUSPENDED:
        assert await world.session.scalar(text(RESTING), {"today": world.town.today.isoformat()}) == 1
    if world.bed.state is BedState.ACTIVE and before is not BedState.ACTIVE:
        given_by = {"elder": world.elder.id, "home": world.elder.household_id, "bed": world.bed.id}
        given_by |= {"today": world.town.today.isoformat(), "again": before is BedState.SUSPENDED}
        row = (await world.session.execute(text(GATE), given_by)).one()
        assert all(row), f"active from {before} with {row}"
        assert not (await world.session.get_one(Provider, world.bed.provider_id)).blacklisted
    assert await world.session.scalar(text(LEFT_OVER)) == 0
    assert await world.session.scalar(text(LOST)) == 0


READY = ("template", "assess", "onwards", "onwards", "onwards", "accept_works", "fit", "onwards", "test", "onwards")
PATH = (*READY, "sign", "onwards", "onwards", "suspend", "resume")
"""From an application to active, away and home again."""
BREAKS = ("expire", "reopen_works", "fit", "template", "end_contract", "blacklist")
LATE = (9, 11, 12, 14)
"""Before the test's step, between signing and contracted, before active, while suspended."""
BROKEN = [(*PATH[:place], deed, *PATH[place:]) for place in LATE for deed in BREAKS]
UNASKED = tuple(deed for deed in PATH if deed not in ("fit", "test"))
FREED = [("policy", "remove", *UNASKED), ("policy", "remove", "plan", *UNASKED)]
"""No device is asked for by policy, and none is planned that must be there, or one that need not."""
SKIPPED = [(*PATH[:place], *PATH[place + 1 :]) for place, deed in enumerate(PATH[:11]) if deed != "onwards"]


async def walk(ground: TownBuilder, deeds: Sequence[tuple[str, int]]) -> list[BedState]:
    """The deeds in order on a fresh bed, checked after each; gives the states it stood in."""
    async with AsyncSession(ground.database.writer, expire_on_commit=False) as session:
        world, stood = await world_on(ground, session), list[BedState]()
        for deed, number in deeds:
            before = world.bed.state
            await world.does(deed, number)
            await check(world, before)
            stood.append(world.bed.state)
        await bills(world)
        await session.rollback()
    return stood


async def test_one_thing_broken_or_left_out(ground: TownBuilder) -> None:
    """On the way that leads to active: each condition broken at each late place, or never met, keeps it shut."""
    whole = await walk(ground, [(deed, 2) for deed in PATH])
    assert whole[-3:] == [BedState.ACTIVE, BedState.SUSPENDED, BedState.ACTIVE]
    built_at = await walk(ground, [(deed, 2) for deed in (*PATH[:-1], "more_works", PATH[-1])])
    assert built_at[-3:] == [BedState.SUSPENDED, BedState.SUSPENDED, BedState.ACTIVE]
    early = await walk(ground, [(deed, 2) for deed in (*PATH[:12], "more_works", *PATH[12:])])
    assert BedState.CONTRACTED in early and BedState.ACTIVE not in early
    reached = {}
    for deeds in (*BROKEN, *SKIPPED, *FREED):
        reached[deeds] = BedState.ACTIVE in await walk(ground, [(deed, 2) for deed in deeds])
    assert not any(reached[deeds] for deeds in (*SKIPPED, *FREED))
    assert not any(reached[deeds] for deeds in BROKEN[len(BREAKS) : 3 * len(BREAKS)])


@settings(max_examples=6, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 3)), min_size=15, max_size=45))
async def test_no_path_leads_round_the_gate(ground: TownBuilder, deeds: list[tuple[str, int]]) -> None:
    """Any deeds in any order, from nothing: the gate holds and rests leave no visit."""
    await walk(ground, deeds)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 3)), min_size=10, max_size=30))
async def test_no_path_of_a_live_bed_leaves_a_visit_over(ground: TownBuilder, deeds: list[tuple[str, int]]) -> None:
    """The same from an active bed, so that rests, orders and returns come up in numbers."""
    stood = await walk(ground, [*((deed, 2) for deed in PATH[:13]), *deeds])
    assert stood[12] is BedState.ACTIVE
