"""Fault 19: heartbeats come twice, late, or from an older start: nothing goes back."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.clock import Clock
from service.db import Database
from tests.service.intake.bedside import HEARTBEATS, Bedside, bedside_on

ROW = "SELECT boot, counter, battery, seen_at FROM terminal WHERE id = 'T-1'"
BEATS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 70), st.booleans()), min_size=1, max_size=12)


@pytest.fixture(scope="module")
async def ward(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> AsyncIterator[Bedside]:
    file = tmp_path_factory.mktemp("ward") / "ward.db"
    shutil.copy(migrated_file, file)
    database = Database(f"sqlite+aiosqlite:///{file}", Clock())
    async with bedside_on(database) as running:
        yield running
    await database.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BEATS)
async def test_what_is_known_only_goes_on(ward: Bedside, beats: list[tuple[int, int, bool]]) -> None:
    """In whatever order they come: the highest (boot, counter) stands, with what it said, and seen_at never falls."""
    await ward.change("UPDATE terminal SET boot = 0, counter = 0, replay_bits = 0, battery = NULL WHERE id = 'T-1'")
    ward.intake.limits.beats._left.clear()
    highest, said = (0, 0), None
    before = (await ward.rows(ROW))[0]["seen_at"]
    for boot, counter, flush in beats:
        battery = (boot * 7 + counter) % 100
        answer = await ward.send({"battery": battery}, boot=boot, counter=counter, path=HEARTBEATS)
        assert answer.status_code == 200
        if (boot, counter) > highest:
            highest, said = (boot, counter), battery
        if flush:
            await ward.intake.heartbeats.flush()
            row = (await ward.rows(ROW))[0]
            assert row["seen_at"] >= before
            before = row["seen_at"]
    await ward.intake.heartbeats.flush()
    row = (await ward.rows(ROW))[0]
    assert ((row["boot"], row["counter"]), row["battery"]) == (highest, said)
