"""The tower for the rows about live sockets: hub and intake on a real port."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.db import Database
from tests.service.realtime.tower import Tower, tower_on


@pytest.fixture
async def tower(database: Database, tmp_path: Path) -> AsyncIterator[Tower]:
    async with tower_on(database, tmp_path) as running:
        yield running
