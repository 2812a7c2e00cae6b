"""The bedside: terminals of a small town around the real intake."""

from collections.abc import AsyncIterator

import pytest

from service.db import Database
from tests.service.intake.bedside import Bedside, bedside_on


@pytest.fixture
async def bedside(database: Database) -> AsyncIterator[Bedside]:
    async with bedside_on(database) as running:
        yield running
