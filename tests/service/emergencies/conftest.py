"""The desk for the tests of emergencies."""

from collections.abc import AsyncIterator

import pytest

from service.clock import Clock
from service.db import Database
from service.emergencies.api import router
from tests.service.accounts.desk import Desk, open_desk


@pytest.fixture
async def desk(database: Database, clock: Clock) -> AsyncIterator[Desk]:
    """A fresh town with dispatchers who answer calls."""
    yield await open_desk(database, clock, router)
