"""The demo town in the database: what stands there, whose it is, and what happens on later days."""

import shutil
import stat
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from models import (
    Account,
    Area,
    Assessment,
    Bed,
    BedPause,
    Canteen,
    Caregiver,
    Contact,
    Contract,
    DemoClock,
    Duty,
    Elder,
    Household,
    Order,
    Plan,
    Position,
    Route,
    Station,
    Stop,
    Terminal,
    Unserved,
    Visit,
    WorksItem,
    WorksOrder,
    WorksPhoto,
)
from models.types import AreaLevel, PlanState, Role, VisitState, WorksState
from service.accounts.actions import WrongPassword, check_sign_in
from service.auth import Actor
from service.beds.failing import count_failing
from service.clock import LOCAL, Clock
from service.contracts.rules import needs_guardian
from service.db import Database
from service.demo.foreign import UNFINISHED, ForeignDatabase
from service.demo.homefiles import DemoFileMissing, read_accounts, read_keys
from service.demo.keys import print_keys
from service.demo.seeding import Founded, found_town, open_town, prepare_tomorrow, wake_town
from service.demo.welcome import say_welcome
from service.devices.queries import IN_STOCK
from service.intake.keys import open_key
from service.town_clock import local_midnight, town_time
from service.vault import Vault
from service.works.actions import PLACE
from tests.fixtures.house import SECRET
from tests.fixtures.postgres import Postgres

pytestmark = pytest.mark.slow
PLAN_S = 8.0
EVERYWHERE = Actor(1, "admin", "-", Role.ADMIN, None, None, None, (), ("",), 1, "console")


@dataclass
class Town:
    """A founded town to look at."""

    database: Database
    clock: Clock
    vault: Vault
    home: Path
    founded: Founded

    async def count(self, table: type, *where: object) -> int:
        async with self.database.reading() as session:
            return await session.scalar(select(func.count()).select_from(table).where(*where)) or 0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def town(
    request: pytest.FixtureRequest, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    home = tmp_path_factory.mktemp("demo")
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = await server.fresh()
    else:
        shutil.copy(migrated_file, home / "unwalled.db")
        url = f"sqlite+aiosqlite:///{home / 'unwalled.db'}"
    clock, vault = Clock(), Vault(SECRET)
    database = Database(url, clock)
    founded = await found_town(database, clock, vault, home, 1, plan_s=PLAN_S)
    print(f"founding on {request.param}: {founded.seconds}, {founded.plans}")
    yield Town(database, clock, vault, home, founded)
    await database.close()


async def test_everything_promised_stands(town: Town) -> None:
    """300 family beds, 1,200 elders, 60 caregivers, 6 canteens, terminals, orders, and an account for everybody."""
    assert await town.count(Bed) == 300
    assert await town.count(Elder) == 1200
    assert await town.count(Household) == 1050
    assert await town.count(Caregiver) == 60
    assert await town.count(Canteen) == 6
    assert await town.count(Terminal, Terminal.household_id.is_not(None)) == 1190
    assert await town.count(Terminal, IN_STOCK) == 2 * await town.count(Station)
    today = town.founded.on
    orders, visits = (
        await town.count(Order, Order.service_on == today),
        await town.count(Visit, Visit.service_on == today),
    )
    assert orders == visits == 560
    assert await town.count(Account) == 76
    assert await town.count(Area, Area.level == AreaLevel.DISTRICT) == 2


async def test_what_stands_behind_the_beds_could_have_been_done_by_hand(town: Town) -> None:
    """Who cannot sign has a guardian, results hold a year, nobody rests for years, the roster covers a fortnight."""
    async with town.database.reading() as session:
        contracts = select(Contract.signed_by, Elder.ability, Elder.categories).join(
            Elder, Elder.id == Contract.elder_id
        )
        signed = {(needs_guardian(ability, groups), by) for by, ability, groups in await session.execute(contracts)}
        assert {(True, "guardian"), (False, "elder")} <= signed
        assert signed <= {(True, "guardian"), (True, "village"), (False, "elder")}
        named = select(Contact.guardian).join(Contract, Contract.guardian_id == Contact.id)
        assert set(await session.scalars(named)) == {True}
        assert await town.count(Contract, Contract.signed_by == "guardian", Contract.guardian_id.is_(None)) == 0
        valid = await session.execute(
            select(Assessment.assessed_on, Assessment.valid_until_on).join(Bed, Bed.elder_id == Assessment.elder_id)
        )
        assert {(until - on).days for on, until in valid} == {364, 365}
        failing = await count_failing(session, EVERYWHERE, town.founded.on)
        assert 5 < failing["beds"] < 40 and failing["lacks"]["contract.over"] >= 2
        rests = list(await session.scalars(select(BedPause.from_on)))
        assert rests and min(rests) > town.founded.on - timedelta(days=60)
        last = await session.scalar(select(func.max(Duty.to_at)))
        assert last is not None and last > town.clock.now() + timedelta(days=14)


async def test_works_that_are_accepted_are_pictured(town: Town) -> None:
    """Each item of accepted works has a picture before and one after, sealed; works under way what they need."""
    async with town.database.reading() as session:
        items = select(WorksOrder.state, func.count(func.distinct(WorksItem.id)), func.count(WorksPhoto.id))
        items = items.join(WorksItem, WorksItem.works_id == WorksOrder.id).group_by(WorksOrder.state)
        found = await session.execute(items.outerjoin(WorksPhoto, WorksPhoto.item_id == WorksItem.id))
        shots = {state: photos / number for state, number, photos in found}
        photo = (await session.scalars(select(WorksPhoto).limit(1))).one()
    assert shots[WorksState.ACCEPTED] == 2 and shots[WorksState.BUILDING] == 1 and shots[WorksState.SURVEYED] == 0
    assert len(town.vault.open(photo.body_sealed, PLACE)) == photo.size


async def test_two_people_stand_behind_every_assessment(town: Town) -> None:
    """Each was made by a station's manager of its district; what was reviewed was, by that district's supervisor."""
    async with town.database.reading() as session:
        people = {row.id: row for row in await session.scalars(select(Account))}
        rows = (await session.scalars(select(Assessment))).all()
    assert len(rows) > 600 and all(people[row.made_by or 0].role is Role.STATION_MANAGER for row in rows)
    reviewed = [row for row in rows if row.reviewed_at is not None]
    assert all(people[row.reviewed_by or 0].role is Role.SUPERVISOR for row in reviewed)
    assert all(row.reviewed_by is None for row in rows if row.reviewed_at is None) and len(reviewed) < len(rows)


async def test_both_districts_have_a_plan_in_force(town: Town) -> None:
    """Each district's plan serves nine visits in ten, and every other one is left out with a reason."""
    async with town.database.reading() as session:
        plans = (await session.scalars(select(Plan).where(Plan.state == PlanState.PUBLISHED))).all()
        served = set(
            await session.scalars(
                select(Stop.visit_id).join(Route, Route.id == Stop.route_id).where(Stop.visit_id.is_not(None))
            )
        )
        left = (await session.scalars(select(Unserved))).all()
        visits = set(await session.scalars(select(Visit.id).where(Visit.service_on == town.founded.on)))
    assert {plan.on_date for plan in plans} == {town.founded.on} and len(plans) == 2
    assert len(served) >= 0.9 * len(visits)
    assert served | {row.visit_id for row in left} == visits
    assert not served & {row.visit_id for row in left}
    assert all(row.reason and row.explanation for row in left)


async def test_the_day_stands_at_half_past_nine(town: Town) -> None:
    """What the plan has done by 09:30 is done, what it is doing is under way, nothing later has begun."""
    at = local_midnight(town.founded.on) + timedelta(hours=9, minutes=30)
    async with town.database.reading() as session:
        visits = (await session.scalars(select(Visit).where(Visit.service_on == town.founded.on))).all()
        positions = await session.scalar(select(func.count()).select_from(Position))
    states = Counter(visit.state for visit in visits)
    assert states[VisitState.FINISHED] and states[VisitState.IN_SERVICE] and states[VisitState.ACCEPTED] > 300
    assert positions and positions >= 45
    for visit in visits:
        moments = [visit.en_route_at, visit.arrived_at, visit.started_at, visit.finished_at]
        begun = [moment for moment in moments if moment is not None]
        assert begun == sorted(begun) and all(moment <= at for moment in begun)
        assert (visit.state is VisitState.FINISHED) == (visit.finished_at is not None)
        assert (visit.state is VisitState.ACCEPTED) == (not begun)


async def test_the_clock_runs_from_there(town: Town) -> None:
    """The demo's clock is past 09:30 of the real today and runs fast."""
    async with town.database.reading() as session:
        time = await town_time(session, town.clock)
    assert time.demo and time.speed > 1 and not time.paused
    assert time.at >= local_midnight(town.founded.on) + timedelta(hours=9, minutes=30)


async def test_everybody_can_sign_in(town: Town) -> None:
    """The passwords in the home folder open the accounts, and are no longer there for anybody else."""
    accounts = {person["name"]: person["password"] for person in read_accounts(town.home)}
    for name in ("wu", "admin", "cg001", "cg060", "station1"):
        account = await check_sign_in(town.database, name, accounts[name], town.clock.now())
        assert account.name == name
    with pytest.raises(WrongPassword):
        await check_sign_in(town.database, "wu", accounts["admin"], town.clock.now())
    for file in ("demo-accounts.json", "demo-terminals.jsonl"):
        assert stat.S_IMODE((town.home / file).stat().st_mode) == 0o600


async def test_keys_are_those_of_the_database(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """`--keys` prints one JSON object a line, and each key is the one sealed in the terminal's row."""
    assert print_keys(town.home) == 0
    lines = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 1190 and set(lines[0]) == {"terminal", "key"}
    async with town.database.reading() as session:
        terminal = await session.get_one(Terminal, lines[7]["terminal"])
    assert open_key(town.vault, terminal.id, terminal.key_sealed).hex() == lines[7]["key"]
    assert read_keys(town.home)[terminal.id].hex() == lines[7]["key"]


async def test_somebody_is_on_duty_now(town: Town) -> None:
    """Duty is on real time: at this moment every station has somebody."""
    now = town.clock.now()
    async with town.database.reading() as session:
        query = select(func.count(func.distinct(Duty.station_id))).where(Duty.from_at <= now, Duty.to_at > now)
        assert await session.scalar(query) == 9


async def test_a_map_is_drawn(town: Town) -> None:
    """The schematic map lies in the home folder and says that it is one."""
    drawn = orjson.loads((town.home / "basemap.json").read_bytes())
    assert drawn["schematic"] and drawn["label"] == "示意" and drawn["roads"] and drawn["coast"]


async def test_it_is_founded_once(town: Town) -> None:
    """A second founding is refused; waking a town whose day goes on changes nothing."""
    with pytest.raises(ForeignDatabase):
        await found_town(town.database, town.clock, town.vault, town.home, 1)
    before = await town.count(Visit), await town.count(Duty), await town.count(Plan)
    standing = await open_town(town.database, town.clock, town.vault, town.home)
    assert await wake_town(town.database, town.clock, standing) is None
    assert before == (await town.count(Visit), await town.count(Duty), await town.count(Plan))
    assert standing.town.seed == 1


async def test_the_welcome_tells_how_to_come_in(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """The words name the address, and a dispatcher, a phone with a route and the admin with their passwords."""
    say_welcome(town.home, 8123)
    said = capsys.readouterr().out
    accounts = {person["name"]: person["password"] for person in read_accounts(town.home)}
    assert "http://127.0.0.1:8123" in said
    assert all(accounts[name] in said for name in ("wu", "admin"))
    phone = next(words for words in map(str.split, said.splitlines()) if "phone" in words)[-2:]
    assert accounts[phone[0]] == phone[1]
    async with town.database.reading() as session:
        busy = select(Route.id).join(Account, Account.caregiver_id == Route.caregiver_id)
        assert (await session.scalars(busy.where(Account.name == phone[0]))).first() is not None


async def test_the_next_day_is_prepared_and_woken(town: Town) -> None:
    """In the evening tomorrow gets orders and plans; a town that slept past its day wakes on a new one at 09:30."""
    standing = await open_town(town.database, town.clock, town.vault, town.home)
    async with town.database.writing() as session:
        row = await session.get_one(DemoClock, 1)
        row.anchor_at, row.paused = town.clock.now(), True
        row.town_at = local_midnight(town.founded.on) + timedelta(hours=20, minutes=5)
    made = await prepare_tomorrow(town.database, town.clock, standing, PLAN_S)
    assert made is not None and made.on == town.founded.on + timedelta(days=1) and made.visits == 560
    assert await prepare_tomorrow(town.database, town.clock, standing, PLAN_S) is None
    woken = await wake_town(town.database, town.clock, standing, PLAN_S)
    assert woken is not None and woken.on == town.founded.on + timedelta(days=2) and woken.begun > 20
    async with town.database.reading() as session:
        time = await town_time(session, town.clock)
    local = time.at.astimezone(LOCAL)
    assert time.today == woken.on and (local.hour, local.minute) >= (9, 30) and not time.paused


async def test_a_strangers_database_is_left_alone(database: Database, clock: Clock, tmp_path: Path) -> None:
    """A database with anything that the demo has not made is refused, and nothing is written."""
    async with database.writing() as session:
        session.add(Area(code="370613000000", name="莱山区", level=AreaLevel.DISTRICT))
    with pytest.raises(ForeignDatabase, match="database of its own"):
        await open_town(database, clock, Vault(SECRET), tmp_path)
    async with database.reading() as session:
        assert (await session.scalars(select(Area.code))).all() == ["370613000000"]
        assert await session.get(DemoClock, 1) is None
    assert not list(tmp_path.glob("demo-*"))


async def test_an_interrupted_founding_is_done_anew(database: Database, clock: Clock, tmp_path: Path) -> None:
    """A town whose making was cut short is taken away and founded again, whole."""
    await found_town(database, clock, Vault(SECRET), tmp_path, 1, plan=False)
    async with database.writing() as session:
        row = await session.get_one(DemoClock, 1)
        row.speed, row.paused = UNFINISHED, True
    again = await found_town(database, clock, Vault(SECRET), tmp_path, 1, plan=False)
    assert again.visits == 560
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Elder)) == 1200
        assert (await session.get_one(DemoClock, 1)).speed > 0


def test_without_a_town_there_are_no_keys(tmp_path: Path) -> None:
    """Before the first start `--keys` says in one sentence what to do."""
    with pytest.raises(DemoFileMissing, match="serve --demo"):
        print_keys(tmp_path)
