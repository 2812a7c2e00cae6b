"""The config lint: what would let a call go unheard is found, in the API, by scope, and on the command line."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from models import Contact, DemoClock, Duty, Terminal
from models.types import Post
from service.readiness.commands import print_lint
from service.settings import Settings
from tests.fixtures.house import SECRET
from tests.fixtures.town import COMMUNITY, DISTRICT, STREET, TownBuilder


async def codes(town: TownBuilder, who: str = "wu") -> dict[str, int]:
    answer = await (await town.desk(who)).get("/api/lint")
    assert answer.status_code == 200, answer.text
    found: dict[str, int] = {}
    for one in answer.json()["findings"]:
        found[one["code"]] = found.get(one["code"], 0) + one["count"]
    return found


async def covered(town: TownBuilder) -> None:
    """Everybody is on duty for a month, with a number."""
    begin, end = town.clock.now() - timedelta(hours=1), town.clock.now() + timedelta(days=30)
    async with town.database.writing() as session:
        await session.execute(delete(Duty))
        posts = ((Post.DESK, DISTRICT, None), (Post.SUPERVISOR, DISTRICT, None), (Post.VILLAGE, COMMUNITY, None))
        for post, area, station in (*posts, (Post.STATION, STREET, town.station_id)):
            duty = Duty(post=post, area_code=area, station_id=station, name="值班", from_at=begin, to_at=end)
            duty.phone_sealed = town.vault.seal("13900000000", "duty.phone_sealed")
            session.add(duty)


async def demo(town: TownBuilder) -> None:
    async with town.database.writing() as session:
        now = town.clock.now()
        session.add(DemoClock(id=1, anchor_at=now, town_at=now, speed=1.0, paused=False, seed=1))


async def test_a_town_in_order_has_no_finding(town: TownBuilder) -> None:
    """Everybody on duty with a number, and a demo's file as gateway: nothing is red, nothing yellow."""
    await covered(town)
    await demo(town)
    assert await codes(town) == {}


async def test_a_file_instead_of_a_gateway_is_red_outside_the_demo(town: TownBuilder) -> None:
    """Messages and calls that only reach a log file: two red findings."""
    await covered(town)
    assert await codes(town) == {"channel.log_only": 2}


async def test_a_gap_in_duty_is_named_with_its_place_and_time(town: TownBuilder) -> None:
    """Two hours without a supervisor tomorrow are red, the same next week are yellow."""
    await covered(town)
    await demo(town)
    hole = town.clock.now() + timedelta(hours=20)
    async with town.database.writing() as session:
        above = update(Duty).where(Duty.post == Post.SUPERVISOR)
        await session.execute(above.values(to_at=hole))
        later = Duty(post=Post.SUPERVISOR, area_code=DISTRICT, name="班长", from_at=hole + timedelta(hours=2))
        later.to_at, later.phone_sealed = hole + timedelta(days=20), b"sealed"
        session.add(later)
    (gap,) = (await (await town.desk("wu")).get("/api/lint")).json()["findings"]
    assert (gap["code"], gap["level"], gap["facts"]["post"]) == ("duty.gap", "red", "supervisor")
    assert gap["facts"]["minutes"] == 120 and gap["subjects"] == [f"area:{DISTRICT}"]
    town.clock.shift(hours=-6)
    levels = {
        one["facts"]["from_at"] < gap["facts"]["from_at"]: one["level"]
        for one in (await (await town.desk("wu")).get("/api/lint")).json()["findings"]
        if one["facts"]["post"] == "supervisor"
    }
    assert levels == {True: "red"}, "before the roster begins there is a gap as well, and it comes first"


async def test_terminals_without_address_and_elders_without_contact(town: TownBuilder) -> None:
    """A terminal in no dwelling is red; an elder with a terminal whom nobody can be called for is yellow."""
    await covered(town)
    await demo(town)
    async with town.database.writing() as session:
        await session.execute(update(Terminal).where(Terminal.id == "T-yu").values(household_id=None))
        await session.execute(delete(Contact).where(Contact.elder_id == town.elders["chen"]))
    assert await codes(town) == {"terminal.no_address": 1, "elder.no_contact": 1}
    assert await codes(town, "far") == {"duty.gap": 3}, "another district sees its own: desk, supervisor, village"


async def test_somebody_on_duty_whom_nothing_reaches(town: TownBuilder) -> None:
    """A duty without account and without number is a rung that reaches nobody."""
    await covered(town)
    await demo(town)
    async with town.database.writing() as session:
        await session.execute(update(Duty).where(Duty.post == Post.VILLAGE).values(phone_sealed=None))
    assert await codes(town) == {"duty.unreachable": 1}


async def test_the_command_line_says_the_same(
    town: TownBuilder, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`unwalled lint`: a line a finding, exit 1 when one is red."""
    await covered(town)
    settings = Settings(tmp_path, town.database.url, SECRET)
    town.clock.shift(days=-1)
    assert await print_lint(settings, as_json=False) == 1
    said = capsys.readouterr().out
    assert "channel.log_only" in said and "red," in said
