"""The tower (hub and intake on a real port) for the rows about live sockets, the bedside for those about calls."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.db import Database
from tests.service.intake.bedside import Bedside, bedside_on
from tests.service.realtime.tower import Tower, tower_on


@pytest.fixture
async def tower(database: Database, tmp_path: Path) -> AsyncIterator[Tower]:
    async with tower_on(database, tmp_path) as running:
        yield running


@pytest.fixture
async def bedside(database: Database) -> AsyncIterator[Bedside]:
    async with bedside_on(database) as running:
        yield running
